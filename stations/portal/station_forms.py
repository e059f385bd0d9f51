"""The form of a station's own record."""

from typing import Any

from django import forms

from stations.enums import Role
from stations.models import ChargingStation, SiteArea


class StationForm(forms.ModelForm):
    """Name and place of a station; only areas the user operates are offered."""

    class Meta:
        model = ChargingStation
        fields = ("name", "site_area")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = SiteArea.objects.visible_to(user, Role.OPERATOR).select_related("site")
        self.fields["site_area"].queryset = areas  # type: ignore[attr-defined]
