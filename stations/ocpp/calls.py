"""Requests of ours to one station: at most one outstanding (OCPP-J 1.6 §4.1.1), the others wait in line.

An answer belongs to the outstanding request with its id or to nothing: a late one is journalled and
settles nothing else. A request is never sent twice.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol

from emobility.common.bulk import stamp
from emobility.common.writers import Row
from stations.models.journal import Direction, Outcome
from stations.ocpp import framing
from stations.services.journal import exchange_row
from stations.services.station_state import StationState

TIMEOUT_S = 30.0


class CallEnd(Enum):
    """How a request ended."""

    RESULT = "result"
    ERROR = "error"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"
    """The connection was lost while it was outstanding: the station may or may not have acted."""


@dataclass(slots=True)
class OutgoingCall:
    """A request; ``settled`` is called exactly once with its end and the station's answer or error text."""

    action: str
    payload: dict
    settled: Callable[[CallEnd, Any], None]
    message_id: str = ""
    sent_at: datetime | None = None


class Line(Protocol):
    """What a slot needs of its connection."""

    state: StationState
    closed: bool

    def transmit(self, frame: str) -> None:
        """Send a frame."""

    def keep(self, row: Row) -> None:
        """Write a journal row."""


class CallSlot:
    """The line of requests to one station."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._queue: deque[OutgoingCall] = deque()
        self._outstanding: OutgoingCall | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._numbers = itertools.count(1)

    def call(self, call: OutgoingCall) -> None:
        """Send ``call`` when its turn comes."""
        if self._line.closed:
            call.settled(CallEnd.UNKNOWN, None)
            return
        self._queue.append(call)
        self._next()

    def answered(self, raw: bytes, answer: framing.Answer, now: datetime) -> None:
        """Take an answer from the station."""
        call = self._outstanding
        if call is None or answer.message_id != call.message_id:
            self._keep_stray(raw, answer, now)
            return
        end = CallEnd.RESULT if answer.error is None else CallEnd.ERROR
        outcome = Outcome.RESULT if answer.error is None else Outcome.ERROR
        self._keep(call, raw.decode("utf-8", "replace"), outcome, "", now)
        self._settle(end, answer.payload if answer.error is None else answer.error)

    def abandon(self) -> None:
        """The connection is lost: the outstanding request ends unknown, those in line were never sent."""
        waiting, self._queue = self._queue, deque()
        if self._outstanding is not None:
            self._keep(self._outstanding, "", Outcome.NONE, "connection lost before the answer", None)
            self._settle(CallEnd.UNKNOWN, None)
        for call in waiting:
            call.settled(CallEnd.UNKNOWN, None)

    def _next(self) -> None:
        if self._outstanding is not None or not self._queue or self._line.closed:
            return
        call = self._outstanding = self._queue.popleft()
        call.message_id = f"{self._line.state.generation}-{next(self._numbers)}"
        call.sent_at = datetime.now(UTC)
        self._timer = asyncio.get_running_loop().call_later(TIMEOUT_S, self._timed_out)
        self._line.transmit(framing.call(call.message_id, call.action, call.payload))

    def _timed_out(self) -> None:
        call = self._outstanding
        if call is not None:
            self._keep(call, "", Outcome.NONE, f"no answer within {TIMEOUT_S:.0f} s", None)
            self._settle(CallEnd.TIMED_OUT, None)

    def _settle(self, end: CallEnd, answer: Any) -> None:
        call, self._outstanding = self._outstanding, None
        if self._timer is not None:
            self._timer.cancel()
        assert call is not None, "only an outstanding request is settled"
        call.settled(end, answer)
        self._next()

    def _keep(self, call: OutgoingCall, answer: str, outcome: Outcome, note: str, at: datetime | None) -> None:
        frame = framing.call(call.message_id, call.action, call.payload)
        sent_at = call.sent_at or datetime.now(UTC)
        self._line.keep(
            exchange_row(
                self._line.state.pk, Direction.OUT, call.action, call.message_id, frame, sent_at,
                answer=answer, outcome=outcome, note=note, answered_at=stamp(at) if at else None,
            )
        )  # fmt: skip

    def _keep_stray(self, raw: bytes, answer: framing.Answer, now: datetime) -> None:
        message_id, text = framing.scrub(answer.message_id), raw.decode("utf-8", "replace")
        note = "late or unexpected answer, ignored"
        self._line.keep(
            exchange_row(
                self._line.state.pk, Direction.IN, "", message_id, text, now, outcome=Outcome.IGNORED, note=note
            )
        )
