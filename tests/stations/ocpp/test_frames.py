"""Frames as no specification has them: answered as OCPP-J 1.6 §4 asks, or ignored, and never the end of a connection."""

import json

import pytest
from websockets.exceptions import ConnectionClosedError

from tests.stations.ocpp.guest import Guest

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTHING, RESULT = "nothing", "result"
HEARTBEAT = '"Heartbeat",{}'


def call(action: str, payload: str, message_id: str = '"m"') -> str:
    """A CALL frame around a raw payload."""
    return f'[2,{message_id},"{action}",{payload}]'


DEEP = '{"a":' * 40 + "1" + "}" * 40
UNREADABLE = {
    "plain text": "hello",
    "a truncated array": "[2",
    "an id that is not closed": '[2,"m',
    "an object": "{}",
    "an empty array": "[]",
    "a kind alone": "[2]",
    "a string": '"x"',
    "a number": "5",
    "two documents that are no calls": "{}{}",
    "UTF-16": '[2,"m","Heartbeat",{}]'.encode("utf-16").decode("latin-1"),
}
UNKNOWN_KINDS = ["1", "5", "6", "9", '"2"', "2.0", "true", "null", "[]", "-2", "99999999999999999999"]
ANSWERED = {
    "truncated after the id": ('[2,"m","Heartb', ("m", "FormationViolation")),
    "truncated payload": ('[2,"m","Heartbeat",{"a":', ("m", "FormationViolation")),
    "a trailing comma": (f'[2,"m",{HEARTBEAT},]', ("m", "FormationViolation")),
    "two calls in one frame": (f'[2,"m",{HEARTBEAT}][2,"n",{HEARTBEAT}]', ("m", "FormationViolation")),
    "no action": ('[2,"m"]', ("m", "ProtocolError")),
    "an action that is a number": ('[2,"m",7,{}]', ("m", "ProtocolError")),
    "an empty id": (f'[2,"",{HEARTBEAT}]', ("-1", "ProtocolError")),
    "a null id": (f"[2,null,{HEARTBEAT}]", ("-1", "ProtocolError")),
    "an array as id": (f"[2,[],{HEARTBEAT}]", ("-1", "ProtocolError")),
    "an id of 256 characters": (f'[2,"{"i" * 256}",{HEARTBEAT}]', ("-1", "ProtocolError")),
    "an id of 37 characters": (f'[2,"{"i" * 37}",{HEARTBEAT}]', ("i" * 37, RESULT)),
    "an id of 255 characters": (f'[2,"{"i" * 255}",{HEARTBEAT}]', ("i" * 255, RESULT)),
    "a number as id": (f"[2,7,{HEARTBEAT}]", (7, RESULT)),
    "a fraction as id": (f"[2,7.5,{HEARTBEAT}]", (7.5, RESULT)),
    "an id with quotes and escapes": (f'[2,"a\\"\\\\\\u00e9",{HEARTBEAT}]', ('a"\\é', RESULT)),
    "an id with a lone surrogate": (f'[2,"a\\ud800",{HEARTBEAT}]', ("a\ud800", RESULT)),
    "an unknown action": (call("MakeCoffee", "{}"), ("m", "NotImplemented")),
    "the name of an answer": (call("HeartbeatResponse", "{}"), ("m", "NotImplemented")),
    "an action in the wrong case": (call("heartbeat", "{}"), ("m", "NotImplemented")),
    "an action of 5000 characters": (call("H" * 5000, "{}"), ("m", "NotImplemented")),
    "an action with a lone surrogate": (call("\\ud800", "{}"), ("m", "NotImplemented")),
    "an action with NUL": (call("Heart\\u0000beat", "{}"), ("m", "NotImplemented")),
    "a message only the system sends": (call("Reset", '{"type":"Hard"}'), ("m", "NotSupported")),
    "a message of the security extension": (
        call("SignCertificate", '{"csr":"x"}'),
        ("m", "NotSupported"),
    ),
    "a null payload where nothing is required": (call("Heartbeat", "null"), ("m", RESULT)),
    "no payload where nothing is required": ('[2,"m","Heartbeat"]', ("m", RESULT)),
    "a null payload where fields are required": (call("BootNotification", "null"), ("m", "ProtocolError")),
    "no payload where fields are required": ('[2,"m","Authorize"]', ("m", "ProtocolError")),
    "an array as payload": (call("Heartbeat", "[]"), ("m", "ProtocolError")),
    "a string as payload": (call("Heartbeat", '"x"'), ("m", "ProtocolError")),
    "a number as payload": (call("Heartbeat", "1"), ("m", "ProtocolError")),
    "a fifth element": (f'[2,"m",{HEARTBEAT},"extra"]', ("m", RESULT)),
    "a key that comes twice": (
        call("Authorize", '{"idTag":"A","idTag":"B"}'),
        ("m", RESULT),
    ),
    "NaN": (call("DataTransfer", '{"vendorId":"x","data":NaN}'), ("m", "FormationViolation")),
    "Infinity": (call("DataTransfer", '{"vendorId":"x","data":Infinity}'), ("m", "FormationViolation")),
    "minus Infinity": (call("DataTransfer", '{"vendorId":"x","data":-Infinity}'), ("m", "FormationViolation")),
    "a number beyond all": (call("DataTransfer", '{"vendorId":"x","data":1e400}'), ("m", "FormationViolation")),
    "5000 digits": (call("Heartbeat", '{"a":' + "9" * 5000 + "}"), ("m", "FormationViolation")),
    "a nesting of 40": (call("Heartbeat", DEEP), ("m", "FormationViolation")),
    "a nesting of 10000": (call("Heartbeat", "[" * 10_000 + "]" * 10_000), ("m", "FormationViolation")),
    "60000 keys": (
        call("Heartbeat", "{" + ",".join(f'"k{n}":1' for n in range(60_000)) + "}"),
        ("m", RESULT),
    ),
    "100000 elements": (call("Heartbeat", '{"a":[' + "0," * 100_000 + "0]}"), ("m", RESULT)),
    "a raw control character": (call("DataTransfer", '{"vendorId":"a\tb"}'), ("m", "FormationViolation")),
    "a raw NUL": (call("DataTransfer", '{"vendorId":"a\0b"}'), ("m", "FormationViolation")),
    "an escaped NUL": (call("DataTransfer", '{"vendorId":"a\\u0000b"}'), ("m", RESULT)),
    "a lone surrogate": (call("DataTransfer", '{"vendorId":"a\\ud800b"}'), ("m", RESULT)),
    "white space around": (f'  [ 2 , "m" , {HEARTBEAT} ] \n', ("m", RESULT)),
}
IGNORED = {
    "an empty frame": "",
    "white space": "  \n",
    "a result nobody asked for": '[3,"x",{}]',
    "a result without an id": "[3]",
    "a result with a number as id": "[3,7,{}]",
    "an error nobody asked for": '[4,"x","GenericError","",{}]',
    "an error cut short": '[4,"x"]',
    "an error with a lone surrogate": '[4,"\\ud800","GenericError","\\ud800",{}]',
}


