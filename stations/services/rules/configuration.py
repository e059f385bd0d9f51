"""Parameters read and written: what the station answered is kept, by the task that looks after operations.

It is much to write for each station, so it does not belong into the transactions that answer stations.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emobility.common.events import publish
from stations.commands import Dialect, dialect_of
from stations.configuration.parameters import TAKEN
from stations.enums import ChangeCause, EffectState, OperationSource, PushOutcome
from stations.models import ChargingStation, Configuration, OcppParameter, Operation
from stations.services.capabilities import learn_parameters
from stations.services.configuration import (
    configuration_of,
    locked_station,
    set_parameters,
    use_system_configuration,
)
from stations.services.errors import Conflict
from stations.services.operation_rules import Rules, Seen, register
from stations.services.parameters import learn_reported, record_unsent, record_written
from stations.services.rules.watching import came_to_nothing, happened

_log = logging.getLogger(__name__)
RESUMES = 3
"""How often the system itself goes on with values that could not be sent to the end."""


class _TableRules(Rules, ABC):
    """What the station answered is written into the table of its parameters, once."""

    def watched_for(self, operation: Operation) -> timedelta | None:
        """Until the next look; the answers are there."""
        return timedelta(minutes=10)

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """Keep what each of them brought."""
        found = {operation.pk: self._kept(operation) for operation in operations}
        return {pk: seen for pk, seen in found.items() if seen is not None}

    def _kept(self, operation: Operation) -> Seen | None:
        """What it brought; one that cannot be kept does not keep the others waiting."""
        try:
            return _once(operation, self.keep)
        except (ValidationError, Conflict) as error:
            return came_to_nothing(" ".join(getattr(error, "messages", [str(error)])))
        except Exception:
            _log.exception("what operation %s brought could not be kept", operation.pk)
            return came_to_nothing(_("An error of this system: the answers are in the log."))

    @abstractmethod
    def keep(self, operation: Operation, station: ChargingStation) -> Seen:
        """Write what ``operation`` brought; inside a transaction."""


def _once(operation: Operation, keep: Callable[[Operation, ChargingStation], Seen]) -> Seen | None:
    """Keep what the operation brought, unless another process does so at this moment."""
    with transaction.atomic():
        station = locked_station(operation.station)
        row = Operation.objects.select_for_update(of=("self",)).get(pk=operation.pk)
        if row.effect != EffectState.AWAITED:
            return None
        seen = keep(row, station)
        row.effect, row.effect_note = seen.state, seen.note[:200]
        row.save(update_fields=["effect", "effect_note", "details"])
        publish(f"station-{station.pk}")
    return seen


def _dialect(operation: Operation) -> Dialect:
    dialect = dialect_of(operation.ocpp_version)
    assert dialect is not None, "an operation is in the words of a dialect"
    return dialect


class ReadRules(_TableRules):
    """Download: what the station reported."""

    def keep(self, operation: Operation, station: ChargingStation) -> Seen:
        """The reported values, and what they say about its abilities."""
        answers = [each for each in operation.responses if isinstance(each, dict) and "error" not in each]
        reported = _dialect(operation).reported(answers)
        if not answers:
            return came_to_nothing(_("The station reported nothing."))
        learn_reported(station, reported, operation.settled_at or operation.requested_at)
        learn_parameters({station.pk: {each.key: each.value for each in reported if each.value is not None}})
        differing = OcppParameter.objects.filter(station=station, differs=True).count()
        return happened(
            _("{count} parameters read; {differing} differ from what is wanted here.").format(
                count=len(reported), differing=differing
            )
        )


class WriteRules(_TableRules):
    """Update, and what sets values first: the values are wanted here, then the answers are kept."""

    def begin(self, operations: Sequence[Operation]) -> None:
        """Values of a single station are wanted at once; those of many one after the other, by the task."""
        if len(operations) == 1:
            self._want(operations[0])

    def _want(self, operation: Operation) -> None:
        if not operation.details.get("wanted"):
            self.want(operation)
            operation.details["wanted"] = True
            operation.save(update_fields=["details"])

    def want(self, operation: Operation) -> None:
        """Put the values in force here; nothing where they are already."""

    def keep(self, operation: Operation, station: ChargingStation) -> Seen:
        """What the station answered to each value."""
        self._want(operation)
        station = locked_station(station)
        written = _dialect(operation).written(operation.requests, operation.responses) if operation.requests else []
        record_written(station, written, operation.settled_at or operation.requested_at)
        station = locked_station(station)
        rest = _cut_off(operation, len(written)) if operation.requests else self._left_waiting(operation, station)
        record_unsent(station, rest)
        _plan_resume(configuration_of(station), operation, is_cut=bool(rest))
        return _summary([each.outcome for each in written], len(rest))

    def _left_waiting(self, operation: Operation, station: Any) -> dict[str, PushOutcome]:
        """What was not sent at all, as the station was not there."""
        waiting = [p for p in station.parameters.all() if p.differs and not p.read_only and self.sets(operation, p)]
        return {parameter.key: PushOutcome.NOT_SENT for parameter in waiting}

    def sets(self, operation: Operation, parameter: OcppParameter) -> bool:
        """Whether the operation is what sets ``parameter``."""
        return False


def _cut_off(operation: Operation, answered: int) -> dict[str, PushOutcome]:
    """What came of the values without an answer: the first may have been taken, if anything was sent."""
    keys = [payload["key"] for _message, payload in operation.requests[answered:]]
    outcomes = dict.fromkeys(keys, PushOutcome.NOT_SENT)
    if keys and operation.sent_at is not None:
        outcomes[keys[0]] = PushOutcome.UNKNOWN
    return outcomes


def _plan_resume(configuration: Configuration, operation: Operation, *, is_cut: bool) -> None:
    """What could not be sent to the end is tried again by the system, a few times."""
    left = configuration.pushes_left
    if not is_cut:
        left = 0
    elif operation.source == OperationSource.SYSTEM and operation.sent_at is not None and left:
        left -= 1
    else:
        left = RESUMES
    if left != configuration.pushes_left:
        configuration.pushes_left = left
        configuration.save(update_fields=["pushes_left"])


def _summary(outcomes: Sequence[PushOutcome], unsent: int) -> Seen:
    """What came of the values, in words."""
    taken = sum(outcome in TAKEN for outcome in outcomes)
    total = len(outcomes) + unsent
    if not total:
        return happened(_("Nothing had to be sent."))
    parts = [_("{taken} of {total} values taken.").format(taken=taken, total=total)]
    if waiting := outcomes.count(PushOutcome.REBOOT_REQUIRED):
        text = ngettext("{count} counts after a reboot.", "{count} count after a reboot.", waiting)
        parts.append(text.format(count=waiting))
    if unsent:
        parts.append(_("{count} not answered or not sent.").format(count=unsent))
    return happened(" ".join(parts)) if taken == total else came_to_nothing(" ".join(parts))


class SetRules(WriteRules):
    """Set OCPP parameters."""

    def want(self, operation: Operation) -> None:
        """The values of the operation's parameters."""
        values = operation.parameters["values"]
        cause = ChangeCause.COPIED if operation.bulk_id else ChangeCause.EDITED
        set_parameters(operation.station, values, cause=cause, **_about(operation))

    def sets(self, operation: Operation, parameter: OcppParameter) -> bool:
        """It names it."""
        return parameter.key_lower in {key.lower() for key in operation.parameters["values"]}


class SystemRules(WriteRules):
    """Use System Configuration."""

    def want(self, operation: Operation) -> None:
        """Connectors and parameters of the matching model."""
        configuration = configuration_of(operation.station)
        if configuration.matching_model is not None:
            use_system_configuration(operation.station, configuration.matching_model, **_about(operation))

    def sets(self, operation: Operation, parameter: OcppParameter) -> bool:
        """The model recommends it."""
        return parameter.recommended_value is not None


def _about(operation: Operation) -> dict[str, Any]:
    return {"actor": operation.actor, "source": OperationSource(operation.source), "operation": operation}


register(ReadRules(), "pull-parameters")
register(WriteRules(), "push-parameters")
register(SetRules(), "set-parameters")
register(SystemRules(), "use-system-configuration")
