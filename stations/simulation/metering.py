"""Writes meter readings as OCPP 1.6 ``meterValue`` elements (§7.33 SampledValue)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from stations.simulation.charging import Reading
from stations.simulation.clock import timestamp

ENERGY = "Energy.Active.Import.Register"


def meter_value(reading: Reading, measurands: set[str], at: datetime, context: str = "Sample.Periodic") -> dict:
    """One MeterValue with the ``measurands`` asked for; the energy register is always there."""
    wanted = measurands | {ENERGY}
    sampled = [{"context": context} | value for value in sampled_values(reading) if value["measurand"] in wanted]
    return {"timestamp": timestamp(at), "sampledValue": sampled}


def sampled_values(reading: Reading) -> Iterator[dict[str, Any]]:
    """Everything the meter knows, current and voltage per phase on AC."""
    yield {"measurand": ENERGY, "unit": "Wh", "value": str(reading.energy_wh)}
    yield {"measurand": "Power.Active.Import", "unit": "W", "value": f"{reading.power_w:.0f}"}
    for phase in phase_fields(reading):
        yield {"measurand": "Current.Import", "unit": "A", "value": f"{reading.current_a:.1f}"} | phase
    for phase in phase_fields(reading, to_neutral=True):
        yield {"measurand": "Voltage", "unit": "V", "value": f"{reading.voltage_v:.1f}"} | phase
    if reading.current_type == "DC":
        yield {
            "measurand": "SoC",
            "unit": "Percent",
            "location": "EV",
            "value": f"{reading.state_of_charge * 100:.0f}",
        }


def phase_fields(reading: Reading, *, to_neutral: bool = False) -> list[dict[str, str]]:
    """The ``phase`` field of each value: one per AC phase in use, none on DC."""
    if reading.current_type == "DC":
        return [{}]
    suffix = "-N" if to_neutral else ""
    return [{"phase": f"L{number}{suffix}"} for number in range(1, reading.phases + 1)]
