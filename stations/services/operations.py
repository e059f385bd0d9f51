"""The one entrance for commands to stations: requested, queued, cancelled. What is sent and answered: ``operation_delivery``."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel
from pydantic import ValidationError as ParametersError

from emobility.common.actions import Action, NotNow
from emobility.common.deadlocks import atomically
from emobility.common.events import publish
from stations import gateway
from stations.commands import InvalidRequest, NotSupported, dialect_of
from stations.enums import OperationSource, OperationState
from stations.models import BulkOperation, ChargingStation, Operation
from stations.services.errors import Conflict, QueueFull
from stations.services.operation_rules import rules_of
from stations.services.queries import stations_for_actions

QUEUE_LIMIT = 50
"""Operations that may wait for one station."""
WAITS_FOR = timedelta(minutes=5)
"""An operation not sent after this long is withdrawn: what was wanted then may be wrong by now."""

_log = logging.getLogger(__name__)


def request_operation(
    station: ChargingStation,
    action: Action,
    parameters: Mapping[str, Any] | None = None,
    *,
    actor: Any,
    source: OperationSource,
    reason: str = "",
) -> Operation:
    """Queue ``action`` for ``station`` on behalf of ``actor`` (None: this system).

    Raises ``ValidationError`` for wrong parameters, ``Conflict`` with the reason when it cannot be done now,
    ``QueueFull`` when too much waits for the station already.
    """
    values = parsed(action, parameters or {})
    operation = atomically(lambda: _queue(station, action, values, actor=actor, source=source, reason=reason))
    _log.info("%s asked %s for %s", actor or source, station.identity, action.name)
    return operation


def _queue(station: ChargingStation, action: Action, values: BaseModel, **about: Any) -> Operation:
    ChargingStation.objects.select_for_update().only("pk").get(pk=station.pk)  # one at a time, in their order
    facts = stations_for_actions(ChargingStation.objects.filter(pk=station.pk)).get()
    _refuse_if_full(station)
    operation = draft(facts, action, values, **about)
    operation.save()
    rules_of(action.name).begin([operation])
    transaction.on_commit(lambda: announce([operation]))
    return operation


def parsed(action: Action, parameters: Mapping[str, Any]) -> BaseModel:
    """``parameters`` checked; raises ``ValidationError`` naming the fields at fault."""
    try:
        return action.parameters.model_validate(dict(parameters))
    except ParametersError as error:
        raise ValidationError(_by_field(error)) from error


def _by_field(error: ParametersError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in error.errors():
        found.setdefault(".".join(map(str, each["loc"])) or "parameters", []).append(each["msg"])
    return found


def draft(
    station: ChargingStation,
    action: Action,
    values: BaseModel,
    *,
    actor: Any,
    source: OperationSource,
    reason: str = "",
    bulk: BulkOperation | None = None,
    due_at: datetime | None = None,
) -> Operation:
    """The row for ``station`` (from ``stations_for_actions``), not saved; raises ``Conflict`` with the reason."""
    if obstacle := action.unavailable(station):
        raise Conflict(obstacle)
    command, requests = _worded(station, action, values)
    due_at = due_at or timezone.now()
    rules = rules_of(action.name)
    is_done = not requests
    operation = Operation(
        station=station,
        bulk=bulk,
        action=action.name,
        parameters=orjson.loads(values.model_dump_json(exclude_unset=True)),
        actor=actor,
        source=source,
        reason=reason,
        priority=action.priority,
        ocpp_version=station.ocpp_version,
        requests=requests,
        carries_on=action.carries_on,
        due_at=due_at,
        expires_at=due_at + rules.waits_for(WAITS_FOR),
        state=OperationState.ACCEPTED if is_done else OperationState.QUEUED,
        settled_at=timezone.now() if is_done else None,
        details=orjson.loads(orjson.dumps(asdict(command))) if command is not None else {},
    )
    if is_done:
        rules.watch(operation, timezone.now())
    return operation


def misfit(station: ChargingStation, action: Action, values: BaseModel, *, actor: Any) -> str | None:
    """Why ``station`` (from ``stations_for_actions``) cannot do it with these parameters; None when it can."""
    try:
        draft(station, action, values, actor=actor, source=OperationSource.PORTAL)
    except (Conflict, ValidationError) as error:
        return sentence(error)
    return None


def sentence(error: Conflict | ValidationError) -> str:
    """Why something was refused, on one line."""
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)


def _worded(station: ChargingStation, action: Action, values: BaseModel) -> tuple[Any, list[list[Any]]]:
    """The command, and its messages in the station's OCPP version."""
    dialect = dialect_of(station.ocpp_version)
    try:
        command = action.build(station, values)
        if command is None:
            return None, []
        if dialect is None:
            raise NotSupported(_("The OCPP version of the station is not known."))
        return command, [list(request) for request in dialect.requests(command)]
    except (NotNow, NotSupported) as error:
        raise Conflict(str(error)) from error
    except InvalidRequest as error:
        raise ValidationError({"parameters": error.errors}) from error


def _refuse_if_full(station: ChargingStation) -> None:
    waiting = Operation.objects.filter(station=station, state=OperationState.QUEUED).count()
    if waiting >= QUEUE_LIMIT:
        raise QueueFull(
            _("{count} operations wait for the station already. Wait, or cancel some.").format(count=waiting)
        )


def announce(operations: Iterable[Operation]) -> None:
    """Ring for the endpoints of the stations, and refresh the pages that show them."""
    operations = list(operations)
    gateway.ring({o.station.endpoint_id for o in operations if o.station.endpoint_id is not None})
    publish("operations", *(f"station-{operation.station_id}" for operation in operations))


def cancel_operations(operations: Any, *, actor: Any) -> int:
    """Withdraw those of the queryset ``operations`` that were not sent yet; returns how many."""
    with transaction.atomic():
        waiting = operations.filter(state=OperationState.QUEUED)
        found = list(waiting.select_for_update(of=("self",)).values_list("pk", "station_id"))
        changed = Operation.objects.filter(pk__in=[pk for pk, _station in found], state=OperationState.QUEUED).update(
            state=OperationState.CANCELLED,
            settled_at=timezone.now(),
            error=_("Cancelled by {who} before it was sent.").format(who=actor),
        )
    _log.info("%s cancelled %s operations", actor, changed)
    publish("operations", *(f"station-{station_id}" for _pk, station_id in found))
    return changed
