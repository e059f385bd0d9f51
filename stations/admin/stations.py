"""Stations, their EVSEs and connectors."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emobility.common.events import publish
from stations.admin.base import ReadOnlyAdmin, RecordAdmin
from stations.admin.station_actions import StationActionsMixin
from stations.models import EVSE, ChargingStation, Connector, EndpointProcess
from stations.services.records import save_record
from stations.services.stations import delete_station

ENTERED = ("name", "site_area", "maximum_power_w", "assume_ocpp16")


@admin.register(ChargingStation)
class ChargingStationAdmin(StationActionsMixin, RecordAdmin):
    """Stations register themselves; people name, place and describe them."""

    list_display = ("identity", "name", "site_area", "is_connected", "registration_status", "vendor", "model")
    list_filter = ("registration_status", "ocpp_version", "vendor", "site_area__site__company")
    list_select_related = ("site_area__site",)
    search_fields = ("identity", "name", "serial_number")
    autocomplete_fields = ("site_area",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With the state of the connection."""
        return super().get_queryset(request).with_live()  # type: ignore[attr-defined]

    @admin.display(boolean=True, description=_("connected"))
    def is_connected(self, station: Any) -> bool:
        """Whether its socket is open."""
        return station.is_connected

    def get_fields(self, request: HttpRequest, obj: ChargingStation | None = None) -> Any:
        """What people enter first, then what the station reported."""
        return ["identity", *ENTERED, *self._reported()]

    def get_readonly_fields(self, request: HttpRequest, obj: ChargingStation | None = None) -> list[str]:
        """What the station reports is not written by hand."""
        return ["identity", *self._reported()]

    def _reported(self) -> list[str]:
        hidden = {"id", "identity", "identity_key", "generation", *ENTERED}
        return [field.name for field in self.model._meta.concrete_fields if field.name not in hidden]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A station registers itself with an onboarding token."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """One by one, and not while it is connected: it would register again at once."""
        return obj is not None and not obj.is_connected and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: ChargingStation) -> None:
        """Delete the station and refresh the pages that showed it."""
        delete_station(obj, actor=request.user)

    def save_values(self, obj: Any, *, actor: Any, **values: Any) -> None:
        """Save the station and refresh the pages that show it."""
        save_record(obj, actor=actor, **values)
        publish(f"station-{obj.pk}", "stations")

    def view_on_site(self, station: ChargingStation) -> str:
        """The station's page in the portal."""
        return reverse("stations:detail", args=[station.pk])


class ConnectorInline(admin.TabularInline):
    model = Connector
    extra = 0
    fields = ("number", "type", "current_type", "maximum_power_w", "status", "error_code")
    readonly_fields = ("number", "status", "error_code")
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Connectors appear with their first status report."""
        return False


@admin.register(EVSE)
class EVSEAdmin(RecordAdmin):
    list_display = ("station", "number", "code", "name")
    list_select_related = ("station",)
    search_fields = ("station__identity", "code", "name")
    readonly_fields = ("station", "number")
    inlines = (ConnectorInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """EVSEs appear with the first status report of their connector."""
        return False

    def view_on_site(self, evse: EVSE) -> str:
        """The page of its station in the portal."""
        return reverse("stations:detail", args=[evse.station_id])


@admin.register(EndpointProcess)
class EndpointProcessAdmin(ReadOnlyAdmin):
    list_display = ("id", "started_at", "renewed_at")
