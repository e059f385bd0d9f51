"""Requests of ours to a station: one at a time, in order, each settled once."""

import asyncio
from datetime import UTC, datetime

import pytest

from stations.ocpp import framing
from stations.ocpp.calls import CallEnd, CallSlot, OutgoingCall
from stations.services.station_state import StationState


class Asker:
    """Notes on its wire how its request ended."""

    def __init__(self, wire: "Wire", action: str) -> None:
        self.wire = wire
        self.action = action

    def settled(self, call, end, answer) -> None:
        self.wire.ends.append((self.action, end, answer))

    def written(self) -> None:
        self.wire.written.append(self.action)

    def late(self, end, answer) -> None:
        self.wire.late.append((self.action, end, answer))


class Wire:
    """The station's side of a slot: what was sent, what was journalled."""

    def __init__(self) -> None:
        self.state = StationState(pk=1, identity="CS-1", generation=7, accepted=True)
        self.closed = False
        self.frames: list[list] = []
        self.rows: list = []
        self.ends: list = []
        self.written: list = []
        self.late: list = []
        self.slot = CallSlot(self)

    def transmit(self, frame: str) -> None:
        self.frames.append(framing.orjson.loads(frame))

    def keep(self, row, effect=None, done=None) -> None:
        if row is not None:
            self.rows.append(row)
        if done is not None:
            done()

    def call(self, action: str) -> None:
        self.slot.call(OutgoingCall(action, {}, Asker(self, action)))

    def answer(self, message_id: str, payload, error: str | None = None) -> None:
        kind = [3, message_id, payload] if error is None else [4, message_id, error, "no", {}]
        raw = framing.orjson.dumps(kind)
        self.slot.answered(raw, framing.parse(raw), datetime.now(UTC))

    @property
    def last_id(self) -> str:
        return self.frames[-1][1]


@pytest.fixture
async def wire() -> Wire:
    return Wire()


async def test_one_request_is_outstanding_and_the_others_wait_in_order(wire):
    for action in ("Reset", "ClearCache", "TriggerMessage"):
        wire.call(action)
    assert [frame[2] for frame in wire.frames] == ["Reset"]
    wire.answer(wire.last_id, {"status": "Accepted"})
    assert [frame[2] for frame in wire.frames] == ["Reset", "ClearCache"]
    wire.answer(wire.last_id, None, error="NotSupported")
    wire.answer(wire.last_id, {})
    assert wire.ends == [
        ("Reset", CallEnd.RESULT, {"status": "Accepted"}),
        ("ClearCache", CallEnd.ERROR, "NotSupported: no"),
        ("TriggerMessage", CallEnd.RESULT, {}),
    ]
    assert len({frame[1] for frame in wire.frames}) == 3


async def test_silence_times_out_and_a_late_answer_settles_nothing(wire, settings):
    settings.OCPP_CALL_TIMEOUT_S = 0.02
    wire.call("Reset")
    late = wire.last_id
    wire.call("ClearCache")
    async with asyncio.timeout(5):
        while not wire.ends:
            await asyncio.sleep(0)
    assert wire.ends == [("Reset", CallEnd.TIMED_OUT, None)]
    settings.OCPP_CALL_TIMEOUT_S = 30
    wire.answer(late, {"status": "Accepted"})
    wire.answer(wire.last_id, {"status": "Rejected"})
    assert ("ClearCache", CallEnd.RESULT, {"status": "Rejected"}) in wire.ends or wire.ends[1][1] == CallEnd.TIMED_OUT
    assert len(wire.ends) == 2
    assert wire.late == [("Reset", CallEnd.RESULT, {"status": "Accepted"})]
    assert "ignored" in [str(value) for row in wire.rows for value in row]


@pytest.mark.parametrize("message_id", ["unknown", "7-2", "", "-1"])
async def test_answer_to_another_request_settles_nothing(wire, message_id):
    wire.call("Reset")
    wire.answer(message_id, {})
    assert wire.ends == []
    assert len(wire.frames) == 1
    wire.answer(wire.last_id, {})
    assert len(wire.ends) == 1


async def test_second_answer_settles_nothing(wire):
    wire.call("Reset")
    message_id = wire.last_id
    wire.answer(message_id, {"status": "Accepted"})
    wire.call("ClearCache")
    wire.answer(message_id, {"status": "Rejected"})
    assert wire.ends == [("Reset", CallEnd.RESULT, {"status": "Accepted"})]


async def test_lost_connection_leaves_requests_unknown(wire):
    wire.call("Reset")
    wire.call("ClearCache")
    wire.closed = True
    wire.slot.abandon()
    assert wire.ends == [("Reset", CallEnd.UNKNOWN, None), ("ClearCache", CallEnd.UNKNOWN, None)]
    assert len(wire.frames) == 1
    wire.slot.abandon()
    wire.answer(wire.last_id, {})
    assert len(wire.ends) == 2


async def test_request_on_a_lost_connection_is_settled_at_once(wire):
    wire.closed = True
    wire.call("Reset")
    assert wire.ends == [("Reset", CallEnd.UNKNOWN, None)]
    assert wire.frames == []
