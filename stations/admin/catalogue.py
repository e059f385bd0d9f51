"""Station models, and what was configured with them: to be looked at; the portal changes it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from stations.admin.base import ReadOnlyAdmin
from stations.catalogue.standard_keys import is_secret
from stations.configuration.changes import MASK
from stations.models import Configuration, ConfigurationChange, OcppParameter, StationModel


@admin.register(StationModel)
class StationModelAdmin(ReadOnlyAdmin):
    list_display = ("label", "slug", "origin", "updated_at")
    list_filter = ("origin",)
    search_fields = ("label", "slug")

    def view_on_site(self, model: StationModel) -> str:
        """The model in the portal's catalogue."""
        return reverse("catalogue:detail", args=[model.slug])


class OfStationAdmin(ReadOnlyAdmin):
    """About one station."""

    def view_on_site(self, row: Any) -> str:
        """The page of the station in the portal."""
        return reverse("stations:detail", args=[row.station_id])


@admin.register(Configuration)
class ConfigurationAdmin(OfStationAdmin):
    list_display = ("station", "status", "station_model", "matching_model", "entered_at")
    list_filter = ("status",)
    search_fields = ("=station__identity",)
    list_select_related = ("station", "station_model", "matching_model")


@admin.register(ConfigurationChange)
class ConfigurationChangeAdmin(OfStationAdmin):
    list_display = ("changed_at", "station", "cause", "actor", "source")
    list_filter = ("cause", "source")
    list_select_related = ("station", "actor")
    search_fields = ("=station__identity",)

    def view_on_site(self, change: ConfigurationChange) -> str:
        """The history of the station's configuration."""
        return reverse("stations:tab", args=[change.station_id, "history"])


@admin.register(OcppParameter)
class OcppParameterAdmin(OfStationAdmin):
    list_display = ("key", "station", "status", "differs", "drifts", "push_outcome")
    list_filter = ("status", "differs", "drifts")
    list_select_related = ("station",)
    search_fields = ("=station__identity", "=key_lower")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row as it may be shown; it is not saved."""
        row = super().get_object(request, object_id, from_field)
        if row is not None and is_secret(row.key):
            row.wanted_value, row.recommended_value, row.reported_value = MASK, None, MASK
        return row
