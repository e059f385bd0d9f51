"""Companies, sites, site areas and badges."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from stations.admin.base import RecordAdmin
from stations.models import Badge, Company, Site, SiteArea
from stations.services.badges import free_key, save_badge
from stations.services.locations import save_location, save_site_area


class LocationAdmin(RecordAdmin):
    """Saves companies and sites."""

    def save_values(self, obj: Any, *, actor: Any, **values: Any) -> None:
        """Save a company or a site."""
        save_location(obj, actor=actor, **values)


@admin.register(Company)
class CompanyAdmin(LocationAdmin):
    search_fields = ("name",)


@admin.register(Site)
class SiteAdmin(LocationAdmin):
    list_display = ("name", "company", "address")
    list_filter = ("company",)
    search_fields = ("name", "address", "company__name")
    autocomplete_fields = ("company",)


@admin.register(SiteArea)
class SiteAreaAdmin(RecordAdmin):
    list_display = ("name", "site", "parent", "maximum_power_w", "phases", "any_badge")
    list_filter = ("any_badge", "site__company")
    list_select_related = ("site", "parent__site")
    search_fields = ("name", "site__name")
    autocomplete_fields = ("site", "parent")

    def get_readonly_fields(self, request: HttpRequest, obj: SiteArea | None = None) -> tuple[str, ...]:
        """An area stays in its site, because its stations and child areas do."""
        return ("site",) if obj else ()

    def save_values(self, obj: Any, *, actor: Any, **values: Any) -> None:
        """Save the area; its tree stays a tree."""
        save_site_area(obj, actor=actor, **values)


class BadgeForm(forms.ModelForm):
    """A badge whose id nobody else has."""

    def clean(self) -> dict[str, Any]:
        """Refuse an id that is taken, however it is written."""
        values = super().clean() or self.cleaned_data
        if "id_tag" in values:
            free_key(self.instance, values["id_tag"])
        return values


@admin.register(Badge)
class BadgeAdmin(RecordAdmin):
    form = BadgeForm
    list_display = ("id_tag", "label", "company", "blocked", "expires_at")
    list_filter = ("blocked", "company")
    search_fields = ("id_tag", "label")
    autocomplete_fields = ("company",)

    def save_values(self, obj: Any, *, actor: Any, **values: Any) -> None:
        """Save the badge."""
        save_badge(obj, actor=actor, **values)
