"""Operations on their way: taken from the queue, marked sent, answered. Written by the station endpoint's intake.

A row is marked sent before its message leaves, and never goes back once it may have left: a command is sent at
most once, and where its fate is not known the row says so.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from stations.commands import Verdict
from stations.enums import OperationState
from stations.models import Operation
from stations.services.capabilities import learn_refused
from stations.services.effects import Effect
from stations.services.journal import masked
from stations.services.operation_rules import rules_of

MOST_AT_ONCE = 500
WATCHED = (OperationState.ACCEPTED, OperationState.TIMED_OUT)


class Taken(NamedTuple):
    """An operation to send now."""

    pk: int
    station_id: int
    generation: int
    """Number of the station's connection when it was taken."""
    ocpp_version: str
    requests: list[list[Any]]
    carries_on: bool


@dataclass(slots=True)
class TakeOperations(Effect):
    """Mark the next due operation of every idle station of this process as sent: ends of sessions first, then by age."""

    endpoint_id: UUID
    busy: frozenset[int]
    """Stations that have not answered the last one."""
    at: datetime
    taken: list[Taken] = field(default_factory=list)

    @classmethod
    def prepare(cls, effects: Sequence["TakeOperations"]) -> None:
        """One query and one update for each process, that is one."""
        for effect in effects:
            first: dict[int, Taken] = {}
            for row in effect._due():
                first.setdefault(row[1], Taken(*row))
            effect.taken = list(first.values())
            Operation.objects.filter(pk__in=[taken.pk for taken in effect.taken]).update(
                state=OperationState.SENT, sent_at=effect.at, endpoint_id=effect.endpoint_id
            )

    def _due(self) -> Any:
        due = Operation.objects.filter(
            state=OperationState.QUEUED, due_at__lte=self.at, expires_at__gt=self.at, station__endpoint=self.endpoint_id
        )
        locked = due.exclude(station__in=self.busy).select_for_update(of=("self",), skip_locked=True)
        return locked.order_by("priority", "pk").values_list(
            "pk", "station_id", "station__generation", "ocpp_version", "requests", "carries_on"
        )[:MOST_AT_ONCE]

    @property
    def live_names(self) -> tuple[str, ...]:
        return ("operations", *(f"station-{taken.station_id}" for taken in self.taken)) if self.taken else ()


@dataclass(slots=True)
class ReturnOperation(Effect):
    """Taken, but the connection was gone before anything was sent: it waits again."""

    operation_id: int

    @classmethod
    def prepare(cls, effects: Sequence["ReturnOperation"]) -> None:
        """One update for all."""
        sent = Operation.objects.filter(pk__in=[e.operation_id for e in effects], state=OperationState.SENT)
        sent.update(state=OperationState.QUEUED, sent_at=None, endpoint_id=None)

    @property
    def live_names(self) -> tuple[str, ...]:
        return ("operations",)


@dataclass(slots=True)
class RecordStep(Effect):
    """The station agreed to one of several messages; the next one follows."""

    operation_id: int
    response: Any

    @classmethod
    def prepare(cls, effects: Sequence["RecordStep"]) -> None:
        """Few and far between: one update each."""
        for effect in effects:
            operation = Operation.objects.get(pk=effect.operation_id)
            operation.responses.append(without_secrets(effect.response))
            operation.save(update_fields=["responses"])

    @property
    def live_names(self) -> tuple[str, ...]:
        return ("operations",)


@dataclass(slots=True)
class SettleOperation(Effect):
    """The outcome of an operation is known, or it is known that it will not be."""

    operation_id: int
    message: str
    verdict: Verdict
    response: Any
    at: datetime

    @classmethod
    def prepare(cls, effects: Sequence["SettleOperation"]) -> None:
        """Write the outcomes, then what follows from them."""
        by_pk = {effect.operation_id: effect for effect in effects}
        settled: dict[str, list[Operation]] = defaultdict(list)
        rows = Operation.objects.filter(pk__in=by_pk).select_related("station").order_by("pk")
        for operation in rows.select_for_update(of=("self",)):
            if by_pk[operation.pk]._write(operation):
                settled[operation.action].append(operation)
        for action, operations in settled.items():
            rules_of(action).settled(operations)
        learn_refused(
            (operation.station_id, by_pk[operation.pk].message)
            for operations in settled.values()
            for operation in operations
            if by_pk[operation.pk].verdict.is_unsupported
        )

    def _write(self, operation: Operation) -> bool:
        """Write the outcome; False when it was settled before and only the late answer is noted."""
        if self.response is not None:
            operation.responses.append(without_secrets(self.response))
        if operation.state != OperationState.SENT:
            operation.error = _("The station answered late: {answer}").format(
                answer=self.verdict.word or self.verdict.error
            )[:500]
            operation.save(update_fields=["responses", "error"])
            return False
        settle(operation, self.verdict, self.at)
        operation.save()
        return True

    @property
    def live_names(self) -> tuple[str, ...]:
        return ("operations",)


def settle(operation: Operation, verdict: Verdict, at: datetime) -> None:
    """Put the outcome into the row, which is not saved; what was secret in it is masked from now on."""
    operation.state, operation.answer, operation.error = verdict.state, verdict.word[:50], verdict.error[:500]
    operation.settled_at = at
    for name in ("parameters", "requests", "details"):
        setattr(operation, name, without_secrets(getattr(operation, name)))
    if verdict.state in WATCHED or operation.carries_on:
        rules_of(operation.action).watch(operation, at)


def without_secrets(content: Any) -> Any:
    """Plain values with passwords, keys and connection tokens masked."""
    return orjson.loads(masked(orjson.dumps(content).decode()))
