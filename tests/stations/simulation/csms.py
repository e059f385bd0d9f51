"""A tiny central system for the simulator's tests: real sockets, every CALL recorded, faults on demand."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

ACCEPTED = {"idTagInfo": {"status": "Accepted"}}
PATIENCE_S = 10.0


@dataclass(frozen=True)
class Received:
    """One CALL of a station."""

    identity: str
    connection: int
    message_id: str
    action: str
    payload: dict[str, Any]


@dataclass
class TinyCsms:
    """Accepts every station; ``ignore`` and ``answers`` make it misbehave."""

    port: int = 0
    refusal: HTTPStatus | None = None
    offers_subprotocol: bool = True
    received: list[Received] = field(default_factory=list)
    sockets: dict[str, ServerConnection] = field(default_factory=dict)
    connections: Counter[str] = field(default_factory=Counter)
    handshakes: int = 0
    answers: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = field(default_factory=dict)
    """Action → answer to a payload; an answer of None leaves the CALL unanswered."""

    def __post_init__(self) -> None:
        self._transactions = itertools.count(1001)
        self._ids = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[list[Any]]] = {}

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ocpp/token"

    def actions(self, identity: str | None = None) -> list[str]:
        """The actions received so far, in order."""
        return [call.action for call in self.received if identity in (None, call.identity)]

    def calls(self, action: str) -> list[Received]:
        """The CALLs of one action received so far."""
        return [call for call in self.received if call.action == action]

    def statuses(self, connector: int) -> list[str]:
        """The statuses one connector reported so far, over all stations."""
        reports = [call.payload for call in self.calls("StatusNotification")]
        return [report["status"] for report in reports if report["connectorId"] == connector]

    async def until(self, condition: Callable[[], Any], what: str = "the condition") -> Any:
        """Poll until ``condition`` holds and return its value; fails after ten seconds."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not (value := condition()):
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"{what} did not come about; received: {Counter(self.actions())}") from None
        return value

    async def command(self, identity: str, action: str, payload: dict[str, Any] | None = None) -> list[Any]:
        """Send a CALL to a station and return the whole frame it answers with."""
        message_id = f"csms-{next(self._ids)}"
        answer = self._waiting[message_id] = asyncio.get_running_loop().create_future()
        await self.sockets[identity].send(json.dumps([2, message_id, action, payload or {}]))
        async with asyncio.timeout(PATIENCE_S):
            return await answer

    async def serve_station(self, socket: ServerConnection) -> None:
        identity = socket.request.path.rsplit("/", 1)[1]
        self.connections[identity] += 1
        self.sockets[identity] = socket
        try:
            async for text in socket:
                await self._handle(socket, identity, json.loads(text))
        except ConnectionClosed:
            pass

    async def _handle(self, socket: ServerConnection, identity: str, frame: list[Any]) -> None:
        if frame[0] != 2:
            self._waiting.pop(frame[1]).set_result(frame)
            return
        _, message_id, action, payload = frame
        self.received.append(Received(identity, self.connections[identity], message_id, action, payload))
        answer = self.answers.get(action, self._usual_answer(action))(payload)
        if answer is not None:
            kind = [4, message_id, *answer["error"]] if "error" in answer else [3, message_id, answer]
            await socket.send(json.dumps(kind))

    def _usual_answer(self, action: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        now = datetime.now(UTC).isoformat()
        answers = {
            "BootNotification": {"status": "Accepted", "currentTime": now, "interval": 300},
            "Heartbeat": {"currentTime": now},
            "Authorize": ACCEPTED,
            "StopTransaction": ACCEPTED,
        }
        if action == "StartTransaction":
            return lambda _: ACCEPTED | {"transactionId": next(self._transactions)}
        return lambda _: answers.get(action, {})

    def refuse(self, socket: ServerConnection, _request: Any) -> Any:
        """Answer the handshake with ``refusal`` when one is set."""
        self.handshakes += 1
        return socket.respond(self.refusal, "refused\n") if self.refusal else None

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator["TinyCsms"]:
        """Listen on ``port`` (0: any free one) while the block runs."""
        subprotocols = ["ocpp1.6"] if self.offers_subprotocol else None
        async with serve(
            self.serve_station, "127.0.0.1", port, subprotocols=subprotocols, process_request=self.refuse
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            yield self
