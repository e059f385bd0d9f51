"""TriggerMessage: sends a message the central system asks for (OCPP 1.6 §5.17)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from stations.simulation.client import Answer
from stations.simulation.commands.answers import accepted, rejected, status
from stations.simulation.connector import Connector

if TYPE_CHECKING:
    from stations.simulation.station import VirtualStation


def trigger_message(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """Send the message once the answer is out; it is about one connector, or about all when none is named."""
    send = MESSAGES.get(request["requestedMessage"])
    if send is None:
        return status("NotImplemented")
    number = request.get("connectorId")
    if number and station.connector(number) is None:
        return rejected()
    return accepted(then=send(station, [c for c in station.connectors if number in (None, c.number)]))


async def send_boot(station: VirtualStation, _connectors: list[Connector]) -> None:
    await station.boot()


async def send_heartbeat(station: VirtualStation, _connectors: list[Connector]) -> None:
    await station.heartbeat()


async def send_statuses(station: VirtualStation, connectors: list[Connector]) -> None:
    if len(connectors) != 1:
        station.report_station()
    for connector in connectors:
        station.report(connector.number, connector.status, connector.error_code)


async def send_meter_values(_station: VirtualStation, connectors: list[Connector]) -> None:
    for connector in connectors:
        connector.send_meter_values("Trigger")


async def send_firmware_status(station: VirtualStation, _connectors: list[Connector]) -> None:
    await station.client.call("FirmwareStatusNotification", {"status": station.firmware_status})


async def send_diagnostics_status(station: VirtualStation, _connectors: list[Connector]) -> None:
    await station.client.call("DiagnosticsStatusNotification", {"status": station.diagnostics_status})


MESSAGES: dict[str, Callable[[VirtualStation, list[Connector]], Coroutine[Any, Any, None]]] = {
    "BootNotification": send_boot,
    "DiagnosticsStatusNotification": send_diagnostics_status,
    "FirmwareStatusNotification": send_firmware_status,
    "Heartbeat": send_heartbeat,
    "MeterValues": send_meter_values,
    "StatusNotification": send_statuses,
}
