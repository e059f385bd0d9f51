"""Trigger message: the message comes."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from stations.models import Operation
from stations.services.operation_rules import Rules, Seen, register
from stations.services.rules.watching import arrivals, happened, moment


class TriggerRules(Rules):
    """Operations that ask for the same are looked for together."""

    def watched_for(self, operation: Operation) -> timedelta | None:
        """Stations send it at once."""
        return timedelta(minutes=2)

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """Such a message came after the request, from the connector if one was named."""
        alike: dict[tuple[str, int | None], list[Operation]] = defaultdict(list)
        for operation in operations:
            alike[operation.details["message"], operation.details["connector"]].append(operation)
        found = {}
        for (message, connector), group in alike.items():
            for pk, at in arrivals(group, message, _of_connector(connector)).items():
                found[pk] = happened(_("{message} came at {time}.").format(message=message, time=moment(at)))
        return found


def _of_connector(number: int | None) -> str:
    """The pattern of frames about a connector; messages that name none are about the station."""
    return "" if number is None else rf'"connectorId"\s*:\s*{number}\D'


register(TriggerRules(), "trigger-message")
