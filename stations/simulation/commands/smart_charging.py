"""Smart charging commands: install, clear and sum up charging profiles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from stations.simulation.client import Answer
from stations.simulation.clock import now, timestamp
from stations.simulation.commands.answers import accepted, rejected, status
from stations.simulation.profiles import (
    MAXIMUM_PERIODS,
    MAXIMUM_STACK_LEVEL,
    Profile,
    parse_profile,
    schedule_payload,
)

if TYPE_CHECKING:
    from stations.simulation.station import VirtualStation


def set_charging_profile(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.16."""
    number, raw = request["connectorId"], request["csChargingProfiles"]
    profile = parse_profile(raw)
    unit = "Current" if raw["chargingSchedule"]["chargingRateUnit"] == "A" else "Power"
    if unit not in station.configuration["ChargingScheduleAllowedChargingRateUnit"] or not is_acceptable(
        station, number, profile
    ):
        return rejected()
    station.profiles.install(number, profile)
    station.wake_all()
    return accepted()


def is_acceptable(station: VirtualStation, number: int, profile: Profile) -> bool:
    """Whether the profile is of a kind that belongs on this connector, and within this station's limits."""
    connector = station.connector(number)
    if profile.stack_level > MAXIMUM_STACK_LEVEL or not 1 <= len(profile.periods) <= MAXIMUM_PERIODS:
        return False
    if profile.purpose == "ChargePointMaxProfile":
        return number == 0 and profile.kind != "Relative"
    if profile.purpose == "TxDefaultProfile":
        return number == 0 or connector is not None
    transaction = connector.transaction if connector else None
    return transaction is not None and profile.transaction_id in (None, transaction.id)


def clear_charging_profile(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.5: drops the profiles that match every field given."""
    names = {
        "id": "id",
        "connectorId": "connector",
        "chargingProfilePurpose": "purpose",
        "stackLevel": "stack_level",
    }
    if not station.profiles.clear(**{names[field]: value for field, value in request.items()}):
        return status("Unknown")
    station.wake_all()
    return accepted()


def get_composite_schedule(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.7; without any limit the answer is what the hardware can give."""
    number, duration, at = request["connectorId"], timedelta(seconds=request["duration"]), now()
    connector = station.connector(number)
    if number and connector is None:
        return rejected()
    periods = station.profiles.composite(
        number, at, duration, connector.transaction if connector else None, ceiling_w=ceiling_w(station, number)
    )
    schedule = schedule_payload(periods, at, duration, request.get("chargingRateUnit", "W"))
    return Answer(
        {
            "status": "Accepted",
            "connectorId": number,
            "scheduleStart": timestamp(at),
            "chargingSchedule": schedule,
        }
    )


def ceiling_w(station: VirtualStation, number: int) -> float:
    """The most the connector, or the whole station (0), can give."""
    outlets = len(station.connectors) if number == 0 else 1
    return float(station.blueprint.outlet.maximum_power_w * outlets)