async def ok(guest) -> None:
    """The station's connection still works."""
    assert set(await guest.call("Heartbeat")) == {"currentTime"}


@pytest.mark.parametrize("frame", UNREADABLE.values(), ids=UNREADABLE)
async def test_unreadable_frame_is_journalled_and_not_answered(veteran, control, journal, frame):
    assert await veteran.exchange(frame) == []
    assert journal(veteran, outcome="ignored").request == frame.replace("\0", "\ufffd")
    await ok(control)


@pytest.mark.parametrize("kind", UNKNOWN_KINDS)
async def test_unknown_kind_of_message_is_ignored(veteran, control, kind):
    assert await veteran.exchange(f'[{kind},"m","Heartbeat",{{}}]') == []
    await ok(control)


@pytest.mark.parametrize("frame", IGNORED.values(), ids=IGNORED)
async def test_frame_that_asks_for_nothing_gets_nothing(veteran, control, frame):
    assert await veteran.exchange(frame) == []
    await ok(control)


@pytest.mark.parametrize(("frame", "expected"), ANSWERED.values(), ids=ANSWERED)
async def test_answer(veteran, control, journal, frame, expected):
    (answer,) = await veteran.exchange(frame)
    message_id, outcome = expected
    assert answer[1] == message_id
    assert type(answer[1]) is type(message_id)
    if outcome == RESULT:
        assert answer[0] == 3
    else:
        assert (answer[0], answer[2], answer[4]) == (4, outcome, {})
        assert len(answer[3]) <= 255
        assert answer[3].isascii()
    assert json.loads(journal(veteran, request=frame.replace("\0", "\ufffd")).answer) == answer
    await ok(control)


async def test_connection_closes_after_twenty_unreadable_frames(station, control):
    for _ in range(19):
        await station.send_raw("noise")
    await ok(station)
    for _ in range(20):
        await station.send_raw("noise")
    with pytest.raises(ConnectionClosedError) as closed:
        await station.receive()
    assert closed.value.rcvd.code == 1002
    await ok(control)


async def test_ignored_kinds_do_not_count_as_noise(station):
    for _ in range(30):
        await station.send_raw('[9,"x"]')
    await ok(station)


async def test_binary_frame_closes_with_1003(station, control):
    await station.send_raw(b'[2,"m","Heartbeat",{}]')
    with pytest.raises(ConnectionClosedError) as closed:
        await station.receive()
    assert closed.value.rcvd.code == 1003
    await ok(control)


@pytest.mark.parametrize("length", [1024 * 1024 + 1, 3 * 1024 * 1024])
async def test_frame_over_a_mebibyte_closes_with_1009(station, control, length):
    await station.send_raw("x" * length)
    with pytest.raises(ConnectionClosedError) as closed:
        await station.receive()
    assert closed.value.rcvd.code == 1009
    await ok(control)


async def test_frame_of_a_mebibyte_is_processed(station, control):
    head, tail = '[2,"m","DataTransfer",{"vendorId":"x","data":"', '"}]'
    frame = head + "d" * (1024 * 1024 - len(head) - len(tail)) + tail
    assert await station.exchange(frame) == [[3, "m", {"status": "UnknownVendorId"}]]
    await ok(control)


async def test_message_before_the_boot_is_refused(url, identity):
    async with Guest.connect(url, identity) as guest:
        frame = call("Authorize", '{"idTag":"A"}')
        await guest.send_raw(frame)
        assert (await guest.receive())[:3] == [4, "m", "SecurityError"]
        await guest.boot()
        await ok(guest)
