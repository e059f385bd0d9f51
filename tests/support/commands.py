"""Operations as the product makes them: requested by a service, answered through the intake."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from emobility.common.actions import find
from stations.commands import Verdict, dialect_of
from stations.enums import ConnectorStatus, OperationSource, OperationState
from stations.models import ChargingStation, Operation
from stations.ocpp.intake import Item, write
from stations.services.operation_delivery import RecordStep, SettleOperation
from stations.services.operations import request_operation
from tests.support.factories import (
    ChargingStationFactory,
    ConnectorFactory,
    EndpointProcessFactory,
    EVSEFactory,
)

TIMED_OUT = Verdict(OperationState.TIMED_OUT, "", "No answer.")


def connected_station(*statuses: ConnectorStatus, **values: Any) -> ChargingStation:
    """A connected station with one connector for each of ``statuses`` (default: two, both available)."""
    station = ChargingStationFactory(**{"endpoint": EndpointProcessFactory()} | values)
    for number, status in enumerate(statuses or [ConnectorStatus.AVAILABLE] * 2, 1):
        ConnectorFactory(evse=EVSEFactory(station=station, number=number), status=status)
    return station


def ask(station: ChargingStation, action: str, **parameters: Any) -> Operation:
    """Request ``action`` as a button does."""
    found = find(action)
    assert found is not None, f"no action is named {action}"
    return request_operation(station, found, parameters, actor=None, source=OperationSource.SYSTEM)


def answered(operation: Operation, *responses: Any, verdict: Verdict | None = None) -> Operation:
    """``operation`` sent, and answered with ``responses``; ``verdict`` stands for what came after them, if given."""
    Operation.objects.filter(pk=operation.pk).update(state=OperationState.SENT, sent_at=timezone.now())
    steps: Sequence[Any] = responses if verdict else responses[:-1]
    for response in steps:
        write([Item(RecordStep(operation.pk, response))])
    message = operation.requests[min(len(steps), len(operation.requests) - 1)][0]
    dialect = dialect_of(operation.ocpp_version)
    assert dialect is not None
    last = None if verdict else responses[-1]
    write(
        [Item(SettleOperation(operation.pk, message, verdict or dialect.verdict(message, last), last, timezone.now()))]
    )
    operation.refresh_from_db()
    return operation


def done(station: ChargingStation, action: str, *responses: Any, **parameters: Any) -> Operation:
    """``action`` requested and answered; the answer is Accepted unless ``responses`` say otherwise."""
    return answered(ask(station, action, **parameters), *(responses or [{"status": "Accepted"}]))
