"""Operations requested for a station that is played by the test."""

from typing import Any

import pytest

from emobility.common import actions
from stations.enums import OperationSource, OperationState
from stations.models import ChargingStation, Operation
from stations.services.operations import request_operation
from tests.support import wait_until


def ask(guest, action: str, **parameters: Any) -> Operation:
    """Request an operation for the station, as a button does."""
    station = ChargingStation.objects.get(identity_key=guest.identity.lower())
    found = actions.find(action)
    return request_operation(station, found, parameters, actor=None, source=OperationSource.SYSTEM)


async def asked(guest) -> tuple[str, str, dict]:
    """The next request the station gets: its id, message and payload."""
    kind, message_id, message, payload = await guest.receive()
    assert kind == 2
    return message_id, message, payload


def settled(operation: Operation, state: OperationState) -> Operation:
    """The operation once it has come to ``state``."""

    def there() -> Operation | None:
        return Operation.objects.filter(pk=operation.pk, state=state).first()

    return wait_until(there, f"{operation} is {state}")


async def nothing_more(guest) -> None:
    """The station has been asked nothing before the answer to a heartbeat."""
    await guest.call("Heartbeat")
    with pytest.raises(TimeoutError):
        await guest.receive(patience_s=0)
