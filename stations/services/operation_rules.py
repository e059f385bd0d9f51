"""What is particular to one action beside its message: what happens with the request, with the answer, and what to watch for."""

from collections.abc import Sequence
from datetime import timedelta

from stations.models import Operation


class Rules:
    """The rules of most actions: nothing happens but the message, and the answer is all there is to see."""

    watched_for: timedelta | None = None
    """How long its effect is watched for; None when there is nothing to watch."""

    def waits_for(self, usual: timedelta) -> timedelta:
        """How long it may wait to be sent."""
        return usual

    def begin(self, operations: Sequence[Operation]) -> None:
        """In the transaction that queues ``operations``."""

    def settled(self, operations: Sequence[Operation]) -> None:
        """In the transaction that writes their outcome."""

    def seen(self, operations: Sequence[Operation]) -> dict[int, str]:
        """Which of these watched operations have taken effect: what was seen, by primary key."""
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


def watched_actions() -> list[str]:
    """Actions whose effect is watched for."""
    return [name for name, rules in _rules.items() if rules.watched_for is not None]
