"""Commands about what the station remembers: keys, authorization cache, local list, vendor data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stations.simulation.client import Answer
from stations.simulation.commands.answers import accepted, status

if TYPE_CHECKING:
    from stations.simulation.station import VirtualStation


def get_configuration(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.8."""
    return Answer(station.configuration.report(request.get("key")))


def change_configuration(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.3; a new heartbeat interval counts from now."""
    outcome = station.configuration.change(request["key"], request["value"])
    if request["key"] == "HeartbeatInterval":
        station.restart_heartbeat()
    return status(outcome)


def clear_cache(station: VirtualStation, _request: dict[str, Any]) -> Answer:
    """§5.4."""
    station.authorization.cache.clear()
    return accepted()


def data_transfer(_station: VirtualStation, _request: dict[str, Any]) -> Answer:
    """§5.6: these stations have no vendor extensions."""
    return status("UnknownVendorId")


def get_local_list_version(station: VirtualStation, _request: dict[str, Any]) -> Answer:
    """§5.10; -1 while the list is switched off."""
    is_enabled = station.configuration.flag("LocalAuthListEnabled")
    return Answer({"listVersion": station.authorization.list_version if is_enabled else -1})


def send_local_list(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.15."""
    if not station.configuration.flag("LocalAuthListEnabled"):
        return status("NotSupported")
    entries = request.get("localAuthorizationList", [])
    return status(station.authorization.update_list(request["listVersion"], request["updateType"], entries))
