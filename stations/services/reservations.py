"""Reservations that hold a connector now; derived from what stations agreed to, there is no row of their own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from stations.actions.charging import MAX_RESERVATION
from stations.enums import OperationState
from stations.models import ChargingSession, ChargingStation, Operation

QUEUED_FOR_AT_MOST = timedelta(days=1)


@dataclass(frozen=True)
class Reservation:
    """One connector (None: any) held for a badge."""

    reservation_id: int
    connector: int | None
    id_tag: str
    expires_at: datetime
    operation: Operation


def open_reservations(station: ChargingStation) -> list[Reservation]:
    """Reservations of ``station`` that have not ended, were not used and not cancelled, oldest first."""
    now = timezone.now()
    made = _accepted(station, "reserve").filter(requested_at__gte=now - MAX_RESERVATION - QUEUED_FOR_AT_MOST)
    found = {r.reservation_id: r for r in map(_reservation, made.order_by("pk")) if r.expires_at > now}
    over = _ended(station, found) if found else set()
    return [reservation for number, reservation in found.items() if number not in over]


def _accepted(station: ChargingStation, action: str):
    return Operation.objects.filter(station=station, action=action, state=OperationState.ACCEPTED)


def _reservation(operation: Operation) -> Reservation:
    details = operation.details
    expires_at = datetime.fromisoformat(details["expires_at"])
    return Reservation(details["reservation_id"], details["connector"], details["id_tag"], expires_at, operation)


def _ended(station: ChargingStation, numbers: Collection[int]) -> set[int]:
    """Those of ``numbers`` that a session used or a person cancelled."""
    sessions = ChargingSession.objects.filter(station=station, reservation_id__in=numbers)
    cancelled = _accepted(station, "cancel-reservation").filter(details__reservation_id__in=list(numbers))
    return {
        *sessions.values_list("reservation_id", flat=True),
        *cancelled.values_list("details__reservation_id", flat=True),
    }
