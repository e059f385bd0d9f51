"""What rules that watch for something share.

Times are compared with those at which we received something: the clocks of stations are not to be trusted.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from stations.enums import EffectState
from stations.models import OcppExchange, Operation
from stations.models.journal import Direction
from stations.services.operation_rules import Seen

NEWEST = 200
"""Frames of a station that are looked through for a message."""


def happened(note: str) -> Seen:
    """It was seen to happen; ``note`` says what was seen."""
    return Seen(EffectState.SEEN, note)


def came_to_nothing(note: str) -> Seen:
    """It will not happen any more; ``note`` says why."""
    return Seen(EffectState.MISSING, note)


def asked_at(operation: Operation) -> datetime:
    """When the station was asked."""
    return operation.sent_at or operation.requested_at


def stations_of(operations: Collection[Operation]) -> set[int]:
    """Primary keys of their stations."""
    return {operation.station_id for operation in operations}


def moment(at: datetime) -> str:
    """A time for a note."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


def arrivals(operations: Sequence[Operation], message: str, pattern: str = "") -> dict[int, datetime]:
    """When the stations sent ``message`` after they were asked, by primary key of the operation.

    ``pattern`` is a regular expression the frame must match. One query; it reads only the newest frames of each
    station, a short range of the index over station and id.
    """
    of_station = OcppExchange.objects.filter(station=OuterRef("station")).order_by("-id")
    oldest = Coalesce(Subquery(of_station.values("pk")[NEWEST - 1 : NEWEST]), 0)
    frames = of_station.filter(
        pk__gte=OuterRef("oldest"), direction=Direction.IN, action=message, received_at__gte=OuterRef("sent_at")
    )
    if pattern:
        frames = frames.filter(request__regex=pattern)
    asked = Operation.objects.filter(pk__in=[operation.pk for operation in operations]).annotate(oldest=oldest)
    found = asked.annotate(arrived_at=Subquery(frames.values("received_at")[:1]))
    return {pk: at for pk, at in found.values_list("pk", "arrived_at") if at is not None}
