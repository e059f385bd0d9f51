"""StartTransaction, StopTransaction and MeterValues are stored and confirmed whatever they contain (OCPP 1.6 §4.7–4.10)."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from stations.models import ChargingSession, Connector, MeterSample
from tests.support import wait_until
from tests.support.station import timestamp

pytestmark = pytest.mark.asyncio(loop_scope="module")

ODD = {
    "null": None,
    "true": True,
    "an object": {"a": 1},
    "a list": [1],
    "empty": "",
    "a word": "word",
    "a number": 7,
    "a fraction": 1.5,
    "negative": -1,
    "2^31": 2**31,
    "2^63-1": 2**63 - 1,
    "2^64": 2**64,
    "long": "x" * 5000,
    "surrogate": "\ud800",
    "NUL": "\0",
}
START = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2026-05-01T10:00:00Z"}
STOP = {"transactionId": 4711, "meterStop": 10, "timestamp": "2026-05-01T11:00:00Z"}
SAMPLE = {"value": "1"}
METER = {"connectorId": 1, "meterValue": [{"timestamp": "2026-05-01T10:30:00Z", "sampledValue": [SAMPLE]}]}
FIELDS = [
    *[("StartTransaction", START, field) for field in (*START, "reservationId", "unheardOf")],
    *[("StopTransaction", STOP, field) for field in (*STOP, "idTag", "reason", "transactionData")],
    *[("MeterValues", METER, field) for field in (*METER, "transactionId")],
]
MISSING = object()


async def confirmed(guest, action: str, payload: str) -> dict:
    """The payload of the answer, which must be a CALLRESULT of the right shape."""
    (answer,) = await guest.exchange(f'[2,"m","{action}",{payload}]')
    assert answer[:2] == [3, "m"]
    if action == "StartTransaction":
        assert 0 < answer[2]["transactionId"] < 2**31
        assert answer[2]["idTagInfo"]["status"] in ("Accepted", "Invalid")
    return answer[2]


async def sessions_of(guest) -> list[ChargingSession]:
    return list(ChargingSession.objects.filter(station__identity=guest.identity).order_by("pk"))


@pytest.mark.parametrize(("action", "payload", "field"), FIELDS, ids=lambda v: v if isinstance(v, str) else "")
async def test_any_value_in_any_field_is_confirmed(veteran, control, action, payload, field):
    for value in (*ODD.values(), MISSING):
        mutated = payload | {field: value} if value is not MISSING else payload.copy()
        if value is MISSING:
            mutated.pop(field, None)
        await confirmed(veteran, action, json.dumps(mutated))
    await control.call("Heartbeat")


@pytest.mark.parametrize("field", ["timestamp", "sampledValue"])
async def test_any_value_in_a_meter_value_is_confirmed(veteran, field):
    for value in ODD.values():
        await confirmed(
            veteran, "MeterValues", json.dumps(METER | {"meterValue": [METER["meterValue"][0] | {field: value}]})
        )


@pytest.mark.parametrize("field", ["value", "context", "format", "measurand", "phase", "location", "unit"])
async def test_any_value_in_a_sample_is_confirmed(veteran, field):
    for value in ODD.values():
        entry = METER["meterValue"][0] | {"sampledValue": [SAMPLE | {field: value}]}
        await confirmed(veteran, "MeterValues", json.dumps(METER | {"meterValue": [entry]}))


@pytest.mark.parametrize("action", ["StartTransaction", "StopTransaction", "MeterValues"])
@pytest.mark.parametrize("payload", ["null", "[]", '"x"', "7", "{}", "[[]]", "true"])
async def test_any_payload_is_confirmed(veteran, action, payload):
    await confirmed(veteran, action, payload)


@pytest.mark.parametrize("action", ["StartTransaction", "StopTransaction", "MeterValues"])
async def test_no_payload_is_confirmed(veteran, action):
    (answer,) = await veteran.exchange(f'[2,"m","{action}"]')
    assert answer[:2] == [3, "m"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000, "-" + "9" * 5000])
@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("StartTransaction", '{"connectorId":1,"idTag":"A","meterStart":%s,"timestamp":"2026-05-01T10:00:00Z"}'),
        ("StopTransaction", '{"transactionId":4711,"meterStop":%s,"timestamp":"2026-05-01T11:00:00Z"}'),
        ("MeterValues", '{"connectorId":1,"meterValue":[{"sampledValue":[{"value":%s}]}]}'),
    ],
)
async def test_number_that_is_none_is_confirmed(veteran, action, payload, number):
    await confirmed(veteran, action, payload % number)


async def test_raw_control_characters_are_read_and_stripped(station):
    await confirmed(
        station,
        "StartTransaction",
        '{"connectorId":1,"idTag":"AB\0\x10\x0eC","meterStart":5,"timestamp":"2026-05-01T10:00:00Z"}',
    )
    (session,) = await sessions_of(station)
    assert (session.id_tag, session.meter_start_wh) == ("ABC", 5)


async def test_5000_samples_with_a_stop_are_stored(station, row_of):
    transaction = await station.start("A", at=datetime(2026, 5, 1, 10, tzinfo=UTC))
    start = datetime(2026, 5, 1, 10, tzinfo=UTC)
    data = [
        {"timestamp": timestamp(start + timedelta(seconds=n)), "sampledValue": [{"value": str(n)}]} for n in range(5000)
    ]
    await station.stop(transaction, meter_wh=5000, at=datetime(2026, 5, 1, 12, tzinfo=UTC), transactionData=data)
    assert MeterSample.objects.filter(station=row_of(station)).count() == 5000


async def test_over_long_badge_is_unknown_and_confirmed_all_the_same(station):
    answer = await station.call("StartTransaction", START | {"idTag": "b" * 21})
    assert answer["idTagInfo"]["status"] == "Invalid"
    await station.call("StopTransaction", STOP | {"transactionId": answer["transactionId"], "idTag": "b" * 21})
    (session,) = await sessions_of(station)
    assert session.stopped_at is not None


TIMES = {
    "2026-05-01T10:00:00Z": "10:00:00",
    "2026-05-01T10:00:00": "10:00:00",
    "2026-05-01T10:00:00.123Z": "10:00:00.123",
    "2026-05-01T10:00:00.1234567Z": "10:00:00.123456",
    "2026-05-01T10:00:00.123456789Z": "10:00:00.123456",
    "2026-05-01T10:00:00,5Z": "10:00:00.5",
    "2026-05-01T12:00:00+02:00": "10:00:00",
    "2026-05-01T12:00:00+0200": "10:00:00",
    "2026-05-01T12:00:00+02": "10:00:00",
    "2026-05-01 10:00:00Z": "10:00:00",
    "2026-05-01t10:00:00z": "10:00:00",
    "2026-05-01T10:00Z": "10:00:00",
    " 2026-05-01T10:00:00Z ": "10:00:00",
}


@pytest.mark.parametrize("written", TIMES)
async def test_time_is_read_however_it_is_written(station, written):
    await station.call("StartTransaction", START | {"timestamp": written})
    (session,) = await sessions_of(station)
    assert session.started_at == datetime.fromisoformat(f"2026-05-01T{TIMES[written]}+00:00")


NO_TIMES = [
    "2026-05-01T24:00:00Z",
    "2026-05-01T10:00:60Z",
    "2026-02-30T10:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "1970-01-01T00:00:00Z",
    "2014-12-31T23:59:59Z",
    "2099-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "222222017-10-27T19:10:11Z",
    "2026-5-1",
    "yesterday",
    "",
    None,
    1777629600,
    1777629600.5,
    "1777629600",
]


@pytest.mark.parametrize("written", NO_TIMES, ids=str)
async def test_impossible_time_is_the_time_of_receipt(station, written):
    before = timezone.now()
    await station.call("StartTransaction", START | {"timestamp": written})
    (session,) = await sessions_of(station)
    assert before <= session.started_at <= timezone.now()


async def samples_of(guest, *sampled: dict, **entry) -> list[MeterSample]:
    """Send ``sampled`` as one moment; what is stored of it."""
    moment = {"timestamp": "2026-05-01T10:30:00Z", "sampledValue": list(sampled)} | entry
    await guest.call("MeterValues", {"connectorId": 1, "meterValue": [moment]})
    return list(MeterSample.objects.filter(station__identity=guest.identity))


USABLE = {
    "12.3": 12,
    " 12.3 ": 12,
    " 0.0": 0,
    "-5": -5,
    "1e3": 1000,
    "4296944685": 4296944685,
    "9007199254740993": 9007199254740992,
    7: 7,
    7.6: 8,
}


@pytest.mark.parametrize("value", USABLE, ids=repr)
async def test_energy_is_read_however_it_is_written(station, value):
    (sample,) = await samples_of(station, {"value": value})
    assert sample.energy_wh == USABLE[value]


@pytest.mark.parametrize(
    "value", ["1,5", "", "nan", "inf", "0x10", "1e999", "12 kWh", None, [], {}, "x" * 5000], ids=repr
)
async def test_unusable_energy_is_kept_in_the_journal_alone(station, journal, value):
    assert await samples_of(station, {"value": value}) == []
    assert json.loads(journal(station, action="MeterValues").request)[3]["meterValue"][0]["sampledValue"][0] == {
        "value": value
    }


KINDS = {
    "kWh": ({"value": "1.5", "unit": "kWh"}, "energy_wh", 1500),
    "unit in the wrong case": ({"value": "1.5", "unit": "KWH"}, "energy_wh", 1500),
    "power in kW": ({"value": "7.4", "unit": "kW", "measurand": "Power.Active.Import"}, "power_w", 7400),
    "measurand in the wrong case": ({"value": "7400", "measurand": "power.active.import"}, "power_w", 7400),
    "null fields": ({"value": "5", "unit": None, "phase": None, "context": None, "format": None}, "energy_wh", 5),
    "unknown context": ({"value": "5", "context": "Sample.Whenever"}, "context", "Sample.Whenever"),
    "state of charge in %": ({"value": "55", "unit": "%", "measurand": "SoC"}, "soc_percent", 55),
}


@pytest.mark.parametrize(("sampled", "field", "expected"), KINDS.values(), ids=KINDS)
async def test_sample_is_understood(station, sampled, field, expected):
    (sample,) = await samples_of(station, sampled)
    assert getattr(sample, field) == expected


@pytest.mark.parametrize(
    "sampled",
    [
        {"value": "50", "unit": "Hz", "measurand": "Frequency"},
        {"value": "OCMF|{}|{}", "format": "SignedData"},
        {"value": "123", "format": "SignedData"},
        {"value": "5", "location": "Inlet"},
        {"value": "5", "unit": "furlong"},
        {"value": "5", "measurand": "Happiness"},
        {"value": "20", "unit": "Celcius", "measurand": "Temperature"},
        {"value": "9" * 30},
        {"value": "3000000000", "measurand": "Power.Active.Import"},
    ],
    ids=str,
)
async def test_sample_of_no_use_is_kept_in_the_journal_alone(station, journal, sampled):
    assert await samples_of(station, sampled) == []
    assert json.loads(journal(station, action="MeterValues").request)[3]["meterValue"][0]["sampledValue"] == [sampled]


@pytest.mark.parametrize("measurand", ["Power.Active.Import", "Energy.Active.Import.Register"])
async def test_phases_that_add_up_to_more_than_a_column_holds_are_no_value(station, journal, measurand):
    largest = {"Power.Active.Import": 2**31 - 1, "Energy.Active.Import.Register": 2**62}[measurand]
    phases = [{"value": str(largest), "measurand": measurand, "phase": f"L{n}"} for n in (1, 2, 3)]
    stored = await samples_of(station, {"value": "230", "measurand": "Voltage"}, *phases)
    assert [(sample.voltage_v, sample.power_w, sample.energy_wh) for sample in stored] == [(230, None, None)]
    assert "quarantined" not in journal(station, action="MeterValues").note


async def test_one_meter_value_without_its_array_is_understood(station):
    await station.call("MeterValues", {"connectorId": 1, "meterValue": {"sampledValue": {"value": "5"}}})
    assert MeterSample.objects.filter(station__identity=station.identity).count() == 1


async def test_meter_value_without_a_time_is_of_now(station):
    before = timezone.now()
    (sample,) = await samples_of(station, SAMPLE, timestamp=None)
    assert sample.sampled_at >= before


@pytest.mark.parametrize(
    "payload", [{"meterValue": []}, {"meterValue": [{"timestamp": timestamp(), "sampledValue": []}]}]
)
async def test_meter_values_without_values_are_confirmed(station, payload):
    assert await station.call("MeterValues", {"connectorId": 1} | payload) == {}


async def test_main_meter_is_stored_apart_from_sessions(station):
    transaction = await station.start("A")
    await station.meter(None, connector=0, energy_wh=4296944685)
    await station.meter(0, connector=0, energy_wh=4296944686, at=datetime(2026, 5, 1, tzinfo=UTC))
    samples = MeterSample.objects.filter(station__identity=station.identity)
    assert {(s.connector_number, s.session_id, s.energy_wh) for s in samples} == {
        (0, None, 4296944685),
        (0, None, 4296944686),
    }
    assert transaction


async def test_unsorted_meter_values_leave_the_newest_reading(station, row_of):
    await station.status(1, "Charging")
    entries = [
        {
            "timestamp": f"2026-05-01T10:{minute}:00Z",
            "sampledValue": [{"value": watts, "measurand": "Power.Active.Import"}],
        }
        for minute, watts in (("30", "3000"), ("10", "1000"), ("20", "2000"))
    ]
    await station.call("MeterValues", {"connectorId": 1, "meterValue": entries})
    connector = Connector.objects.get(station=row_of(station))

    def power() -> int | None:
        connector.refresh_from_db()
        return connector.power_w

    assert wait_until(power, "the connector's power is written") == 3000


async def test_large_message_full_of_faults_holds_nobody_up(station, control):
    faulty = {"value": True, "unit": "bar", "foo": 1, "context": None}
    payload = {"connectorId": 1, "meterValue": [{"timestamp": "x", "sampledValue": [faulty] * 15_000 + [{"value": 5}]}]}
    await station.send_raw(json.dumps([2, "large", "MeterValues", payload]))
    started = time.monotonic()
    await control.call("Heartbeat")
    assert time.monotonic() - started < 1
    assert await station.answer_to("large") == {}
    assert MeterSample.objects.get(station__identity=station.identity).energy_wh == 5
