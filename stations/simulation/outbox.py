"""What a station has to tell, in order; messages of a transaction survive the connection (OCPP 1.6 §3.7)."""

import asyncio
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from stations.simulation.client import CallError
from stations.simulation.transaction import Transaction

Send = Callable[[str, dict[str, Any], str], Awaitable[dict[str, Any]]]

CAPACITY = 1_000
"""With so many messages waiting, meter values are no longer kept, as §3.7.1 allows."""


@dataclass
class Message:
    """One CALL to send. Those of a ``transaction`` are repeated unchanged until they are answered."""

    action: str
    payload: dict[str, Any]
    transaction: Transaction | None = None
    on_answer: Callable[[dict[str, Any]], None] | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: int = 0

    @property
    def is_orphan(self) -> bool:
        """Whether it belongs to a transaction that never got an id, and so cannot be told."""
        return self.action != "StartTransaction" and self.transaction is not None and self.transaction.id is None

    def full_payload(self) -> dict[str, Any]:
        """The payload with the transaction's id, which may not have been known when the message was made."""
        if self.action == "StartTransaction" or self.transaction is None:
            return self.payload
        return {"transactionId": self.transaction.id} | self.payload


class Outbox:
    """The queue of one station."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque()
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: Message) -> None:
        """Queue a message behind all others."""
        if message.action == "MeterValues" and len(self) >= CAPACITY:
            return
        self._messages.append(message)
        self._emptied.clear()
        self._filled.set()

    def forget_volatile(self) -> None:
        """Drop what is worth nothing later: all but the messages of transactions."""
        self._messages = deque(message for message in self._messages if message.transaction)

    async def drain(self, send: Send, *, attempts: Callable[[], int], retry_s: Callable[[int], float]) -> None:
        """Send message after message, for ever; Disconnected ends it and leaves the unanswered one in front.

        A CALLERROR to a message of a transaction repeats it, ``attempts`` times in all, ``retry_s`` apart.
        """
        while True:
            message = await self._first()
            try:
                answer = await send(message.action, message.full_payload(), message.id)
            except CallError:
                message.attempts += 1
                if message.transaction and message.attempts < attempts():
                    await asyncio.sleep(retry_s(message.attempts))
                    continue
            else:
                if message.on_answer:
                    message.on_answer(answer)
            self._remove(message)

    def _remove(self, message: Message) -> None:
        if self._messages and self._messages[0] is message:
            self._messages.popleft()

    async def _first(self) -> Message:
        while True:
            while self._messages and self._messages[0].is_orphan:
                self._messages.popleft()
            if self._messages:
                return self._messages[0]
            self._filled.clear()
            self._emptied.set()
            await self._filled.wait()

    async def emptied(self) -> None:
        """Wait until everything is told."""
        if self._messages:
            await self._emptied.wait()
