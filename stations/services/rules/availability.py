"""In and out of use: connectors follow, at once or when their sessions have ended."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stations.enums import ConnectorStatus, OperationState
from stations.models import ChargingStation, Connector, Operation
from stations.services.availability import set_enabled, withdraw_opposite
from stations.services.operation_rules import Rules, Seen, register
from stations.services.rules.watching import came_to_nothing, happened, stations_of

SCHEDULED = "Scheduled"
"""The station's word for *when the session has ended*."""
ACTIONS = ("set-available", "set-unavailable", "disable", "enable")


class AvailabilityRules(Rules):
    """Connectors the request is about are, or are no longer, unavailable."""

    def __init__(self, *, is_operative: bool) -> None:
        self.is_operative = is_operative

    def watched_for(self, operation: Operation) -> timedelta | None:
        """For days where a session has to end first."""
        return timedelta(days=7) if operation.answer == SCHEDULED else timedelta(minutes=2)

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """Every connector concerned is in the state wanted, or a later request wants another one."""
        statuses = _statuses(operations)
        later = _later(operations)
        found = {}
        for operation in operations:
            number = operation.details.get("connector")
            known = statuses[operation.station_id]
            concerned = [known[number]] if number in known else [] if number else list(known.values())
            if replacement := self._replacement(operation, later[operation.station_id]):
                found[operation.pk] = came_to_nothing(_("Replaced by operation {id}.").format(id=replacement))
            elif concerned and all(map(self._is_wanted, concerned)):
                found[operation.pk] = happened(self._note(len(concerned), number))
        return found

    def _is_wanted(self, status: str) -> bool:
        return (status != ConnectorStatus.UNAVAILABLE) == self.is_operative

    def _replacement(self, operation: Operation, later: list[Operation]) -> int | None:
        """A later request, agreed to, that wants the opposite of the same connectors."""
        mine = operation.details.get("connector")
        for other in later:
            theirs = other.details.get("connector")
            is_opposite = other.details.get("is_operative") != self.is_operative
            if other.pk > operation.pk and is_opposite and theirs in (None, mine):
                return other.pk
        return None

    def _note(self, count: int, number: int | None) -> str:
        if number is not None:
            text = (
                _("Connector {number} is in use again.")
                if self.is_operative
                else _("Connector {number} is unavailable.")
            )
            return text.format(number=number)
        if self.is_operative:
            return ngettext("{count} connector is in use again.", "{count} connectors are in use again.", count).format(
                count=count
            )
        return ngettext("{count} connector is unavailable.", "{count} connectors are unavailable.", count).format(
            count=count
        )


def _statuses(operations: Sequence[Operation]) -> dict[int, dict[int, str]]:
    """Status of each connector by station and number; the station's own as number 0 where no connector is known."""
    stations = stations_of(operations)
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for station_id, number, status in Connector.objects.filter(station__in=stations).values_list(
        "station_id", "number", "status"
    ):
        found[station_id][number] = status
    if bare := stations - found.keys():
        for pk, status in ChargingStation.objects.filter(pk__in=bare).values_list("pk", "status"):
            found[pk][0] = status
    return found


def _later(operations: Sequence[Operation]) -> dict[int, list[Operation]]:
    """Requests of the same kind that the stations agreed to after the first of these, oldest first."""
    accepted = Operation.objects.filter(
        station__in=stations_of(operations),
        action__in=ACTIONS,
        state=OperationState.ACCEPTED,
        sent_at__isnull=False,
        pk__gt=min(operation.pk for operation in operations),
    )
    found = defaultdict(list)
    for operation in accepted.only("station_id", "details").order_by("pk"):
        found[operation.station_id].append(operation)
    return found


class ServiceRules(AvailabilityRules):
    """Disable and enable: our own state changes at once, the station is told when it can be."""

    def __init__(self, action: str) -> None:
        super().__init__(is_operative=action == "enable")
        self.action = action

    def waits_for(self, usual: timedelta) -> timedelta:
        """A station that is away is told when it comes back."""
        return timedelta(days=30)

    def begin(self, operations: Sequence[Operation]) -> None:
        """In or out of service from this transaction on."""
        stations = stations_of(operations)
        set_enabled(stations, self.is_operative)
        withdraw_opposite(stations, self.action)


register(AvailabilityRules(is_operative=True), "set-available")
register(AvailabilityRules(is_operative=False), "set-unavailable")
register(ServiceRules("disable"), "disable")
register(ServiceRules("enable"), "enable")
