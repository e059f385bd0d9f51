"""OCPP parameters an operation wrote or read, one by one."""

from dataclasses import dataclass

from stations.catalogue.standard_keys import is_secret
from stations.commands import ReportedParameter, dialect_of
from stations.configuration.changes import MASK
from stations.enums import OperationState, PushOutcome
from stations.models import Operation

WRITING = ("push-parameters", "set-parameters", "use-system-configuration")
OPEN = (OperationState.QUEUED, OperationState.SENT)


@dataclass(frozen=True)
class Written:
    """A parameter that was to be written, and what came of it; None: the answer is still to come."""

    key: str
    value: str
    outcome: PushOutcome | None


def written_parameters(operation: Operation) -> list[Written]:
    """Every parameter ``operation`` writes, with the station's answer; secrets masked."""
    dialect = dialect_of(operation.ocpp_version)
    if operation.action not in WRITING or dialect is None or not operation.requests:
        return []
    answered = dialect.written(operation.requests, operation.responses)
    found = [Written(each.key, hidden(each.key, each.value), each.outcome) for each in answered]
    rest = [payload for _message, payload in operation.requests[len(answered) :]]
    return [
        *found,
        *(Written(p["key"], hidden(p["key"], p["value"]), _missing(operation, n)) for n, p in enumerate(rest)),
    ]


def _missing(operation: Operation, place: int) -> PushOutcome | None:
    """What is known of a parameter without an answer, the ``place``-th of those."""
    if operation.state in OPEN:
        return None
    return PushOutcome.UNKNOWN if place == 0 and operation.sent_at is not None else PushOutcome.NOT_SENT


def read_parameters(operation: Operation) -> list[ReportedParameter]:
    """Every parameter the station reported to ``operation``, by name; secrets masked."""
    dialect = dialect_of(operation.ocpp_version)
    if operation.action != "pull-parameters" or dialect is None:
        return []
    answers = [each for each in operation.responses if isinstance(each, dict) and "error" not in each]
    found = [each._replace(value=hidden(each.key, each.value)) for each in dialect.reported(answers)]
    return sorted(found, key=lambda each: each.key.lower())


def hidden(key: str, value: str | None) -> str:
    """``value`` of the parameter as far as it may be shown."""
    return MASK if value and is_secret(key) else value or ""
