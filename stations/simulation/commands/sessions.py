"""Commands about sessions and connectors: remote start and stop, unlock, availability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stations.simulation.client import Answer
from stations.simulation.commands.answers import accepted, rejected, status
from stations.simulation.connector import Connector, Stop
from stations.simulation.visits import Visit

if TYPE_CHECKING:
    from stations.simulation.station import VirtualStation


def remote_start_transaction(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.11: a driver appears at the connector named, or at any free one."""
    badge, number = request["idTag"], request.get("connectorId")
    connector = next((c for c in station.connectors if number in (None, c.number) and admits(c, badge)), None)
    profile = request.get("chargingProfile")
    if connector is None or (profile and profile["chargingProfilePurpose"] != "TxProfile"):
        return rejected()
    visit = connector.drivers.remote_visit(
        badge, profile, is_authorized=not station.configuration.flag("AuthorizeRemoteTxRequests")
    )
    return accepted(then=give(connector, visit))


def admits(connector: Connector, badge: str) -> bool:
    """Whether the connector is free for that badge."""
    return connector.is_free and (connector.reservation is None or connector.reservation.badge == badge)


async def give(connector: Connector, order: Visit | Stop) -> None:
    """Pass an order on to the connector."""
    connector.order(order)


def remote_stop_transaction(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.12: ends the session that has this id."""
    for connector in station.connectors:
        if connector.transaction and connector.transaction.id == request["transactionId"]:
            return accepted(then=give(connector, Stop("Remote")))
    return rejected()


def unlock_connector(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.18: frees the plug, which ends a session; cables fixed to the station have no lock."""
    connector = station.connector(request["connectorId"])
    if connector is None or connector.outlet.current_type == "DC":
        return status("NotSupported")
    if connector.transaction:
        return status("Unlocked", then=give(connector, Stop("UnlockCommand")))
    return status("Unlocked")


def change_availability(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.2: at once where nobody charges, after the session (Scheduled) where somebody does."""
    number, is_operative = request["connectorId"], request["type"] == "Operative"
    connectors = station.connectors if number == 0 else [c for c in station.connectors if c.number == number]
    if not connectors:
        return rejected()
    for connector in connectors:
        connector.is_operative = is_operative
    if number == 0:
        station.is_operative = is_operative
    is_busy = any(connector.transaction for connector in connectors)
    then = show_availability(station, connectors, number == 0)
    return status("Scheduled" if is_busy and not is_operative else "Accepted", then)


async def show_availability(station: VirtualStation, connectors: list[Connector], whole_station: bool) -> None:
    """Report what has changed."""
    if whole_station:
        station.report_station()
    for connector in connectors:
        connector.wake()
