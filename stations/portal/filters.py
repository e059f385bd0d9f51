"""What the lists can be narrowed by."""

from typing import Any

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from emobility.common.forms import MomentField
from stations.enums import (
    ConfigurationStatus,
    ConnectionStatus,
    ConnectorStatus,
    RefusalReason,
    RegistrationStatus,
    SessionState,
)
from stations.models import ChargingSession, ChargingStation, Connector, OcppExchange, Refusal, SiteArea
from stations.models.journal import Direction, Outcome
from stations.services.queries import stations_named

ANY = _("Any")


class ChoiceFilter(filters.ChoiceFilter):
    """One of a few choices, or any."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(empty_label=ANY, **extra)


class MomentFilter(filters.DateTimeFilter):
    """A date and time, picked in the browser."""

    field_class = MomentField


class PortalFilterSet(filters.FilterSet):
    """A filter form that knows whether it narrows anything."""

    @property
    def narrows(self) -> bool:
        """Whether any filter is set, be it a wrong one."""
        return bool(self.form.errors) or any(self.form.cleaned_data.values())


class StationFilter(PortalFilterSet):
    q = filters.CharFilter(label=_("Search"), method="search")
    connection = ChoiceFilter(
        label=_("Connection status"), field_name="connection_status", choices=ConnectionStatus.choices
    )
    connector = ChoiceFilter(label=_("Connector status"), method="with_connector", choices=ConnectorStatus.choices)
    registration = ChoiceFilter(
        label=_("Registration status"), field_name="registration_status", choices=RegistrationStatus.choices
    )
    configuration = ChoiceFilter(
        label=_("Configuration"), method="with_configuration", choices=ConfigurationStatus.choices
    )
    site_area = filters.ModelChoiceFilter(
        label=_("Site area"), queryset=lambda request: visible_areas(request.user), empty_label=ANY
    )
    vendor = ChoiceFilter(label=_("Vendor"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vendors = ChargingStation.objects.visible_to(self.request.user).exclude(vendor="")
        names = vendors.order_by("vendor").values_list("vendor", flat=True).distinct()
        self.filters["vendor"].extra["choices"] = [(name, name) for name in names]

    class Meta:
        model = ChargingStation
        fields: list[str] = []

    def search(self, stations: QuerySet, name: str, text: str) -> QuerySet:
        """Stations with ``text`` in what identifies them."""
        fields = ("identity", "name", "vendor", "model", "serial_number")
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__icontains": text})
        return stations.filter(anywhere)

    def with_connector(self, stations: QuerySet, name: str, status: str) -> QuerySet:
        """Stations with at least one connector shown as ``status``: those of a disabled one are unavailable."""
        connectors = Connector.objects.filter(station=OuterRef("pk"))
        shown = Q(Exists(connectors.filter(status=status)), enabled=True)
        if status == ConnectorStatus.UNAVAILABLE:
            shown |= Q(Exists(connectors), enabled=False)
        return stations.filter(shown)

    def with_configuration(self, stations: QuerySet, name: str, status: str) -> QuerySet:
        """Stations whose configuration is shown as ``status``: without a row of their own they are defined by the user."""
        shown = Q(configuration__status=status)
        if status == ConfigurationStatus.DEFINED_BY_USER:
            shown |= Q(configuration=None)
        return stations.filter(shown)


class OfStationFilterSet(PortalFilterSet):
    """Rows of a station named by its identity, or by a part of its identity or name."""

    station = filters.CharFilter(label=_("Station"), method="of_station")

    def of_station(self, rows: QuerySet, name: str, text: str) -> QuerySet:
        """Rows of the stations that ``text`` names."""
        visible = ChargingStation.objects.visible_to(self.request.user)
        return rows.filter(station__in=stations_named(visible, text).order_by().values("pk"))


class SessionFilter(OfStationFilterSet):
    state = ChoiceFilter(label=_("State"), choices=SessionState.choices)
    badge = filters.CharFilter(label=_("Badge"), method="with_badge")
    since = MomentFilter(label=_("Started from"), field_name="started_at", lookup_expr="gte")
    until = MomentFilter(label=_("Started until"), field_name="started_at", lookup_expr="lte")

    class Meta:
        model = ChargingSession
        fields: list[str] = []

    def with_badge(self, sessions: QuerySet, name: str, text: str) -> QuerySet:
        """Sessions of a badge with ``text`` in its id or on its label."""
        return sessions.filter(Q(id_tag__icontains=text) | Q(badge__label__icontains=text))


class ExchangeFilter(OfStationFilterSet):
    action = filters.CharFilter(label=_("Message"), lookup_expr="icontains")
    direction = ChoiceFilter(label=_("Direction"), choices=Direction.choices)
    outcome = ChoiceFilter(label=_("Outcome"), choices=Outcome.choices)
    q = filters.CharFilter(label=_("Note or message id"), method="search")
    since = MomentFilter(label=_("From"), field_name="received_at", lookup_expr="gte")
    until = MomentFilter(label=_("Until"), field_name="received_at", lookup_expr="lte")

    class Meta:
        model = OcppExchange
        fields: list[str] = []

    def search(self, exchanges: QuerySet, name: str, text: str) -> QuerySet:
        """Exchanges with ``text`` in their note or message id."""
        return exchanges.filter(Q(note__icontains=text) | Q(message_id__icontains=text))


class RefusalFilter(PortalFilterSet):
    identity = filters.CharFilter(label=_("Identity"), lookup_expr="icontains")
    reason = ChoiceFilter(label=_("Reason"), choices=RefusalReason.choices)
    address = filters.CharFilter(label=_("Address"), field_name="remote_address", lookup_expr="icontains")
    since = MomentFilter(label=_("From"), field_name="last_at", lookup_expr="gte")
    until = MomentFilter(label=_("Until"), field_name="last_at", lookup_expr="lte")

    class Meta:
        model = Refusal
        fields: list[str] = []


def visible_areas(user: Any) -> QuerySet:
    """Site areas ``user`` may see, as choices."""
    return SiteArea.objects.visible_to(user).select_related("site")
