"""Querysets and readings that several pages share."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q

from stations.enums import ConnectorStatus, SessionState
from stations.models import ChargingSession, ChargingStation, Connector
from stations.models.stations import StationQuerySet


@dataclass(frozen=True)
class PowerReading:
    """Power of a whole station, in watts; ``is_stale`` when a part of it was measured too long ago."""

    watts: int | None
    maximum_w: int | None
    is_stale: bool


def stations_for_pages(user: Any) -> StationQuerySet:
    """Stations ``user`` may see, with everything a row or a header of the portal shows."""
    return (
        ChargingStation.objects.visible_to(user)
        .with_live()
        .select_related("site_area__site", "configuration")
        .prefetch_related("connectors")
    )


def stations_for_actions(stations: StationQuerySet) -> StationQuerySet:
    """``stations`` with everything that decides which actions are possible, in a fixed number of queries.

    ``running_sessions`` lists the sessions in progress, oldest first.
    """
    running = ChargingSession.objects.filter(state=SessionState.ACTIVE).select_related("connector").order_by("pk")
    return (
        stations.with_live()
        .select_related("site_area__site", "capabilities", "local_list", "configuration")
        .prefetch_related("connectors", Prefetch("sessions", queryset=running, to_attr="running_sessions"))
    )


def stations_named(stations: StationQuerySet, text: str) -> StationQuerySet:
    """The station with the identity ``text``; when there is none, those with it in identity or name."""
    exact = stations.filter(identity_key=text.lower())
    if exact.exists():
        return exact
    return stations.filter(Q(identity__icontains=text) | Q(name__icontains=text))


def reading_is_stale(connector: Connector) -> bool:
    """Whether the power reading is too old; an old zero of a connector that does not charge still holds."""
    return connector.power_is_stale and (bool(connector.power_w) or connector.status == ConnectorStatus.CHARGING)


def power_now(station: ChargingStation) -> PowerReading:
    """The power of ``station`` over all its connectors, read from their last samples."""
    connectors = list(station.connectors.all())
    readings = [connector.power_w for connector in connectors if connector.power_w is not None]
    maxima = [connector.maximum_power_w for connector in connectors if connector.maximum_power_w is not None]
    return PowerReading(
        watts=sum(readings) if readings else None,
        maximum_w=station.maximum_power_w or sum(maxima) or None,
        is_stale=any(map(reading_is_stale, connectors)),
    )
