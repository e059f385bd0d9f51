"""Requests of ours to one station: at most one outstanding (OCPP-J 1.6 §4.1.1), the others wait in line.

An answer belongs to the outstanding request with its id or to nothing: a late one is noted with the request
it belongs to and settles nothing else. A request is never sent twice.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol

from django.conf import settings

from emobility.common.bulk import stamp
from emobility.common.writers import Row
from stations.models.journal import Direction, Outcome
from stations.ocpp import framing
from stations.services.effects import Effect
from stations.services.journal import exchange_row
from stations.services.station_state import StationState

REMEMBERED = 16
"""Requests given up whose late answers are still recognised."""


class CallEnd(Enum):
    """How a request ended."""

    RESULT = "result"
    ERROR = "error"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"
    """The connection was lost while it was outstanding: the station may or may not have acted."""


class Asker(Protocol):
    """Who wants a request answered."""

    def settled(self, call: "OutgoingCall", end: CallEnd, answer: Any) -> Effect | None:
        """Called exactly once, with the station's answer or error text; what it changes is written with the journal row.

        ``call.sent_at`` is None when the request never left.
        """

    def written(self) -> None:
        """That change is committed."""

    def late(self, end: CallEnd, answer: Any) -> Effect | None:
        """The answer came after the request had been given up."""


@dataclass(slots=True)
class OutgoingCall:
    """A request."""

    action: str
    payload: dict
    asker: Asker
    message_id: str = ""
    sent_at: datetime | None = None


class Line(Protocol):
    """What a slot needs of its connection."""

    state: StationState
    closed: bool

    def transmit(self, frame: str) -> None:
        """Send a frame."""

    def keep(self, row: Row | None, effect: Effect | None = None, done: Callable[[], None] | None = None) -> None:
        """Write a journal row and an effect together; ``done`` is called after the commit."""


class CallSlot:
    """The line of requests to one station."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._queue: deque[OutgoingCall] = deque()
        self._outstanding: OutgoingCall | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._given_up: dict[str, OutgoingCall] = {}
        self._numbers = itertools.count(1)

    def call(self, call: OutgoingCall) -> None:
        """Send ``call`` when its turn comes."""
        if self._line.closed:
            self._never_sent(call)
            return
        self._queue.append(call)
        self._next()

    def answered(self, raw: bytes, answer: framing.Answer, now: datetime) -> None:
        """Take an answer from the station."""
        call = self._outstanding
        if call is None or answer.message_id != call.message_id:
            self._keep_stray(raw, answer, now)
            return
        end, content = _content(answer)
        outcome = Outcome.RESULT if end == CallEnd.RESULT else Outcome.ERROR
        self._settle(end, content, outcome, "", raw, now)

    def abandon(self) -> None:
        """The connection is lost: the outstanding request ends unknown, those in line were never sent."""
        waiting, self._queue = self._queue, deque()
        if self._outstanding is not None:
            self._settle(CallEnd.UNKNOWN, None, Outcome.NONE, "connection lost before the answer")
        for call in waiting:
            self._never_sent(call)

    def _next(self) -> None:
        if self._outstanding is not None or not self._queue or self._line.closed:
            return
        call = self._outstanding = self._queue.popleft()
        call.message_id = f"{self._line.state.generation}-{next(self._numbers)}"
        call.sent_at = datetime.now(UTC)
        self._timer = asyncio.get_running_loop().call_later(settings.OCPP_CALL_TIMEOUT_S, self._timed_out)
        self._line.transmit(framing.call(call.message_id, call.action, call.payload))

    def _timed_out(self) -> None:
        call = self._outstanding
        if call is not None:
            self._given_up[call.message_id] = call
            while len(self._given_up) > REMEMBERED:
                del self._given_up[next(iter(self._given_up))]
            self._settle(CallEnd.TIMED_OUT, None, Outcome.NONE, f"no answer within {settings.OCPP_CALL_TIMEOUT_S:g} s")

    def _settle(
        self, end: CallEnd, content: Any, outcome: Outcome, note: str, raw: bytes = b"", at: datetime | None = None
    ) -> None:
        """The outstanding request has ended: keep it with its answer and what that changes, send the next one."""
        call, self._outstanding = self._outstanding, None
        if self._timer is not None:
            self._timer.cancel()
        assert call is not None, "only an outstanding request is settled"
        assert call.sent_at is not None, "an outstanding request was sent"
        row = exchange_row(
            self._line.state.pk, Direction.OUT, call.action, call.message_id,
            framing.call(call.message_id, call.action, call.payload), call.sent_at,
            answer=raw.decode("utf-8", "replace"), outcome=outcome, note=note, answered_at=stamp(at) if at else None,
        )  # fmt: skip
        self._line.keep(row, call.asker.settled(call, end, content), call.asker.written)
        self._next()

    def _never_sent(self, call: OutgoingCall) -> None:
        self._line.keep(None, call.asker.settled(call, CallEnd.UNKNOWN, None), call.asker.written)

    def _keep_stray(self, raw: bytes, answer: framing.Answer, now: datetime) -> None:
        """An answer nobody waits for: late, repeated or invented."""
        call = self._given_up.pop(answer.message_id, None)
        row = exchange_row(
            self._line.state.pk, Direction.IN, call.action if call else "", framing.scrub(answer.message_id),
            raw.decode("utf-8", "replace"), now, outcome=Outcome.IGNORED,
            note="late answer" if call else "late or unexpected answer, ignored",
        )  # fmt: skip
        self._line.keep(row, call.asker.late(*_content(answer)) if call else None)


def _content(answer: framing.Answer) -> tuple[CallEnd, Any]:
    return (CallEnd.RESULT, answer.payload) if answer.error is None else (CallEnd.ERROR, answer.error)
