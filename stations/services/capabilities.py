"""What stations can do, learnt from what they answer."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from emobility.common.actions import find
from stations.actions.maintenance import CAPABILITY_KEYS
from stations.actions.reasons import not_supported
from stations.commands import ReadParameters
from stations.enums import OperationSource, RegistrationStatus
from stations.models import Capabilities, ChargingStation, Operation
from stations.models.stations import LEASE_S
from stations.services.errors import Conflict, QueueFull
from stations.services.operations import request_operation

ACTION = "read-capabilities"
ASKED_AGAIN_AFTER = timedelta(days=1)
_CANONICAL = {key.lower(): key for key in CAPABILITY_KEYS}
_log = logging.getLogger(__name__)


def learn_refused(refused: Iterable[tuple[int, str]]) -> None:
    """Remember for (station pk, message) pairs that the station does not know the message, as long as it keeps its firmware."""
    messages = defaultdict(set)
    for station_id, message in refused:
        messages[station_id].add(message)
    learnt = _rows(messages)
    for station_id, found in messages.items():
        row = learnt[station_id]
        row.refused_messages = sorted(found.union(row.refused_messages))
    _write(learnt.values())


def learn_parameters(reported: Mapping[int, Mapping[str, str]]) -> None:
    """Keep what stations (by pk) reported of their abilities; what they refused before is open again."""
    learnt = _rows(reported)
    for station_id, row in learnt.items():
        values = {_CANONICAL.get(key.lower(), ""): value for key, value in reported[station_id].items()}
        row.parameters = {key: values[key] for key in CAPABILITY_KEYS if key in values}
        row.refused_messages, row.read_at = [], timezone.now()
    _write(learnt.values())


def _rows(station_ids: Collection[int]) -> dict[int, Capabilities]:
    """The rows of the stations, new where there is none; what was learnt of another firmware counts no more."""
    rows: dict[int, Capabilities] = {}
    if not station_ids:
        return rows
    for station in ChargingStation.objects.filter(pk__in=list(station_ids)).select_related("capabilities"):
        row = getattr(station, "capabilities", None) or Capabilities(station=station)
        if row.firmware_version != station.firmware_version:
            row.firmware_version, row.refused_messages, row.read_at = station.firmware_version, [], None
        rows[station.pk] = row
    return rows


def _write(rows: Collection[Capabilities]) -> None:
    Capabilities.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["station"],
        update_fields=["parameters", "refused_messages", "firmware_version", "read_at"],
    )


def ask_capabilities(limit: int = 20) -> int:
    """Ask at most ``limit`` connected stations that were never asked, or have other firmware now; returns how many."""
    stations = list(_unread()[:limit])
    _give_up([station.pk for station in stations if not_supported(station, ReadParameters)])
    return sum(map(_ask, stations))


def _unread() -> QuerySet[ChargingStation]:
    """Connected stations in service whose abilities are not known, and that were not asked lately."""
    now = timezone.now()
    lately = Operation.objects.filter(station=OuterRef("pk"), action=ACTION, requested_at__gte=now - ASKED_AGAIN_AFTER)
    stations: QuerySet[ChargingStation] = ChargingStation.objects.filter(
        Q(capabilities__read_at=None) | ~Q(capabilities__firmware_version=F("firmware_version")),
        ~Exists(lately),
        endpoint__renewed_at__gte=now - timedelta(seconds=LEASE_S),
        enabled=True,
        registration_status=RegistrationStatus.ACCEPTED,
    )
    return stations.select_related("capabilities").order_by("pk")


def _give_up(station_ids: Sequence[int]) -> None:
    """Stations that have no words to say it are not asked again before their firmware changes."""
    rows = _rows(station_ids)
    for row in rows.values():
        row.read_at = timezone.now()
    _write(rows.values())


def _ask(station: ChargingStation) -> bool:
    """Whether the question was queued; a station that has just gone is asked another time."""
    action = find(ACTION)
    assert action is not None, "the action is declared"
    try:
        request_operation(station, action, actor=None, source=OperationSource.SYSTEM, reason=_("Not known yet."))
    except (Conflict, QueueFull) as obstacle:
        _log.debug("%s is not asked what it can do: %s", station.identity, obstacle)
        return False
    return True
