"""The same action on many stations: looked at beforehand, started at a pace, watched, cancelled, tried again.

Nothing here asks the database once per station.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel

from emobility.common.actions import Action, actions, find
from emobility.common.deadlocks import atomically
from stations.configuration.changes import Change
from stations.enums import EffectState, OperationSource, OperationState, Role
from stations.models import BulkOperation, ChargingSession, ChargingStation, Operation
from stations.models.operations import OPEN_STATES
from stations.models.stations import StationQuerySet
from stations.services.errors import Conflict
from stations.services.operation_rules import rules_of
from stations.services.operations import QUEUE_LIMIT, announce, cancel_operations, draft, misfit, parsed, sentence
from stations.services.queries import stations_for_actions

MOST_STATIONS = 20_000
CHANGES_OF = 50
"""Of so many stations a preview lists each value that changes."""
STATIONS_AT_ONCE = 500
"""So many are read at a time, with all that an action needs of them."""
USUAL_PACE, SLOWEST, FASTEST = 600, 1, 6000
"""Stations asked per minute."""
UNDONE = (OperationState.REJECTED, OperationState.FAILED, OperationState.TIMED_OUT, OperationState.CANCELLED)
"""What may be worth another try."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Skipped:
    """A station that is left out, and why."""

    station: int
    identity: str
    reason: str


@dataclass
class Preview:
    """What a bulk operation would do."""

    asked: list[ChargingStation] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    ending: dict[int, list[ChargingSession]] = field(default_factory=dict)
    """Sessions that will end, by the station's primary key; stations without any are not in it."""
    changed: dict[int, int] = field(default_factory=dict)
    """How many values change, by the station's primary key; stations where nothing does are not in it."""
    changes: dict[int, list[Change]] = field(default_factory=dict)
    """Which values these are, for the first ``CHANGES_OF`` of them."""

    @property
    def sessions(self) -> int:
        """How many charging sessions will end."""
        return sum(map(len, self.ending.values()))

    def note_changes(self, station: ChargingStation, changes: Iterable[Change]) -> None:
        """Count what changes at ``station``; only of the first ones each value is kept."""
        if not (listed := list(changes)):
            return
        self.changed[station.pk] = len(listed)
        if len(self.changes) < CHANGES_OF:
            self.changes[station.pk] = listed


