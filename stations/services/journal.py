"""The journal: every frame that crossed the wire, raw, with secrets masked."""

import re
from collections.abc import Sequence
from datetime import datetime

from emobility.common.bulk import Insert, stamp
from emobility.common.writers import Row, Writer
from stations.models import OcppExchange
from stations.models.journal import Direction, Outcome

MASK = "•••"

_PROTECTED_KEYS = r'[^"]{0,40}(?:AuthorizationKey|Password|Passwd|Secret|API_?Key)[^"]{0,40}'
# Every repetition is bounded: a frame may be a mebibyte of anything.
_SECRET_VALUE = re.compile(
    rf'("(?:key|name)"\s*:\s*"(?:{_PROTECTED_KEYS})"[^{{}}]{{0,200}}?"(?:value|attributeValue)"\s*:\s*")(?:[^"\\]|\\.)*',
    re.I,
)
_SECRET_VALUE_FIRST = re.compile(
    rf'("(?:value|attributeValue)"\s*:\s*")(?:[^"\\]|\\.)*("[^{{}}]{{0,200}}?"(?:key|name)"\s*:\s*"(?:{_PROTECTED_KEYS})")',
    re.I,
)
_USER_IN_URL = re.compile(r'(:(?:\\?/){2})[^/\\\s"]{1,500}@')
_TOKEN_IN_URL = re.compile(r"(/ocpp(?:\\?/){1,9})[A-Za-z0-9_-]{20,64}(?![A-Za-z0-9_-])")

_insert = Insert(
    OcppExchange,
    [
        "station",
        "direction",
        "action",
        "message_id",
        "request",
        "answer",
        "outcome",
        "note",
        "received_at",
        "answered_at",
    ],
)


def masked(frame: str) -> str:
    """``frame`` without passwords, keys and connection tokens, fit for a text column."""
    if "/" in frame:
        frame = _TOKEN_IN_URL.sub(rf"\1{MASK}", _USER_IN_URL.sub(rf"\1{MASK}@", frame))
    lower = frame.lower()
    if "authorizationkey" in lower or "passw" in lower or "secret" in lower or "apikey" in lower or "api_key" in lower:
        frame = _SECRET_VALUE_FIRST.sub(rf"\1{MASK}\2", _SECRET_VALUE.sub(rf"\1{MASK}", frame))
    return frame.replace("\0", "\ufffd") if "\0" in frame else frame


def exchange_row(
    station_id: int,
    direction: Direction,
    action: str,
    message_id: str,
    request: str,
    received_at: datetime,
    *,
    answer: str = "",
    outcome: Outcome = Outcome.NONE,
    note: str = "",
    answered_at: str | None = None,
) -> Row:
    """A journal row for ``write_exchanges``; texts are cut and masked here, ``answered_at`` is stamped already.

    Choices become plain strings, which drivers bind without asking what they are.
    """
    return (
        station_id,
        str.__str__(direction),
        action[:60],
        message_id[:255],
        masked(request),
        masked(answer) if answer else "",
        str.__str__(outcome),
        note[:255],
        stamp(received_at),
        answered_at,
    )


def write_exchanges(writer: Writer, rows: Sequence[Row]) -> None:
    """Write journal rows inside the caller's transaction."""
    _insert(writer, rows)
