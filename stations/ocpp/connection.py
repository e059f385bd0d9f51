"""One station's connection: frames in, answers out, one message at a time, one request of ours outstanding.

No await, no query: a frame becomes an item for the intake, and its answer leaves when the item is
committed. Messages of one station are processed one after the other, so each sees the effects of
the one before; stations that send several at once are read no further than ``MAX_WAITING``.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, Protocol

from emobility.common import clock
from emobility.common.events import publish
from emobility.common.writers import Row
from stations.models.journal import Direction, Outcome
from stations.ocpp import framing
from stations.ocpp.calls import CallSlot
from stations.ocpp.framing import MONEY_ACTIONS, NO_PAYLOAD, Answer, Call, Malformed
from stations.ocpp.intake import Intake, Item
from stations.ocpp.schemas import validators
from stations.ocpp.tolerance import mend
from stations.services.effects import Effect
from stations.services.journal import exchange_row
from stations.services.station_state import StationState

MAX_WAITING = 16
MAX_NOISE = 20
"""Unreadable frames in a row after which the connection is closed."""
MAX_MENDED_BYTES = 16 * 1024
"""A larger frame full of faults would hold up everybody for a second; what it says is used as it is."""

_log = logging.getLogger(__name__)


class Transport(Protocol):
    """What carries the frames; every method is safe to call after the socket is gone."""

    def send(self, frame: str) -> None:
        """Send one text frame."""

    def close(self, code: int, reason: str) -> None:
        """Close the WebSocket."""

    def pause(self) -> None:
        """Stop reading from the station."""

    def resume(self) -> None:
        """Read on."""


class Connection:
    """The protocol machine of one connected station."""

    def __init__(self, state: StationState, version: ModuleType, transport: Transport, intake: Intake) -> None:
        self.state = state
        self.last_seen_at = datetime.now(UTC)
        self.closed = False
        self.calls = CallSlot(self)
        self._version = version
        self._validators = validators(version.SCHEMAS)
        self._transport = transport
        self._intake = intake
        self._waiting: deque[bytes] = deque()
        self._busy = False
        self._paused = False
        self._noise = 0
        self._name = f"station-{state.pk}"

    # --- in --------------------------------------------------------------------

    def receive(self, raw: bytes) -> None:
        """Take one text frame from the station."""
        if self.closed:
            return  # a newer connection or none has the station; what was not answered comes again
        if self._busy and not framing.is_answer(raw):  # an answer depends on nothing, and never comes again
            self._waiting.append(raw)
            if len(self._waiting) >= MAX_WAITING and not self._paused:
                self._paused = True
                self._transport.pause()
        else:
            self._process(raw)

    def seen(self) -> None:
        """The station gave a sign of life that is no message (ping, pong)."""
        self.last_seen_at = datetime.now(UTC)

    def lost(self) -> None:
        """The socket is gone: nothing more is sent, waiting frames were never answered and will be repeated."""
        self.closed = True
        self._waiting.clear()
        self.calls.abandon()

    def hold(self) -> None:
        """Read nothing more; what is in work is still answered."""
        self._waiting.clear()
        self._paused = False
        self._transport.pause()

    def close(self, code: int, reason: str) -> None:
        """Close from our side."""
        self._transport.resume()
        self.lost()
        self._transport.close(code, reason)

    def _process(self, raw: bytes) -> None:
        self.last_seen_at = now = clock.now()
        frame = framing.parse(raw)
        if type(frame) is Call:
            self._noise = 0
            self._process_call(raw, frame, now)
        elif type(frame) is Answer:
            self._noise = 0
            self.calls.answered(raw, frame, now)
        elif type(frame) is Malformed:
            self._process_malformed(raw, frame, now)

    def _process_malformed(self, raw: bytes, frame: Malformed, now: datetime) -> None:
        self._noise = self._noise + 1 if frame.counts else 0
        exchange = Exchange(self, raw, now, frame.action, frame.message_id, frame.id_json, frame.note)
        if frame.answer:
            exchange.refuse(frame.answer, frame.note)
        else:
            exchange.outcome = Outcome.IGNORED
        self._submit(exchange)
        if self._noise >= MAX_NOISE:
            self.close(1002, "too many unreadable frames")

    def _process_call(self, raw: bytes, call: Call, now: datetime) -> None:
        exchange = Exchange(self, raw, now, call.action, call.message_id, call.id_json, call.note)
        handler = self._version.HANDLERS.get(call.action)
        if handler is None:
            known = call.action in self._validators and f"{call.action}Response" in self._validators
            exchange.refuse("NotSupported" if known else "NotImplemented", "this message is not handled here")
        elif not self.state.accepted and call.action not in self._version.BEFORE_ACCEPTED:
            exchange.refuse("SecurityError", "send BootNotification first")
        else:
            self._handle(handler, call, exchange)
        self._submit(exchange)

    def _handle(self, handler: Callable[..., Any], call: Call, exchange: "Exchange") -> None:
        try:
            if self._usable(call, exchange):
                handling = handler(self.state, call.payload, exchange.received_at)
                exchange.effect, exchange.reply = handling.effect, handling.answer
        except Exception as error:
            _log.exception("a %s of %s could not be processed", call.action, self.state.identity)
            exchange.error = error

    def _usable(self, call: Call, exchange: "Exchange") -> bool:
        """Check the payload against its schema, mending it where that is harmless."""
        validator = self._validators[call.action]
        if not call.note and validator.is_valid(call.payload):
            return True
        call.payload = framing.scrub(call.payload)
        if call.action in MONEY_ACTIONS and len(exchange.raw) > MAX_MENDED_BYTES:
            exchange.note = "; ".join(filter(None, (call.note, "schema: too large to mend")))
            return True
        verdict = mend(call.action, call.payload, validator)
        exchange.note = "; ".join(filter(None, (call.note, verdict.note)))
        if verdict.error is None or call.action in MONEY_ACTIONS:
            return True
        exchange.refuse("ProtocolError" if call.note == NO_PAYLOAD else verdict.error, verdict.note)
        return False

    # --- through the intake ----------------------------------------------------

    def _submit(self, exchange: "Exchange") -> None:
        self._busy = True
        self._intake.submit(exchange)

    def committed(self, exchange: "Exchange") -> None:
        """The exchange is stored: send its answer and go on with what waits."""
        names: tuple[str, ...] = ()
        if exchange.effect is not None:
            exchange.effect.remember(self.state)
            names = exchange.effect.live_names
        publish(self._name, *names)
        if not exchange.stored:
            self.close(1011, "the message could not be stored")
        if exchange.answer and not self.closed:
            self._transport.send(exchange.answer)
        self._busy = False
        while self._waiting and not self._busy and not self.closed:
            self._process(self._waiting.popleft())
        if self._paused and len(self._waiting) <= MAX_WAITING // 2:
            self._paused = False
            self._transport.resume()

    # --- requests of ours ------------------------------------------------------

    def transmit(self, frame: str) -> None:
        """Send a request of ours."""
        if not self.closed:
            self._transport.send(frame)

    def confirmation(self, action: str) -> dict:
        """The answer to a message that carries money and could not be processed."""
        return self._version.confirmation(action)

    def keep(self, row: Row | None, effect: Effect | None = None, done: Callable[[], None] | None = None) -> None:
        """Write a journal row and an effect that go with no message of the station; ``done`` follows the commit."""
        self._intake.submit(_Kept(self._name, row, effect, done))


class Exchange(Item):
    """A frame from the station on its way through the intake, and its answer."""

    __slots__ = (
        "action",
        "answer",
        "connection",
        "id_json",
        "message_id",
        "note",
        "outcome",
        "raw",
        "received_at",
        "reply",
    )

    def __init__(
        self,
        connection: Connection,
        raw: bytes,
        received_at: datetime,
        action: str,
        message_id: str,
        id_json: str,
        note: str,
    ) -> None:
        self.effect, self.error, self.stored = None, None, True
        self.connection = connection
        self.raw = raw
        self.received_at = received_at
        self.action = action
        self.message_id = message_id
        self.id_json = id_json
        self.note = note
        self.answer = ""
        self.outcome = Outcome.RESULT
        self.reply: Callable[[], dict] | None = None

    def refuse(self, code: str, reason: str) -> None:
        """Answer with a CALLERROR."""
        self.answer, self.outcome = framing.error(self.id_json, code, reason), Outcome.ERROR
        self.note = self.note or reason

    def record(self, now: str) -> Row:
        """The journal row; makes the answer, now that the effect is applied."""
        if self.error is not None:
            self._quarantined(self.error)
        elif self.reply is not None:
            self.answer = framing.result(self.id_json, self.reply())
        return exchange_row(
            self.connection.state.pk,
            Direction.IN,
            self.action if self.reply is not None else framing.scrub(self.action),
            framing.scrub(self.message_id),
            self.raw.decode("utf-8", "replace"),
            self.received_at,
            answer=self.answer,
            outcome=self.outcome,
            note=framing.scrub(self.note) if self.note else "",
            answered_at=now if self.answer else None,
        )

    def done(self) -> None:
        """After the commit."""
        self.connection.committed(self)

    def _quarantined(self, error: Exception) -> None:
        """Could not be processed: a message that carries money is confirmed all the same, so that it is not repeated for ever."""
        if self.action in MONEY_ACTIONS:
            self.answer = framing.result(self.id_json, self.connection.confirmation(self.action))
        else:
            self.refuse("InternalError", "kept for review")
        self.note = f"quarantined: {type(error).__name__}: {error}"


class _Kept(Item):
    __slots__ = ("after", "names", "row")

    def __init__(self, name: str, row: Row | None, effect: Effect | None, after: Callable[[], None] | None) -> None:
        super().__init__(effect)
        self.names = (name, *effect.live_names) if effect is not None else (name,)
        self.row = row
        self.after = after

    def record(self, now: str) -> Row | None:
        return self.row

    def done(self) -> None:
        publish(*self.names)
        if self.after is not None:
            self.after()
