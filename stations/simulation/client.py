"""OCPP-J over one WebSocket at a time: handshake, frames, one outstanding CALL, back-off."""

import asyncio
import random
import ssl
import uuid
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4
SUBPROTOCOL = "ocpp1.6"

REMEDIES = {
    400: "the endpoint does not take this URL; check the path",
    401: "the token is unknown, revoked or expired; copy the URL of a valid onboarding token",
    403: "this token may not be used by these stations; check the token and the station ids",
    404: "nothing answers at this path; the URL must read ws://host:port/ocpp/<token>",
    429: "too many attempts; retrying more slowly",
}


class Refused(Exception):
    """The endpoint turned the handshake away for good."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Disconnected(ConnectionError):
    """There is no connection, it broke, or nobody answered on it."""


class CallError(Exception):
    """A CALL was answered, or is to be answered, with a CALLERROR."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description = code, description


@dataclass
class Answer:
    """The payload that answers a CALL, and what is to happen once it is on its way."""

    payload: dict[str, Any] = field(default_factory=dict)
    then: Coroutine[Any, Any, None] | None = None


@dataclass(frozen=True)
class Patience:
    """Real seconds the client waits: for an answer, and between attempts to connect."""

    answer_s: float = 30.0
    first_retry_s: float = 1.0
    longest_retry_s: float = 60.0

    def retry_s(self, failures: int) -> float:
        """Pause after so many failures in a row: doubling, with jitter, so that a fleet does not return as one."""
        return random.uniform(0.5, 1.0) * min(self.longest_retry_s, self.first_retry_s * 2 ** min(failures, 16))


class Client:
    """The station's end of the line.

    ``answer`` handles the central system's CALLs and may raise CallError; ``spawn`` runs what follows an answer.
    """

    def __init__(
        self,
        url: str,
        answer: Callable[[str, dict[str, Any]], Answer],
        patience: Patience,
        spawn: Callable[[Coroutine[Any, Any, None]], Any],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.url, self.patience, self.tls = url, patience, tls
        self.sent = 0
        self._answer, self._spawn = answer, spawn
        self._socket: ClientConnection | None = None
        self._one_at_a_time = asyncio.Lock()
        self._pending: tuple[str, asyncio.Future[dict[str, Any]]] | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._socket is not None

    async def open(self) -> None:
        """Connect; raises Refused when trying again is pointless, Disconnected when it is not."""
        try:
            socket = await connect(
                self.url,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                ssl=self.tls,
                compression=None,
                ping_interval=None,
                open_timeout=self.patience.answer_s,
                close_timeout=1,
                max_queue=16,
                proxy=None,
            )
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise connection_failure(error) from error
        if socket.subprotocol != SUBPROTOCOL:
            await socket.close(1002)
            raise Refused(f"the endpoint does not speak {SUBPROTOCOL}")
        self._socket = socket

    async def listen(self) -> None:
        """Handle what arrives until the connection ends, which raises Disconnected."""
        assert self._socket is not None
        try:
            async for text in self._socket:
                await self._handle(text)
        except ConnectionClosed:
            pass
        finally:
            await self.close()
        raise Disconnected("the connection ended")

    async def close(self) -> None:
        """End the connection; a CALL under way raises Disconnected."""
        socket, self._socket = self._socket, None
        if self._pending and not self._pending[1].done():
            self._pending[1].set_exception(Disconnected("the connection ended"))
        if socket:
            await socket.close()

    async def call(self, action: str, payload: dict[str, Any], message_id: str | None = None) -> dict[str, Any]:
        """Send a CALL when its turn comes and return the answer's payload; raises CallError, Disconnected."""
        message_id = message_id or str(uuid.uuid4())
        async with self._one_at_a_time:
            answer = asyncio.get_running_loop().create_future()
            self._pending = message_id, answer
            try:
                await self._send([CALL, message_id, action, payload])
                async with asyncio.timeout(self.patience.answer_s):
                    return await answer
            except TimeoutError as error:
                await self.close()
                raise Disconnected(f"{action} was not answered") from error
            finally:
                self._pending = None

    async def _send(self, frame: list[Any]) -> None:
        if self._socket is None:
            raise Disconnected("not connected")
        self.sent += frame[0] == CALL
        try:
            await self._socket.send(orjson.dumps(frame), text=True)
        except ConnectionClosed as error:
            raise Disconnected("the connection ended") from error

    async def _handle(self, text: str | bytes) -> None:
        try:
            kind, message_id, *rest = orjson.loads(text)
        except (TypeError, ValueError):
            return
        if kind == CALL:
            await self._handle_call(message_id, *rest)
        elif self._pending and self._pending[0] == message_id and not self._pending[1].done():
            self._settle(self._pending[1], kind, rest)

    def _settle(self, answer: asyncio.Future[dict[str, Any]], kind: int, rest: list[Any]) -> None:
        if kind == CALL_RESULT:
            answer.set_result(rest[0])
        else:
            answer.set_exception(CallError(*rest[:2]))

    async def _handle_call(self, message_id: str, action: str, payload: dict[str, Any]) -> None:
        try:
            answer = self._answer(action, payload)
        except CallError as error:
            await self._reply([CALL_ERROR, message_id, error.code, error.description, {}])
            return
        await self._reply([CALL_RESULT, message_id, answer.payload])
        if answer.then:
            self._spawn(answer.then)

    async def _reply(self, frame: list[Any]) -> None:
        with suppress(Disconnected):
            await self._send(frame)


def connection_failure(error: Exception) -> Exception:
    """What a failed attempt to connect means: Refused for good, or Disconnected for now."""
    if not isinstance(error, InvalidStatus):
        return Disconnected(str(error) or "no answer in time")
    status = error.response.status_code
    reason = f"refused with {status}: {REMEDIES.get(status, 'see the log of the endpoint')}"
    return Refused(reason) if status in (400, 401, 403, 404) else Disconnected(reason)


def without_secrets(url: str) -> str:
    """The address of an endpoint without its token, fit for a screen."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port}" if parts.port else f"{parts.scheme}://{parts.hostname}"
