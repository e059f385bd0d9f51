"""Sends the operations of the stations this process holds, one per station at a time, and writes what came of them."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from stations.commands import Dialect, Verdict, dialect_of
from stations.enums import OperationState
from stations.ocpp import framing
from stations.ocpp.calls import CallEnd, OutgoingCall
from stations.ocpp.connection import Connection
from stations.ocpp.intake import Announced, Intake
from stations.services.effects import Effect
from stations.services.operation_delivery import (
    MOST_AT_ONCE,
    RecordStep,
    ReturnOperation,
    SettleOperation,
    Taken,
    TakeOperations,
)

NO_ANSWER = "No answer within {seconds:g} seconds."
DECLINED = "{count} of {total} messages were not agreed to."
CONNECTION_LOST = "The connection was lost before the answer came."

_log = logging.getLogger(__name__)


class OperationRunner:
    """Takes operations when the bell rings, after each answer, and every second in case a bell was lost."""

    def __init__(self, endpoint_id: UUID, intake: Intake, connections: Mapping[int, Connection]) -> None:
        self._endpoint_id = endpoint_id
        self._intake = intake
        self._connections = connections
        self._running: dict[int, Run] = {}
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._rang = False

    def ring(self) -> None:
        """Operations may wait; from any thread."""
        self._loop.call_soon_threadsafe(self.wake)

    def wake(self) -> None:
        """Look for operations now, or once more when already looking; event loop only."""
        self._rang = True
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._take_all())

    async def _take_all(self) -> None:
        while self._rang:
            self._rang = False
            if not self._connections:
                return
            question = TakeOperations(self._endpoint_id, frozenset(self._running), datetime.now(UTC))
            try:
                await self._intake.apply(question)
            except Exception:
                _log.exception("operations could not be taken from the queue")
                return
            for taken in question.taken:
                self._start(taken)
            self._rang = self._rang or len(question.taken) == MOST_AT_ONCE

    def _start(self, taken: Taken) -> None:
        connection = self._connections.get(taken.station_id)
        if connection is None or connection.state.generation != taken.generation:
            back = ReturnOperation(taken.pk)
            self._intake.submit(Announced(back, *back.live_names))
            return
        run = self._running[taken.station_id] = Run(self, connection, taken)
        run.next()

    def ended(self, station_id: int, run: "Run") -> None:
        """``run`` is over: the station's next operation may follow."""
        if self._running.get(station_id) is run:
            del self._running[station_id]
        self.wake()


class Run:
    """One operation being carried out: its messages one after the other, until one is not agreed to.

    One that *carries on* sends the rest all the same, as long as the station answers.
    """

    def __init__(self, runner: OperationRunner, connection: Connection, taken: Taken) -> None:
        self._runner = runner
        self._connection = connection
        self._taken = taken
        self._dialect = dialect_of(taken.ocpp_version)
        self._position = 0
        self._goes_on = False
        self._declined: list[Verdict] = []

    def next(self) -> None:
        """Send the next message."""
        message, payload = self._taken.requests[self._position]
        self._connection.calls.call(OutgoingCall(message, payload, self))

    def settled(self, call: OutgoingCall, end: CallEnd, answer: Any) -> Effect:
        """What the station's answer, or its silence, means for the operation."""
        if call.sent_at is None and self._position == 0:
            return ReturnOperation(self._taken.pk)
        verdict, response = self._read(end, answer)
        is_last = self._position + 1 == len(self._taken.requests)
        if verdict.state != OperationState.ACCEPTED:
            self._declined.append(verdict)
        if not is_last and self._may_go_on(verdict):
            self._goes_on = True
            return RecordStep(self._taken.pk, response)
        return SettleOperation(self._taken.pk, call.action, self._summed_up(verdict), response, datetime.now(UTC))

    def _may_go_on(self, verdict: Verdict) -> bool:
        carries_on = self._taken.carries_on and verdict.state != OperationState.TIMED_OUT
        return carries_on or verdict.state == OperationState.ACCEPTED

    def _summed_up(self, last: Verdict) -> Verdict:
        """The verdict on the whole: of one that carried on, what all its messages came to."""
        if not self._declined or not self._taken.carries_on or last.state == OperationState.TIMED_OUT:
            return last
        words = {verdict.word for verdict in self._declined}
        text = DECLINED.format(count=len(self._declined), total=len(self._taken.requests))
        word = words.pop() if len(words) == 1 else ""
        is_unsupported = any(verdict.is_unsupported for verdict in self._declined)
        return Verdict(self._declined[0].state, word, text, is_unsupported)

    def written(self) -> None:
        """The outcome is committed: go on with the next message, or the station's next operation."""
        if self._goes_on:
            self._goes_on = False
            self._position += 1
            self.next()
        else:
            self._runner.ended(self._taken.station_id, self)

    def late(self, end: CallEnd, answer: Any) -> Effect:
        """The station answered after all."""
        message = self._taken.requests[self._position][0]
        verdict, response = self._read(end, answer)
        return SettleOperation(self._taken.pk, message, verdict, response, datetime.now(UTC))

    def _read(self, end: CallEnd, answer: Any) -> tuple[Verdict, Any]:
        """What an answer means, and what is kept of it: an error, too, where answers are counted."""
        if end == CallEnd.RESULT:
            assert self._dialect is not None, "an operation is in the words of a dialect"
            answer = self._dialect.mended(self._taken.requests[self._position][0], answer)
        verdict = self._verdict(end, answer)
        if end == CallEnd.RESULT:
            return verdict, framing.scrub(answer)
        is_error = end == CallEnd.ERROR and self._taken.carries_on
        return verdict, {"error": f"{verdict.word}: {verdict.error}"} if is_error else None

    def _verdict(self, end: CallEnd, answer: Any) -> Verdict:
        message = self._taken.requests[self._position][0]
        if end == CallEnd.TIMED_OUT:
            return Verdict(OperationState.TIMED_OUT, "", NO_ANSWER.format(seconds=settings.OCPP_CALL_TIMEOUT_S))
        if end == CallEnd.UNKNOWN:
            return Verdict(OperationState.TIMED_OUT, "", CONNECTION_LOST)
        dialect: Dialect | None = self._dialect
        assert dialect is not None, "an operation is in the words of a dialect"
        if end == CallEnd.ERROR:
            code, _colon, text = framing.scrub(answer).partition(": ")
            return dialect.refusal(message, code, text or code)
        return dialect.verdict(message, answer)
