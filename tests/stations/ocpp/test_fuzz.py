"""Whatever a station sends: nothing raises, every request is answered, and what is stored fits its columns."""

import json
from datetime import UTC, datetime, timedelta

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from stations.ocpp import framing, v16, values
from stations.ocpp.framing import MONEY_ACTIONS, Answer, Call, Malformed
from stations.ocpp.schemas import validators
from stations.ocpp.tolerance import VIOLATION_CODES, mend
from stations.services.effects import Effect
from stations.services.station_state import ConnectorState, OpenSession, StationState

NOW = datetime(2026, 5, 1, 10, tzinfo=UTC)
ACTIONS = sorted(v16.HANDLERS)
VALIDATORS = validators("v16")
FIELDS = [
    "connectorId", "idTag", "meterStart", "meterStop", "timestamp", "reservationId", "transactionId", "transactionData",
    "reason", "meterValue", "sampledValue", "value", "context", "format", "measurand", "phase", "location", "unit",
    "status", "errorCode", "info", "vendorId", "vendorErrorCode", "chargePointVendor", "chargePointModel", "data",
    "messageId", "iccid", "imsi", "firmwareVersion", "meterType",
]  # fmt: skip
WORDS = [
    "Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage", "SoC", "Wh", "kWh", "W", "kW",
    "A", "L1", "L1-N", "SignedData", "Raw", "Outlet", "Inlet", "Available", "Charging", "Celcius", "NaN", "1e400", "-1",
    " 12.5 ", "1,5", "0x10", "1_0", "١٢", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00+99:99", "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "N/A", "\0", "\ud800", "🔌",
]  # fmt: skip
texts = st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=()), max_size=30)
numbers = st.integers() | st.floats() | st.sampled_from([2**31, 2**62, 2**63, -(2**63), 2**64, 10**400, -0.0, 1e308])
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | texts, inner, max_size=6),
    max_leaves=25,
)
payloads = st.dictionaries(st.sampled_from(FIELDS) | texts, anything, max_size=8)
quick = settings(max_examples=80, deadline=None)


@quick
@given(st.binary(max_size=200) | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read(raw):
    assert isinstance(framing.parse(raw), (Call, Answer, Malformed, type(None)))


@quick
@given(st.lists(anything, max_size=6))
def test_any_array_is_read_and_its_id_comes_back(frame):
    raw = json.dumps(frame).encode()
    found = framing.parse(raw)
    assert isinstance(found, (Call, Answer, Malformed))
    if isinstance(found, (Call, Malformed)):
        error = framing.error(found.id_json, "GenericError", "\ud800\0é" + "x" * 300)
        kind, message_id, _, description, _ = json.loads(error)
        assert kind == 4
        assert len(description) <= 255
        assert description.isascii()
        if isinstance(found, Call) and isinstance(frame[1], str):
            assert message_id == frame[1]


@quick
@given(st.sampled_from(ACTIONS), anything, st.integers(0, 200))
def test_damaged_request_is_read(action, payload, cut):
    raw = json.dumps([2, "m", action, payload]).encode()
    for damaged in (raw[:cut], raw[:cut] + b"\0" + raw[cut:], raw[:cut] + b"\xff" + raw[cut:], raw + raw[:cut]):
        assert isinstance(framing.parse(damaged), (Call, Answer, Malformed, type(None)))


@quick
@given(anything)
def test_any_meter_values_are_read(meter_values):
    for reading in values.readings(meter_values, NOW):
        assert values.EARLIEST <= reading.sampled_at <= NOW + values.CLOCK_AHEAD
        assert len(reading.context) <= 20
        assert reading.energy_wh is None or abs(reading.energy_wh) <= 2**62
        assert reading.power_w is None or 0 <= reading.power_w < 2**31
        assert reading.soc_percent is None or 0 <= reading.soc_percent <= 100
        orjson.dumps([reading.context, reading.energy_wh, reading.current_a, reading.voltage_v])


@quick
@given(anything)
def test_any_value_is_a_time_a_number_a_text_or_nothing(value):
    moment = values.moment(value, NOW)
    assert moment is None or values.EARLIEST <= moment <= NOW + timedelta(days=1)
    integer = values.integer(value)
    assert integer is None or abs(integer) < 2**62
    text = values.text(value, 20)
    assert len(text) <= 20
    orjson.dumps(text)


def state() -> StationState:
    """A station with a session running on one of two connectors."""
    session = OpenSession(1, "7", 1, "A", "accepted", NOW, 0)
    connectors = {1: ConnectorState(1, 1, session=session), 2: ConnectorState(2, 2)}
    return StationState(1, "CS-1", 1, True, connectors, {"7": session})


@quick
@given(st.sampled_from(ACTIONS), payloads)
def test_any_payload_is_mended_or_refused_and_handled(action, payload):
    received = framing.scrub(json.loads(json.dumps(payload), parse_constant=lambda _: None))
    verdict = mend(action, received, VALIDATORS[action])
    assert verdict.error is None or verdict.error in VIOLATION_CODES.values()
    assert len(verdict.note) <= 255
    if verdict.error is None or action in MONEY_ACTIONS:
        handling = v16.HANDLERS[action](state(), verdict.payload, NOW)
        assert handling.effect is None or isinstance(handling.effect, Effect)
        assert isinstance(handling.answer(), dict)


@quick
@given(st.sampled_from(sorted(MONEY_ACTIONS)), payloads)
def test_money_messages_are_handled_as_they_come(action, payload):
    handling = v16.HANDLERS[action](state(), payload, NOW)
    assert isinstance(handling.answer(), dict)


@quick
@given(st.sampled_from(ACTIONS), payloads)
def test_answers_keep_to_their_schema(action, payload):
    received = framing.scrub(json.loads(json.dumps(payload), parse_constant=lambda _: None))
    if VALIDATORS[action].is_valid(received) or action in MONEY_ACTIONS:
        answer = v16.HANDLERS[action](state(), received, NOW).answer()
        if answer.get("transactionId") != 0:  # given by the database
            assert VALIDATORS[f"{action}Response"].is_valid(answer), answer
    assert VALIDATORS["StartTransactionResponse"].is_valid(v16.confirmation("StartTransaction"))
