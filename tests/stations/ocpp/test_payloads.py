"""Payloads as stations in the field write them: mended where nothing is lost, refused where it matters."""

import json

import pytest

from stations.models import EVSE, Connector
from tests.support.station import CallError, timestamp

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOOT = {"chargePointVendor": "Acme", "chargePointModel": "Wallbox 11"}
STATUS = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}

REFUSED = {
    "boot without a model": ("BootNotification", {"chargePointVendor": "A"}, "OccurenceConstraintViolation"),
    "boot with a vendor of null": (
        "BootNotification",
        BOOT | {"chargePointVendor": None},
        "OccurenceConstraintViolation",
    ),
    "boot with an object as vendor": ("BootNotification", BOOT | {"chargePointVendor": {}}, "TypeConstraintViolation"),
    "authorize without a badge": ("Authorize", {}, "OccurenceConstraintViolation"),
    "authorize with a list": ("Authorize", {"idTag": ["A"]}, "TypeConstraintViolation"),
    "status without a connector": (
        "StatusNotification",
        {"status": "Available", "errorCode": "NoError"},
        "OccurenceConstraintViolation",
    ),
    "status without a status": (
        "StatusNotification",
        {"connectorId": 1, "errorCode": "NoError"},
        "OccurenceConstraintViolation",
    ),
    "status of a connector in words": (
        "StatusNotification",
        STATUS | {"connectorId": "one"},
        "TypeConstraintViolation",
    ),
    "status of connector true": ("StatusNotification", STATUS | {"connectorId": True}, "TypeConstraintViolation"),
    "status of connector 1.5": ("StatusNotification", STATUS | {"connectorId": 1.5}, "TypeConstraintViolation"),
    "firmware status unknown": ("FirmwareStatusNotification", {"status": "Cooking"}, "PropertyConstraintViolation"),
    "diagnostics status unknown": (
        "DiagnosticsStatusNotification",
        {"status": ""},
        "PropertyConstraintViolation",
    ),
    "data transfer without a vendor": ("DataTransfer", {"data": "x"}, "OccurenceConstraintViolation"),
}

ACCEPTED = {
    "boot, extra fields": ("BootNotification", BOOT | {"colour": "red", "nested": {"a": [1]}}),
    "boot, numbers for texts": ("BootNotification", BOOT | {"chargePointSerialNumber": 4711, "iccid": 1.5}),
    "boot, empty vendor and model": ("BootNotification", {"chargePointVendor": "", "chargePointModel": ""}),
    "boot, names of 200 characters": (
        "BootNotification",
        {"chargePointVendor": "v" * 200, "chargePointModel": "m" * 200},
    ),
    "boot, 32 characters of serial number": ("BootNotification", BOOT | {"chargePointSerialNumber": "s" * 32}),
    "boot, null where optional": ("BootNotification", BOOT | {"iccid": None, "imsi": None}),
    "heartbeat, extra field": ("Heartbeat", {"now": True}),
    "status, connector as text": ("StatusNotification", STATUS | {"connectorId": "1"}),
    "status, connector 1.0": ("StatusNotification", STATUS | {"connectorId": 1.0}),
    "status, connector 0": ("StatusNotification", STATUS | {"connectorId": 0}),
    "status, connector -1": ("StatusNotification", STATUS | {"connectorId": -1}),
    "status, connector 2^31": ("StatusNotification", STATUS | {"connectorId": 2**31}),
    "status, unknown word": ("StatusNotification", STATUS | {"status": "Dancing"}),
    "status, number as status": ("StatusNotification", STATUS | {"status": 5}),
    "status, unknown error": ("StatusNotification", STATUS | {"errorCode": "Error"}),
    "status, no error code": ("StatusNotification", {"connectorId": 1, "status": "Available"}),
    "status, error code null": ("StatusNotification", STATUS | {"errorCode": None}),
    "status, finishing on connector 0": ("StatusNotification", STATUS | {"connectorId": 0, "status": "Finishing"}),
    "status, long info": ("StatusNotification", STATUS | {"info": "i" * 5000, "vendorErrorCode": "v" * 5000}),
    "firmware status in lower case": ("FirmwareStatusNotification", {"status": "downloading"}),
    "diagnostics status padded": ("DiagnosticsStatusNotification", {"status": " Uploading "}),
    "authorize, number as badge": ("Authorize", {"idTag": 12345}),
    "authorize, 21 characters": ("Authorize", {"idTag": "b" * 21}),
    "authorize, empty badge": ("Authorize", {"idTag": ""}),
    "data transfer, unknown message": ("DataTransfer", {"vendorId": "org.example", "messageId": "m", "data": "d"}),
    "data transfer, data is an object": ("DataTransfer", {"vendorId": "org.example", "data": "{}"}),
}