@dataclass(frozen=True)
class Progress:
    """How far the operations of one bulk operation have come."""

    states: dict[OperationState, int]
    effects: dict[EffectState, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def open(self) -> int:
        """Those whose outcome is still to come."""
        return sum(self.states[state] for state in OPEN_STATES)

    @property
    def settled(self) -> int:
        """Those whose outcome is known."""
        return self.total - self.open

    @property
    def undone(self) -> int:
        """Those that may be worth another try."""
        return sum(self.states[state] for state in UNDONE)


def offered_to(user: Any) -> list[Action]:
    """The actions for many stations at once that ``user`` may do at least somewhere."""
    offered = [action for action in actions() if action.is_bulk]
    roles = {action.role for action in offered}
    held = {role for role in roles if ChargingStation.objects.visible_to(user, Role(role)).exists()}
    return [action for action in offered if action.role in held]


def preview(stations: StationQuerySet, action: Action, parameters: Mapping[str, Any] | None, *, actor: Any) -> Preview:
    """What ``action`` would do to ``stations``, as far as ``actor`` sees them; changes nothing.

    With None for ``parameters``, what depends on them is left open: which sessions end, and what they do not fit.
    Raises ``ValidationError`` for wrong parameters.
    """
    values = None if parameters is None else parsed(action, parameters)
    found = Preview()
    for station, obstacle in _candidates(stations, action, actor):
        if obstacle is None and values is not None:
            obstacle = misfit(station, action, values, actor=actor)
        if obstacle is not None:
            found.skipped.append(Skipped(station.pk, station.identity, obstacle))
            continue
        found.asked.append(station)
        if values is not None and (sessions := list(action.ends(station, values))):
            found.ending[station.pk] = sessions
        if values is not None:
            found.note_changes(station, action.changes(station, values))
    return found


def start(
    stations: StationQuerySet,
    action: Action,
    parameters: Mapping[str, Any],
    *,
    actor: Any,
    source: OperationSource,
    reason: str = "",
    per_minute: int = USUAL_PACE,
) -> BulkOperation:
    """Queue ``action`` for every one of ``stations`` that ``actor`` may have do it and that can do it now.

    The n-th station is due n × 60 / ``per_minute`` seconds from now. Raises ``ValidationError`` for wrong
    parameters, ``Conflict`` when no station is left to ask.
    """
    if not SLOWEST <= per_minute <= FASTEST:
        raise ValidationError({"per_minute": _("From {least} to {most}.").format(least=SLOWEST, most=FASTEST)})
    values = parsed(action, parameters)
    bulk = BulkOperation(
        action=action.name,
        parameters=orjson.loads(values.model_dump_json(exclude_unset=True)),
        actor=actor,
        source=source,
        reason=reason,
        per_minute=per_minute,
    )
    operations, skipped = _drafts(stations, action, values, bulk)
    if not operations:
        raise Conflict(_("None of these stations can be asked now."))
    bulk.skipped = [vars(each) for each in skipped]
    atomically(lambda: _save(bulk, operations))
    _log.info("%s asked %s for %s stations, skipped %s", actor, action.name, len(operations), len(skipped))
    return bulk


def progress(bulk: BulkOperation, *, user: Any) -> Progress:
    """How far the operations of ``bulk`` that ``user`` may see have come."""
    counts = operations_of(bulk, user=user).order_by().values_list("state", "effect").annotate(count=Count("pk"))
    states: Counter[OperationState] = Counter()
    effects: Counter[EffectState] = Counter()
    for state, effect, count in counts:
        states[OperationState(state)] += count
        effects[EffectState(effect)] += count
    return Progress(states, effects)


def operations_of(bulk: BulkOperation, *, user: Any) -> QuerySet:
    """The operations of ``bulk`` that ``user`` may see, in the order in which they are due."""
    return Operation.objects.visible_to(user).filter(bulk=bulk).order_by("pk")


def skipped_of(bulk: BulkOperation, *, user: Any) -> list[Skipped]:
    """The stations ``bulk`` left out, as far as ``user`` may see them."""
    skipped = [Skipped(**each) for each in bulk.skipped]
    if not skipped:
        return []
    visible = ChargingStation.objects.visible_to(user).filter(pk__in=[each.station for each in skipped])
    known = set(visible.order_by().values_list("pk", flat=True))
    return [each for each in skipped if each.station in known]


def cancel_rest(bulk: BulkOperation, *, actor: Any) -> int:
    """Withdraw what was not sent yet, where ``actor`` may; returns how many."""
    action = find(bulk.action)
    role = Role(action.role) if action else Role.OPERATOR
    return cancel_operations(Operation.objects.visible_to(actor, role).filter(bulk=bulk), actor=actor)


def undone_stations(bulk: BulkOperation) -> StationQuerySet:
    """The stations of ``bulk`` that refused, failed, did not answer or were not asked in time."""
    undone = Operation.objects.filter(bulk=bulk, state__in=UNDONE).order_by().values("station")
    return ChargingStation.objects.filter(pk__in=undone)


def retry_failed(
    bulk: BulkOperation, *, actor: Any, source: OperationSource, reason: str = "", per_minute: int | None = None
) -> BulkOperation:
    """Ask the ``undone_stations`` of ``bulk`` again, the same way unless said otherwise; raises as ``start`` does."""
    action = find(bulk.action)
    if action is None:
        raise Conflict(_("There is no action {name} any more.").format(name=bulk.action))
    return start(
        undone_stations(bulk),
        action,
        bulk.parameters,
        actor=actor,
        source=source,
        reason=reason or bulk.reason,
        per_minute=per_minute or bulk.per_minute,
    )


def _candidates(stations: StationQuerySet, action: Action, actor: Any) -> Iterator[tuple[ChargingStation, str | None]]:
    """Each station ``actor`` sees, and why it cannot be asked, whatever the parameters."""
    seen = stations.visible_to(actor)
    allowed = set(seen.visible_to(actor, Role(action.role)).order_by().values_list("pk", flat=True))
    if len(allowed) > MOST_STATIONS:
        raise Conflict(_("At most {count} stations at once.").format(count=MOST_STATIONS))
    full = _stations_with_full_queue(allowed)
    for station in stations_for_actions(seen).prefetch_related(*action.needs).iterator(STATIONS_AT_ONCE):
        yield station, _obstacle(station, action, station.pk in allowed, full.get(station.pk))
        _forget(station, action)


def _forget(station: Any, action: Action) -> None:
    """Let go of what only the action needed: the parameters of thousands of stations would fill the memory."""
    for need in action.needs:
        station._prefetched_objects_cache.pop(need.partition("__")[0], None)


def _stations_with_full_queue(stations: set[int]) -> dict[int, int]:
    """How many operations wait for a station, where that is as many as may."""
    waiting = Operation.objects.filter(station__in=stations, state=OperationState.QUEUED).order_by()
    return dict(waiting.values_list("station").annotate(count=Count("pk")).filter(count__gte=QUEUE_LIMIT))


def _obstacle(station: ChargingStation, action: Action, is_allowed: bool, waiting: int | None) -> str | None:
    if not is_allowed:
        return _("This needs the role {role}, which you do not hold there.").format(role=Role(action.role).label)
    if waiting:
        return _("{count} operations wait for the station already.").format(count=waiting)
    return action.unavailable(station)


def _drafts(
    stations: StationQuerySet, action: Action, values: BaseModel, bulk: BulkOperation
) -> tuple[list[Operation], Sequence[Skipped]]:
    """The rows for those that can be asked, each due in its turn, and the others."""
    operations: list[Operation] = []
    skipped: list[Skipped] = []
    begin, pause = timezone.now(), timedelta(minutes=1) / bulk.per_minute
    about: dict[str, Any] = {
        "actor": bulk.actor,
        "source": OperationSource(bulk.source),
        "reason": bulk.reason,
        "bulk": bulk,
    }
    for station, obstacle in _candidates(stations, action, bulk.actor):
        try:
            if obstacle is not None:
                raise Conflict(obstacle)
            due_at = begin + pause * len(operations)
            operations.append(draft(station, action, values, due_at=due_at, **about))
        except (Conflict, ValidationError) as error:
            skipped.append(Skipped(station.pk, station.identity, sentence(error)))
    return operations, skipped


def _save(bulk: BulkOperation, operations: list[Operation]) -> None:
    bulk.pk = None
    bulk.save(force_insert=True)
    for operation in operations:
        operation.pk, operation.bulk = None, bulk
    Operation.objects.bulk_create(operations)
    rules_of(bulk.action).begin(operations)
    transaction.on_commit(lambda: announce(operations))
