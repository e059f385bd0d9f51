"""Reservations: the connector is held, the connector is free again."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from stations.enums import ConnectorStatus
from stations.models import ChargingSession, Connector, Operation
from stations.services.operation_rules import Rules, Seen, register
from stations.services.rules.watching import happened, stations_of


class ReserveRules(Rules):
    """The connector named is reserved."""

    def watched_for(self, operation: Operation) -> timedelta | None:
        """Where any connector will do, the station shows none of them as reserved (OCPP 1.6 §5.13)."""
        return None if operation.details["connector"] is None else timedelta(minutes=2)

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """It is, or the driver was quicker: the session has begun already."""
        reserved = _reserved(operations)
        used = _used(operations)
        found = {}
        for operation in operations:
            number = operation.details["connector"]
            if number in reserved[operation.station_id]:
                found[operation.pk] = happened(_("Connector {number} is reserved.").format(number=number))
            elif (operation.station_id, operation.details["reservation_id"]) in used:
                found[operation.pk] = happened(_("A session has used the reservation."))
        return found


class CancelRules(Rules):
    """The connector of the reservation is free; of a reservation we do not know, no connector is reserved."""

    def watched_for(self, operation: Operation) -> timedelta | None:
        """Stations free it at once."""
        return timedelta(minutes=2)

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """It is."""
        reserved = _reserved(operations)
        connectors = _connectors_of(operations)
        found = {}
        for operation in operations:
            number = connectors.get((operation.station_id, operation.details["reservation_id"]))
            held = reserved[operation.station_id]
            if number is None and not held:
                found[operation.pk] = happened(_("No connector is reserved."))
            elif number is not None and number not in held:
                found[operation.pk] = happened(_("Connector {number} is not reserved any more.").format(number=number))
        return found


def _reserved(operations: Sequence[Operation]) -> dict[int, set[int]]:
    """Numbers of the connectors reserved now, by station."""
    rows = Connector.objects.filter(station__in=stations_of(operations), status=ConnectorStatus.RESERVED)
    found: dict[int, set[int]] = defaultdict(set)
    for station_id, number in rows.values_list("station_id", "number"):
        found[station_id].add(number)
    return found


def _numbers(operations: Sequence[Operation]) -> list[int]:
    return [operation.details["reservation_id"] for operation in operations]


def _used(operations: Sequence[Operation]) -> set[tuple[int, int | None]]:
    """(station, reservation) pairs that a session has used."""
    sessions = ChargingSession.objects.filter(
        station__in=stations_of(operations), reservation_id__in=_numbers(operations)
    )
    return set(sessions.values_list("station_id", "reservation_id"))


def _connectors_of(operations: Sequence[Operation]) -> dict[tuple[int, int], int]:
    """The connector held by each reservation, by station and number, where one was named."""
    made = Operation.objects.filter(
        station__in=stations_of(operations), action="reserve", details__reservation_id__in=_numbers(operations)
    )
    return {
        (operation.station_id, operation.details["reservation_id"]): operation.details["connector"]
        for operation in made.only("station_id", "details")
        if operation.details["connector"] is not None
    }


register(ReserveRules(), "reserve")
register(CancelRules(), "cancel-reservation")