@pytest.mark.parametrize(("action", "payload", "code"), REFUSED.values(), ids=REFUSED)
async def test_payload_that_cannot_be_used_is_refused(veteran, control, action, payload, code):
    with pytest.raises(CallError) as refused:
        await veteran.call(action, payload)
    assert refused.value.code == code
    await veteran.call("Heartbeat")
    await control.call("Heartbeat")


@pytest.mark.parametrize(("action", "payload"), ACCEPTED.values(), ids=ACCEPTED)
async def test_payload_that_can_be_used_is_answered(veteran, control, action, payload):
    await veteran.call(action, payload)
    await veteran.call("Heartbeat")
    await control.call("Heartbeat")


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Available", "available"),
        ("available", "available"),
        ("SUSPENDEDEV", "suspended_ev"),
        (" Charging ", "charging"),
        ("Suspended EVSE", "suspended_evse"),
        ("Occupied", "preparing"),
        ("Dancing", "unknown"),
        ("", "unknown"),
    ],
)
async def test_status_is_recognised_however_it_is_written(station, row_of, word, expected):
    await station.call("StatusNotification", STATUS | {"status": word})
    assert row_of(station).evses.get().connectors.get().status == expected


async def test_unknown_words_of_a_status_are_kept(station, row_of):
    await station.call(
        "StatusNotification", STATUS | {"status": "Dancing", "errorCode": "Error", "info": "on the roof"}
    )
    connector = Connector.objects.get(station=row_of(station))
    assert (connector.status_raw, connector.error_code, connector.error_info) == ("Dancing", "Error", "on the roof")


@pytest.mark.parametrize("number", [-1, 201, 2**31, 2**63 - 1, -(2**63)])
async def test_connector_no_station_has_makes_no_rows(station, row_of, number):
    await station.call("StatusNotification", STATUS | {"connectorId": number})
    assert not EVSE.objects.filter(station=row_of(station)).exists()


async def test_connector_0_is_the_station_itself(station, row_of):
    await station.call("StatusNotification", STATUS | {"connectorId": 0, "status": "Unavailable"})
    assert row_of(station).status == "unavailable"
    assert not EVSE.objects.filter(station=row_of(station)).exists()


async def test_boot_facts_are_cut_and_placeholders_left_out(station, row_of):
    await station.boot(
        chargePointVendor="v" * 200, chargeBoxSerialNumber="N/A", iccid="", imsi="N/A", meterType=" electronic "
    )
    row = row_of(station)
    assert row.vendor == "v" * 100
    assert (row.serial_number, row.iccid, row.imsi, row.meter_type) == ("", "", "", "electronic")
    assert row.registration_status == "accepted"


async def test_data_transfer_of_an_unknown_vendor_is_no_error(station):
    assert await station.call("DataTransfer", {"vendorId": "org.example"}) == {"status": "UnknownVendorId"}


async def test_status_without_a_time_is_of_now(station, row_of):
    await station.call("StatusNotification", STATUS)
    assert Connector.objects.get(station=row_of(station)).status_at is not None


