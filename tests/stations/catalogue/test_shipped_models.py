"""Stations that were really seen find their model, with its values."""

import pytest

from stations.catalogue import files
from stations.catalogue.matching import Facts, best

MODELS = files.shipped()
SCHNEIDER = "Schneider Electric"


def facts(vendor, model, serial_number="", firmware_version=""):
    return Facts(vendor, model, serial_number, firmware_version)


@pytest.mark.parametrize(
    ("station", "id", "recommended"),
    [
        (facts(SCHNEIDER, "MONOBLOCK", "EV.2S22P44000001", "3.3.0.10"), "schneider-evlink-parking-2s22", {"websocketpinginterval": "30", "emsetting": "3"}),
        (facts(SCHNEIDER, "City (On Street)", "EVC1S22P4E4E1", "3.2.0.12"), "schneider-evlink-parking-2s22", {"websocketpinginterval": None, "emsetting": "3"}),
        (facts(SCHNEIDER, "MONOBLOCK", "EV.2S7P4401", "3.4.0.1"), "schneider-evlink-parking-2s7", {"websocketpinginterval": "30"}),
        (facts(SCHNEIDER, "EVlink Smart Wallbox", "EVB1A22P4KI", "3.3.0.7"), "schneider-evlink-smart-wallbox-22", {"emsetting": "2", "websocketpinginterval": "120"}),
        (facts(SCHNEIDER, "EVlink Smart Wallbox", "EVB1A22P4KI", "3.2.0.12"), "schneider-evlink-smart-wallbox-22", {"emsetting": "2", "websocketpinginterval": None}),
        (facts(SCHNEIDER, "MONOBLOCK", "EV.2S7P04", "3.3.0.7"), "schneider-evlink-parking-1s7", {}),
        (facts(SCHNEIDER, "MONOBLOCK", "EV.2S22P04", "3.3.0.7"), "schneider-evlink-parking-1s22", {}),
        (facts("Ebee", "CC612_1M4PR", "", "4.60-5939"), "bender-cc612-2x22", {"FreeChargingMode": "5", "RFIDEnable": "1"}),
        (facts("ABB", "MD_TERRA_53", "", "4.0.4.22"), "abb-terra-53", {"WebSocketPingInterval": "120"}),
        (facts("Legrand", "059015", "", "V01.01.91/V01.01.90"), "legrand-059015", {"ResetRetries": "2"}),
        (facts("Webasto", "Webasto_AC_Live", "", "5.11.1-10129"), "webasto-live", {"FreeChargingMode": "4"}),
        (facts("DELTA", "10616", "", "3.2.3"), "delta-10616", {"OCPP/idTagConversion": "HexZerofill4or7byte", "LocalPreAuthorize": "True"}),
        (facts("Keba AG", "KC-P30-ESS400C2-E0R", "", "1.10.1"), "keba-p30-c-22", {}),
        (facts("ChargeX GmbH", "Aqueduct 1.0", "", "MCC 1.2.0; SCC [0.12.0, 0.13.0]"), "chargex-aqueduct", {}),
        (facts("Chargedot", "CDT_TACW7::NET_WIFI", "", "TAC1Z9118606710273::V1.4.2"), "abb-terra-ac-w7", {"ClockAlignedDataInterval": "0"}),
        (facts("Keba AG", "KC-P30-EC2401B2-M0R", "dummy1", "1.12.0"), "keba-p30-32a", {"MeterValueSampleInterval": "60"}),
        (facts("United Chargers", "GRS-*", "GRS-1", "05.633:A3A5:2A3C"), "grizzl-e-smart-40", {"MeterValueSampleInterval": "60"}),
        (facts("Alfen BV", "NG910-60023", "ace1", "4.15.7-4054"), "alfen-eve-single-pro-3p", {"MeterValueSampleInterval": "60"}),
    ],
)  # fmt: skip
def test_a_station_finds_its_model_and_values(station, id, recommended):
    found = best(MODELS, station).document

    assert found.id == id
    values = found.recommended(firmware_version=station.firmware_version, ocpp_version="1.6")
    assert {key: values.get(key) for key in recommended} == recommended
    assert bool(values) == bool(recommended)
    assert found.recommended(firmware_version=station.firmware_version, ocpp_version="2.0.1") == {}


def test_an_evlink_has_its_article_number_in_the_serial_number_of_its_box():
    station = Facts(SCHNEIDER, "EVlink Smart Wallbox", "3N1707A1S1", "3.2.0.12", "EVB1A22P4RI3N17")

    assert best(MODELS, station).document.id == "schneider-evlink-smart-wallbox-22"


@pytest.mark.parametrize(
    "station",
    [
        facts(SCHNEIDER, "MONOBLOCK", "3N180"),
        facts("ABB", "MD_TERRA_53_CJG"),
        facts("Wall Box Chargers", "PLP1-0-2-9"),
        facts("", "ACChargePoint"),
    ],
)
def test_a_station_that_is_not_known_is_not_guessed(station):
    assert best(MODELS, station) is None


def test_whoever_recommends_says_for_which_firmwares_or_why():
    for model in MODELS:
        assert all(each.firmware_version or each.note for each in model.parameters), model.id
