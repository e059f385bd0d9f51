"""Form inputs the pages share."""

from typing import Any

from django import forms


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of date and time, in the portal's time zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")
