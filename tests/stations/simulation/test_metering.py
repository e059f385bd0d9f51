"""Readings as OCPP writes them."""

from datetime import UTC, datetime

from stations.simulation.charging import Car, Charge, Outlet
from stations.simulation.configuration import MEASURANDS
from stations.simulation.metering import meter_value

AT = datetime(2026, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def reading(current_type: str):
    return Charge(Car(60_000, 30_000), Outlet(current_type, 22_000), register_wh=5_000.9).reading()


def values(element: dict) -> list[tuple]:
    return [(v["measurand"], v.get("phase"), v["unit"]) for v in element["sampledValue"]]


def test_ac_reading_has_current_and_voltage_of_each_phase_and_no_soc():
    element = meter_value(reading("AC"), set(MEASURANDS), AT)
    assert element["timestamp"] == "2026-05-01T12:00:00.250Z"
    assert values(element) == [
        ("Energy.Active.Import.Register", None, "Wh"),
        ("Power.Active.Import", None, "W"),
        *(("Current.Import", phase, "A") for phase in ("L1", "L2", "L3")),
        *(("Voltage", phase, "V") for phase in ("L1-N", "L2-N", "L3-N")),
    ]
    assert element["sampledValue"][0]["value"] == "5000"


def test_dc_reading_has_soc_and_no_phases():
    element = meter_value(reading("DC"), set(MEASURANDS), AT)
    assert values(element)[2:] == [("Current.Import", None, "A"), ("Voltage", None, "V"), ("SoC", None, "Percent")]
    assert element["sampledValue"][-1]["value"] == "50"


def test_only_what_is_configured_is_sent_beside_the_energy():
    element = meter_value(reading("AC"), {"Voltage"}, AT, "Trigger")
    assert {measurand for measurand, _, _ in values(element)} == {"Energy.Active.Import.Register", "Voltage"}
    assert {value["context"] for value in element["sampledValue"]} == {"Trigger"}
