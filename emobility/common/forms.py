"""Form inputs the pages share."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of date and time, in the portal's time zone."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A date and time that every database can compare."""

    widget = MomentInput

    def clean(self, value: Any) -> datetime | None:
        """The time; far-off years are refused, as no calendar arithmetic holds at its ends."""
        moment = super().clean(value)
        if moment is not None and not 2000 <= moment.year < 2100:
            raise forms.ValidationError(_("Choose a year between 2000 and 2099."))
        return moment
