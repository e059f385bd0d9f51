"""The tabs every station has: overview, connectors, sessions, operations, log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from stations.configuration.system import NEEDS
from stations.models import ChargingSession, ChargingStation, Connector, OcppExchange, Operation
from stations.portal.action_bar import Button, StationActions, station_actions
from stations.portal.configuration_notice import configuration_facts, configuration_of
from stations.portal.connector_rows import electrics
from stations.portal.facts import facts
from stations.portal.filters import ExchangeFilter
from stations.portal.lists import sorted_page
from stations.portal.log import exchange_rows, keyset_page
from stations.portal.operation_tables import OperationTable
from stations.portal.operations import operation_rows
from stations.portal.sessions import UncountedPages
from stations.portal.station_tabs import StationTab, register
from stations.portal.tables import SessionTable
from stations.services.queries import reading_is_stale
from stations.services.roles import administers_everything

CHART_HOURS = {1: _("1 hour"), 6: _("6 hours"), 24: _("24 hours"), 168: _("7 days")}
IDENTITY_FACTS = (
    "identity",
    "name",
    "site_area",
    "vendor",
    "model",
    "serial_number",
    "box_serial_number",
    "firmware_version",
    "firmware_status",
    "diagnostics_status",
    "status",
    "error_code",
    "maximum_power_w",
    "meter_type",
    "meter_serial_number",
    "iccid",
    "imsi",
)
CONNECTION_FACTS = (
    "enabled",
    "connection_status",
    "connection_changed_at",
    "last_seen_at",
    "remote_address",
    "ocpp_version",
    "assume_ocpp16",
    "registration_status",
    "registered_at",
    "rebooted_at",
    "authorization_status",
    "authentication_method",
    "onboarding_token",
)


@dataclass(frozen=True)
class ConnectorCard:
    """A connector, the session that runs on it, if any, and what can be done with it."""

    connector: Connector
    session: ChargingSession | None = None
    buttons: Sequence[Button] = ()

    @property
    def is_stale(self) -> bool:
        """Whether its power reading is too old to be called the power now."""
        return reading_is_stale(self.connector)


def overview(request: HttpRequest, station: ChargingStation) -> dict[str, Any]:
    """Facts, connector cards and the power chart."""
    hours = chart_hours(request)
    return {
        "identity_facts": facts(station, *IDENTITY_FACTS),
        "connection_facts": facts(station, *CONNECTION_FACTS, urls={"onboarding_token": token_url(station)}),
        "configuration": configuration_of(station),
        "configuration_facts": configuration_facts(station),
        "may_save_model": administers_everything(request.user),
        "cards": connector_cards(station_actions(request, station)),
        "chart_url": reverse("stations:power", args=[station.pk]),
        "chart_hours": hours,
        "chart_ranges": CHART_HOURS.items(),
    }


def token_url(station: ChargingStation) -> str:
    """Where the onboarding token is shown; empty when there is none."""
    return reverse("tokens:detail", args=[station.onboarding_token_id]) if station.onboarding_token_id else ""


def chart_hours(request: HttpRequest) -> int:
    """How far back the chart goes, in hours."""
    asked = request.GET.get("hours")
    return next((hours for hours in CHART_HOURS if str(hours) == asked), 6)


def connector_cards(actions: StationActions) -> list[ConnectorCard]:
    """Every connector with its running session and its actions."""
    station: Any = actions.station
    sessions = {session.connector_id: session for session in station.running_sessions}
    return [
        ConnectorCard(connector, sessions.get(connector.pk), actions.on(connector))
        for connector in station.connectors.all()
    ]


def connectors(request: HttpRequest, station: ChargingStation) -> dict[str, Any]:
    """Every EVSE with its connectors, and what is not as recommended."""
    prefetch_related_objects([station], *NEEDS)
    return {"electrics": electrics(station)}


def sessions(request: HttpRequest, station: ChargingStation) -> dict[str, Any]:
    """The station's sessions, newest first."""
    rows = ChargingSession.objects.filter(station=station).select_related("badge", "station", "connector")
    return {"table": sorted_page(SessionTable(data=rows, exclude=("station",)), request)}


def operations(request: HttpRequest, station: ChargingStation) -> dict[str, Any]:
    """What was asked of the station, newest first."""
    rows = operation_rows(Operation.objects.filter(station=station))
    return {"table": sorted_page(OperationTable(data=rows, exclude=("station",)), request, UncountedPages)}


def log(request: HttpRequest, station: ChargingStation) -> dict[str, Any]:
    """The station's frames, newest first."""
    rows = exchange_rows(OcppExchange.objects.filter(station=station))
    filterset = ExchangeFilter(request.GET, queryset=rows, request=request)
    del filterset.form.fields["station"]
    return {"filter": filterset, "page": keyset_page(request, filterset, window=None)}


register(StationTab("overview", _("Overview"), 10, "stations/tabs/overview.html", overview))
register(StationTab("connectors", _("Connectors"), 20, "stations/tabs/connectors.html", connectors))
register(StationTab("sessions", _("Sessions"), 60, "stations/tabs/sessions.html", sessions))
register(StationTab("operations", _("Operations"), 65, "stations/tabs/operations.html", operations))
register(StationTab("log", _("Log"), 70, "stations/tabs/log.html", log))