async def test_status_delayed_on_the_way_does_not_undo_a_newer_one(station, row_of):
    await station.call("StatusNotification", STATUS | {"status": "Charging", "timestamp": timestamp()})
    await station.call("StatusNotification", STATUS | {"timestamp": "2026-01-01T00:00:00Z"})
    assert Connector.objects.get(station=row_of(station)).status == "charging"


HOSTILE = {
    "NUL": "a\0b",
    "control characters": "a\x01\x10\x0e\x1fb",
    "lone high surrogate": "a\ud800b",
    "lone low surrogate": "a\udc00b",
    "script": "<script>alert(1)</script>",
    "broken attribute": '"><img src=x onerror=alert(1)>',
    "template": "{{7*7}}${7*7}#{7*7}%(x)s{0}",
    "ANSI": "\x1b[31mred\x1b[0m",
    "right to left": "\u202egnp.exe\u202c",
    "zero width": "a\u200bb\ufeff",
    "emoji": "🔌⚡️👩‍🔧",
    "not a character": "a\uffffb\U0010fffe",
    "5000 characters": "x" * 5000,
    "5000 wide characters": "🔌" * 5000,
    "SQL": "'; DROP TABLE stations_chargingstation; --",
    "lines": "a\r\nSet-Cookie: b\r\n",
    "percent": "%s%n%d%%",
    "backslashes": "\\" * 50,
}
TEXTS = {
    "BootNotification": (
        BOOT,
        "chargePointVendor chargePointModel chargePointSerialNumber chargeBoxSerialNumber firmwareVersion iccid imsi "
        "meterType meterSerialNumber",
    ),
    "StatusNotification": (STATUS, "status errorCode info vendorId vendorErrorCode timestamp"),
    "StartTransaction": (
        {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2026-05-01T10:00:00Z"},
        "idTag timestamp",
    ),
    "StopTransaction": (
        {"transactionId": 1, "meterStop": 0, "timestamp": "2026-05-01T10:00:00Z"},
        "idTag timestamp reason",
    ),
    "Authorize": ({"idTag": "A"}, "idTag"),
}


@pytest.mark.parametrize("action", TEXTS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_text_loses_no_message(veteran, control, journal, action, text):
    payload, fields = TEXTS[action][0], TEXTS[action][1].split()
    for field in fields:
        await veteran.call(action, payload | {field: text})
    row = journal(veteran, action=action)
    assert json.loads(row.request)[3] == payload | {fields[-1]: text}
    assert row.outcome == "result"
    assert "quarantined" not in row.note
    await veteran.call("Heartbeat")
    await control.call("Heartbeat")


async def test_boot_facts_hold_no_control_characters(station, row_of):
    await station.boot(chargePointVendor="a\0b\x1b[31m\ud800", chargePointModel="<b>🔌</b>")
    row = row_of(station)
    assert (row.vendor, row.model) == ("ab[31m\ufffd", "<b>🔌</b>")


@pytest.mark.parametrize(
    "text",
    [
        "wss://csms.example.org/ocpp/{token}/CS-1",
        "wss://csms.example.org/ocpp/{token}",
        "ftp://user:hunter2@logs.example.org/upload",
    ],
)
async def test_secret_a_station_says_is_in_no_row(veteran, journal, live_world, text):
    token = live_world.ours.secret
    await veteran.call("DataTransfer", {"vendorId": "x", "data": text.format(token=token)})
    row = journal(veteran, action="DataTransfer")
    assert "•••" in row.request
    assert token not in row.request
    assert "hunter2" not in row.request


async def test_key_a_station_says_is_in_no_row(veteran, journal):
    answer = '[3,"x",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"hunter2"}]}]'
    assert await veteran.exchange(answer) == []
    assert journal(veteran, outcome="ignored").request == answer.replace("hunter2", "•••")
