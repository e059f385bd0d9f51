"""Read capabilities: what the station reports is kept."""

from collections.abc import Sequence
from typing import Any

from stations.enums import OperationState
from stations.models import Operation
from stations.services.capabilities import learn_parameters
from stations.services.operation_rules import Rules, register


class CapabilityRules(Rules):
    """The answer is all there is to it."""

    def settled(self, operations: Sequence[Operation]) -> None:
        """Learn from the answers."""
        answered = [operation for operation in operations if operation.state == OperationState.ACCEPTED]
        learn_parameters({operation.station_id: _parameters(operation.responses[-1]) for operation in answered})


def _parameters(response: dict[str, Any]) -> dict[str, str]:
    """Key and value of each parameter that has one."""
    return {entry["key"]: entry["value"] for entry in response.get("configurationKey", []) if "value" in entry}


register(CapabilityRules(), "read-capabilities")
