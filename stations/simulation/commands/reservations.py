"""Reservation commands."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from stations.simulation.client import Answer
from stations.simulation.clock import now, parse_timestamp
from stations.simulation.commands.answers import accepted, rejected, status
from stations.simulation.connector import Connector, Reservation

if TYPE_CHECKING:
    from stations.simulation.station import VirtualStation

OBSTACLES = {"Faulted": "Faulted", "Unavailable": "Unavailable"}


def reserve_now(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.13: holds a free connector; the same reservation id replaces the reservation. Connector 0 is not held."""
    connector = station.connector(request["connectorId"])
    if connector is None:
        return rejected()
    reservation = Reservation(request["reservationId"], request["idTag"], parse_timestamp(request["expiryDate"]))
    is_replacing = connector.reservation is not None and connector.reservation.id == reservation.id
    if not (connector.status == "Available" or is_replacing):
        return status(OBSTACLES.get(connector.status, "Occupied"))
    connector.reservation = reservation
    connector.wake()
    return accepted(then=expire(connector, reservation))


async def expire(connector: Connector, reservation: Reservation) -> None:
    """Free the connector when the reservation ends unused."""
    await asyncio.sleep(max(0.0, (reservation.expires_at - now()).total_seconds()))
    if connector.reservation is reservation:
        release(connector)


def release(connector: Connector) -> None:
    """End the reservation."""
    connector.reservation = None
    connector.wake()


def cancel_reservation(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.1."""
    for connector in station.connectors:
        if connector.reservation and connector.reservation.id == request["reservationId"]:
            release(connector)
            return accepted()
    return rejected()
