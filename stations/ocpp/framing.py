"""OCPP-J frames (OCPP-J 1.6 §4.2): bytes in, one of five shapes out; answers back to bytes.

Reads with orjson. What orjson refuses is read once more by the standard library where a real
station's fault is harmless (lone surrogates; raw control characters in messages that carry money).
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import orjson

MAX_NESTING = 32
"""Opening brackets after which the depth of a frame is counted; no OCPP 1.6 message nests deeper than 8."""
MAX_DEPTH = 32
MAX_ID_LENGTH = 255

NO_PAYLOAD = "no payload"
"""Note on a request whose payload is missing or null, which stands for {} (OCPP-J 1.6 §4.2.1)."""

MONEY_ACTIONS = frozenset({"StartTransaction", "StopTransaction", "MeterValues"})
"""Messages that are stored and confirmed whatever they contain (OCPP 1.6 §4.7, §4.8, §4.10)."""

_CALL_HEAD = re.compile(rb'^\s*\[\s*2\s*,\s*("(?:[^"\\\x00-\x1f]|\\.){1,255}")\s*,\s*(?:"(\w{1,60})")?')
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ANSWER = re.compile(rb"\s*\[\s*[34]\s*,")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Call:
    """A request; ``id_json`` is its message id as JSON, echoed in the same type it came in."""

    message_id: str
    id_json: str
    action: str
    payload: Any
    note: str = ""


@dataclass(slots=True)
class Answer:
    """A CALLRESULT (``error`` None) or CALLERROR to a request of ours."""

    message_id: str
    payload: Any
    error: str | None


@dataclass(slots=True)
class Malformed:
    """A frame that cannot be processed. With ``answer`` it is answered by that CALLERROR code, else ignored.

    ``counts`` marks noise that closes the connection when it goes on.
    """

    note: str
    answer: str | None = None
    id_json: str = '"-1"'
    message_id: str = ""
    action: str = ""
    counts: bool = False


def is_answer(raw: bytes) -> bool:
    """Whether ``raw`` looks like the answer to a request of ours, without reading it."""
    return _ANSWER.match(raw) is not None


def parse(raw: bytes) -> Call | Answer | Malformed | None:
    """Read one frame; None for an empty one, which is ignored."""
    if not raw or raw.isspace():
        return None
    if _too_deep(raw):
        return _unreadable(raw, "nested too deep")
    try:
        frame, note = orjson.loads(raw), ""
    except orjson.JSONDecodeError as error:
        frame, note = _read_leniently(raw), "read leniently: " + str(error)[:120]
        if frame is None:
            return _unreadable(raw, "not JSON: " + str(error)[:120])
    if type(frame) is not list or not frame:
        return Malformed("not an OCPP-J frame", counts=True)
    kind = frame[0]
    if kind == 2 and type(kind) is int:
        return _call(frame, note)
    if kind in (3, 4) and type(kind) is int:
        return _answer(frame)
    return Malformed("unknown message type, ignored")


def result(id_json: str, payload: Any) -> str:
    """A CALLRESULT frame."""
    return f"[3,{id_json},{orjson.dumps(payload).decode()}]"


def error(id_json: str, code: str, description: str = "") -> str:
    """A CALLERROR frame; the description is cut to 255 plain characters and echoes nothing unprintable."""
    text = "".join(c if " " <= c <= "~" else "?" for c in description[:255])
    return f"[4,{id_json},{orjson.dumps(code).decode()},{orjson.dumps(text).decode()},{{}}]"


def call(message_id: str, action: str, payload: Any) -> str:
    """A CALL frame of ours."""
    return orjson.dumps([2, message_id, action, payload]).decode()


def scrub(value: Any) -> Any:
    """``value`` without control characters and lone surrogates, which no database column can hold."""
    if isinstance(value, str):
        if value.isascii() and value.isprintable():
            return value
        return _SURROGATE.sub("\ufffd", _CONTROL.sub("", value))
    if isinstance(value, list):
        return [scrub(item) for item in value]
    if isinstance(value, dict):
        return {scrub(key): scrub(item) for key, item in value.items()}
    return value


def _call(frame: list, note: str) -> Call | Malformed:
    message_id = frame[1] if len(frame) > 1 else None
    if len(frame) < 2:
        return Malformed("a request without a message id", counts=True)
    if type(message_id) in (int, float):
        note, message_id, id_json = "message id is a number", str(message_id), orjson.dumps(message_id).decode()
    elif type(message_id) is not str or not 0 < len(message_id) <= MAX_ID_LENGTH:
        return Malformed("message id is missing, empty or too long", answer="ProtocolError")
    else:
        id_json = orjson.dumps(message_id).decode() if not note else json.dumps(message_id)
    action = frame[2] if len(frame) > 2 else None
    if type(action) is not str:
        return Malformed("no action", "ProtocolError", id_json, message_id)
    payload = frame[3] if len(frame) > 3 else None
    if payload is None:
        payload, note = {}, NO_PAYLOAD
    elif type(payload) is not dict:
        if action not in MONEY_ACTIONS:
            return Malformed("payload is not an object", "ProtocolError", id_json, message_id, action[:60])
        payload, note = {}, "payload is not an object"
    if len(frame) > 4:
        note = "more than four elements"
    return Call(message_id, id_json, action, payload, note)


def _answer(frame: list) -> Answer | Malformed:
    if len(frame) < 3 or type(frame[1]) is not str:
        return Malformed("answer without a message id, ignored")
    if frame[0] == 3:
        return Answer(frame[1], frame[2], None)
    description = frame[3] if len(frame) > 3 and type(frame[3]) is str else ""
    return Answer(frame[1], None, f"{frame[2]}: {description}"[:255])


def _too_deep(raw: bytes) -> bool:
    if raw.count(b"[") + raw.count(b"{") <= MAX_NESTING:
        return False
    brackets = _STRING.sub(b"", raw).translate(None, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):  # each round takes the innermost pairs away
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return brackets != b""


def _read_leniently(raw: bytes) -> Any:
    head = _CALL_HEAD.match(raw)
    money = head is not None and head[2] is not None and head[2].decode() in MONEY_ACTIONS
    try:
        if money:
            text = raw.decode("utf-8", "replace")
            return json.loads(text, strict=False, parse_constant=_nothing, parse_float=float, parse_int=_whole)
        return json.loads(raw.decode(), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> None:
    raise ValueError(name)


def _nothing(name: str) -> None:
    """NaN and Infinity are no measured values."""


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) < 40 else None


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _unreadable(raw: bytes, note: str) -> Malformed:
    head = _CALL_HEAD.match(raw)
    if head is None:
        return Malformed(note, counts=True)
    try:
        id_json = orjson.dumps(orjson.loads(head[1])).decode()
    except orjson.JSONDecodeError:
        return Malformed(note, counts=True)
    action = head[2].decode() if head[2] else ""
    return Malformed(note, "FormationViolation", id_json, orjson.loads(id_json), action)
