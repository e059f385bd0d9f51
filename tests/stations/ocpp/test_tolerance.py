"""What is mended in a payload, and what is not."""

import pytest

from stations.ocpp.schemas import validators
from stations.ocpp.tolerance import mend

BOOT = {"chargePointVendor": "A", "chargePointModel": "B"}
SAMPLE = {"timestamp": "2026-05-01T10:00:00Z", "sampledValue": [{"value": "1"}]}


def mended(action: str, payload: dict):
    return mend(action, payload, validators("v16")[action])


@pytest.mark.parametrize(
    ("given", "expected"),
    [("1", 1), (" 1 ", 1), (1.0, 1), ("1.0", 1), ("-3", -3), ("1e3", 1000), (2.0**53, 2**53)],
)
def test_whole_number_is_mended(given, expected):
    verdict = mended("StatusNotification", {"connectorId": given, "status": "Faulted", "errorCode": "NoError"})
    assert verdict.error is None
    assert verdict.payload["connectorId"] == expected
    assert type(verdict.payload["connectorId"]) is int
    assert "connectorId: type mended" in verdict.note


@pytest.mark.parametrize("given", ["", "one", "1.5", 1.5, True, [], {}, "nan", "inf", "1e400", 1e300])
def test_what_is_no_whole_number_is_not_mended(given):
    verdict = mended("StatusNotification", {"connectorId": given, "status": "Faulted", "errorCode": "NoError"})
    assert verdict.error == "TypeConstraintViolation"
    assert verdict.payload["connectorId"] == given


@pytest.mark.parametrize(("given", "expected"), [(5, "5"), (1.5, "1.5"), (True, "true"), (False, "false")])
def test_text_is_mended(given, expected):
    assert mended("BootNotification", BOOT | {"imsi": given}).payload["imsi"] == expected


@pytest.mark.parametrize("given", [[], {}, ["x"]])
def test_what_is_no_text_is_not_mended(given):
    assert mended("BootNotification", BOOT | {"imsi": given}).error == "TypeConstraintViolation"


def test_null_is_left_out():
    verdict = mended("BootNotification", BOOT | {"imsi": None})
    assert verdict.error is None
    assert "imsi" not in verdict.payload


def test_null_where_a_value_is_required_is_an_occurrence_violation():
    assert mended("BootNotification", BOOT | {"chargePointModel": None}).error == "OccurenceConstraintViolation"


def test_one_object_becomes_an_array():
    verdict = mended("MeterValues", {"connectorId": 1, "meterValue": SAMPLE | {"sampledValue": {"value": 5}}})
    assert verdict.error is None
    assert verdict.payload["meterValue"][0]["sampledValue"] == [{"value": "5"}]


@pytest.mark.parametrize(
    ("given", "expected"),
    [("charging", "Charging"), (" SUSPENDED EV ", "SuspendedEV"), ("Charging", "Charging")],
)
def test_word_is_recognised(given, expected):
    verdict = mended("StatusNotification", {"connectorId": 1, "status": given, "errorCode": "NoError"})
    assert verdict.payload["status"] == expected


@pytest.mark.parametrize("unit", ["Celcius", "Celsius", "celsius", "celcius"])
def test_both_spellings_of_celsius_are_taken(unit):
    sampled = [{"value": "1", "measurand": "Temperature", "unit": unit}]
    assert mended("MeterValues", {"connectorId": 1, "meterValue": [SAMPLE | {"sampledValue": sampled}]}).error is None


def test_unknown_word_is_kept_where_it_can_be_shown_and_refused_elsewhere():
    status = mended("StatusNotification", {"connectorId": 1, "status": "Dancing", "errorCode": "NoError"})
    assert (status.error, status.payload["status"]) == (None, "Dancing")
    assert mended("FirmwareStatusNotification", {"status": "Dancing"}).error == "PropertyConstraintViolation"


def test_note_says_what_was_odd_and_stays_short():
    payload = BOOT | {f"field{n}": n for n in range(500)} | {"imsi": "x" * 500}
    verdict = mended("BootNotification", payload)
    assert verdict.error is None
    assert "imsi: maxLength" in verdict.note
    assert len(verdict.note) <= 255
