"""Stations, their EVSEs and connectors."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from emobility.common.events import publish
from stations.admin.base import ReadOnlyAdmin, RecordAdmin
from stations.admin.station_actions import StationActionsMixin
from stations.configuration.system import CONNECTOR_FACTS, EVSE_DETAILS
from stations.models import EVSE, ChargingStation, Connector, EndpointProcess
from stations.services.records import save_record
from stations.services.stations import delete_station

ENTERED = ("name", "site_area", "assume_ocpp16")


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
    fields = ("number", *CONNECTOR_FACTS, "phase_rotation", "status", "error_code")
    readonly_fields = fields
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Connectors appear with their first status report."""
        return False


@admin.register(EVSE)
class EVSEAdmin(RecordAdmin):
    """Looked at here, changed in the portal: there the rules of a configuration hold, and its history is kept."""

    list_display = ("station", "number", "code", "name", "emi3_id")
    list_select_related = ("station",)
    search_fields = ("station__identity", "code", "name", "emi3_id")
    fields = ("station", "number", *EVSE_DETAILS, "change_here")
    readonly_fields = fields
    inlines = (ConnectorInline,)

    @admin.display(description=_("change"))
    def change_here(self, evse: EVSE) -> str:
        """Links to the forms of the portal."""
        pages = (
            (_("EVSE"), reverse("stations:evse-edit", args=[evse.station_id, evse.number])),
            (_("connectors"), reverse("stations:connectors-edit", args=[evse.station_id])),
        )
        return format_html_join(" · ", '<a href="{1}">{0}</a>', pages)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """EVSEs appear with the first status report of their connector."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only in the portal."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only with its station: the station's page asks here, too."""
        match = request.resolver_match
        is_own_page = match is not None and match.view_name.startswith("admin:stations_evse_")
        return not is_own_page and super().has_delete_permission(request, obj)

    def view_on_site(self, evse: EVSE) -> str:
        """The tab of its station in the portal."""
        return reverse("stations:tab", args=[evse.station_id, "connectors"])


@admin.register(EndpointProcess)
class EndpointProcessAdmin(ReadOnlyAdmin):
    list_display = ("id", "started_at", "renewed_at")
