"""What is particular to one action beside its message: what happens with the request, with the answer, and what to watch for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from stations.enums import EffectState
from stations.models import Operation


class Seen(NamedTuple):
    """What came of an operation the station agreed to: it happened, or it is known not to."""

    state: EffectState
    note: str


class Rules:
    """The rules of most actions: nothing happens but the message, and the answer is all there is to see."""

    def waits_for(self, usual: timedelta) -> timedelta:
        """How long it may wait to be sent."""
        return usual

    def begin(self, operations: Sequence[Operation]) -> None:
        """In the transaction that queues ``operations``."""

    def settled(self, operations: Sequence[Operation]) -> None:
        """In the transaction that writes their outcome."""

    def watched_for(self, operation: Operation) -> timedelta | None:
        """How long the effect of a settled operation is watched for; None when there is nothing to watch.

        Asked for those accepted, for those whose answer never came, as the station may have acted all the same, and
        for every one that carries on, as a part of it may be done.
        """
        return None

    def watch(self, operation: Operation, at: datetime) -> None:
        """Watch for the effect of a settled operation from ``at`` on, where there is any; the row is not saved."""
        watched_for = self.watched_for(operation)
        if watched_for is not None:
            operation.effect, operation.effect_until = EffectState.AWAITED, at + watched_for

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """What is known by now of these watched operations, by primary key; those still open are left out."""
        return {}


_rules: dict[str, Rules] = {}
_USUAL = Rules()


def register(rules: Rules, *actions: str) -> None:
    """Use ``rules`` for ``actions``."""
    for action in actions:
        _rules[action] = rules


def rules_of(action: str) -> Rules:
    """The rules of an action."""
    return _rules.get(action, _USUAL)
