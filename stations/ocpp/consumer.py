"""The Channels consumer that hosts one station's connection.

Portable: it runs under any ASGI server. It replaces Channels' dispatch, which makes a thread hop for every
message, by a loop of its own and has no channel layer: stations are reached through the database.
A server that offers the ``direct`` extension (see endpoint.py) hands frames over without the loop;
the code they reach is the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from channels.consumer import AsyncConsumer

from stations.enums import RefusalReason
from stations.ocpp import v16
from stations.ocpp.connection import Connection, Transport
from stations.ocpp.handshake import HTTP_STATUS, PHRASES, FailureLimit, Request, read_path
from stations.ocpp.hub import LEAVE, Hub
from stations.services.connection import AdmitStation, RefuseHandshake
from stations.services.credentials import digest
from stations.services.station_state import StationState

VERSIONS = {v16.SUBPROTOCOL: v16}
"""OCPP versions by subprotocol, best first."""
RETRY_AFTER_S = 60
Send = Callable[[dict], Awaitable[None]]

hub = Hub()
failures = FailureLimit()
_log = logging.getLogger(__name__)


class StationConsumer(AsyncConsumer):
    """One WebSocket of one station, from handshake to close."""

    channel_layer_alias = None

    async def __call__(self, scope: dict, receive: Callable[[], Awaitable[dict]], send: Send) -> None:
        """Let the station in or turn it away, then pass its frames on until it leaves."""
        await receive()  # websocket.connect
        await hub.start()
        self.scope, self.send = scope, send
        state = await self._handshake()
        if state is not None:
            await self._serve(state, receive)

    # --- handshake -------------------------------------------------------------

    async def _handshake(self) -> StationState | None:
        request = read_path(self.scope.get("raw_path", b"").decode("ascii", "replace") or self.scope["path"])
        if request is None:
            await self._refuse(RefusalReason.UNKNOWN_PATH, Request("", None), None)
            return None
        token_digest = None if request.token is None else digest(request.token, purpose="onboarding")
        admission = AdmitStation(
            request.identity, token_digest, self._address, v16.VERSION, hub.id, datetime.now(UTC),
            names_version=self._subprotocol is not None,
        )  # fmt: skip
        try:
            await hub.intake.apply(admission)
        except Exception:
            _log.exception("handshake from %s failed", self._address)
            await self._deny(503, [(b"retry-after", b"10")])
            return None
        if admission.refusal == RefusalReason.WRONG_SUBPROTOCOL:
            await self._refuse_subprotocol(request, token_digest)
            return None
        if admission.refusal is not None:
            await self._refuse(admission.refusal, request, token_digest)
            return None
        return admission.state

    async def _refuse(self, reason: RefusalReason, request: Request, token_digest: str | None) -> None:
        limited = failures.failed(self._address)
        if limited:
            reason, request = RefusalReason.TOO_MANY_FAILURES, Request("", None)
        status = HTTP_STATUS[reason]
        await self._deny(status, _headers(status))
        await self._log_refusal(reason, request, token_digest, status, "")

    async def _refuse_subprotocol(self, request: Request, token_digest: str | None) -> None:
        """OCPP-J 1.6 §3.2: complete the handshake without a subprotocol, then close."""
        offered = ", ".join(self.scope["subprotocols"])[:150]
        await self.send({"type": "websocket.accept", "subprotocol": None})
        await self.send({"type": "websocket.close", "code": 1002, "reason": "offer subprotocol ocpp1.6"})
        detail = f"offered: {offered}" if offered else "offered none"
        await self._log_refusal(RefusalReason.WRONG_SUBPROTOCOL, request, token_digest, 101, detail)

    async def _deny(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        if "websocket.http.response" not in self.scope.get("extensions", {}):
            await self.send({"type": "websocket.close"})  # the server makes it a 403
            return
        await self.send({"type": "websocket.http.response.start", "status": status, "headers": headers})
        await self.send({"type": "websocket.http.response.body", "body": PHRASES[status].encode()})

    async def _log_refusal(
        self, reason: RefusalReason, request: Request, token_digest: str | None, status: int, detail: str
    ) -> None:
        refusal = RefuseHandshake(
            request.identity, token_digest, self._address, reason, status, detail, datetime.now(UTC)
        )
        await hub.intake.apply(refusal)
        _log.info("handshake refused: %s from %s: %s", refusal.identity or "?", self._address, reason.value)

    @property
    def _subprotocol(self) -> str | None:
        """The best version the station offers; None when it offers none of ours."""
        return next((name for name in VERSIONS if name in self.scope["subprotocols"]), None)

    @property
    def _address(self) -> str:
        client = self.scope.get("client")
        return str(client[0]) if client else ""

    # --- connection ------------------------------------------------------------

    async def _serve(self, state: StationState, receive: Callable[[], Awaitable[dict]]) -> None:
        subprotocol = self._subprotocol
        direct = self.scope.get("extensions", {}).get("emobility.direct")
        transport: Transport = direct or _AsgiTransport(self.send)
        connection = Connection(state, VERSIONS[subprotocol or v16.SUBPROTOCOL], transport, hub.intake)
        hub.add(connection)
        try:
            await self.send({"type": "websocket.accept", "subprotocol": subprotocol})
            if direct is not None:
                direct.attach(connection)
            if hub.is_leaving:
                connection.close(*LEAVE)
            await self._pass_frames(connection, receive)
        finally:
            hub.remove(connection)

    async def _pass_frames(self, connection: Connection, receive: Callable[[], Awaitable[dict]]) -> None:
        while (event := await receive())["type"] == "websocket.receive":
            if (text := event.get("text")) is not None:
                connection.receive(text.encode("utf-8", "surrogatepass"))
            else:
                connection.close(1003, "OCPP-J uses text frames")


class _AsgiTransport:
    """Frames through the ASGI ``send``; one task keeps their order."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: asyncio.Queue[dict] = asyncio.Queue()
        self._task = asyncio.create_task(self._run())

    def send(self, frame: str) -> None:
        self._queue.put_nowait({"type": "websocket.send", "text": frame})

    def close(self, code: int, reason: str) -> None:
        self._queue.put_nowait({"type": "websocket.close", "code": code, "reason": reason})

    def pause(self) -> None:
        """ASGI has no way to stop reading; the server's own limits hold."""

    def resume(self) -> None:
        """See ``pause``."""

    async def _run(self) -> None:
        while True:
            event: dict[str, Any] = await self._queue.get()
            try:
                await self._send(event)
            except Exception:
                return  # the socket is gone
            if event["type"] == "websocket.close":
                return


def _headers(status: int) -> list[tuple[bytes, bytes]]:
    if status == 401:
        return [(b"www-authenticate", b'Basic realm="OCPP"')]
    if status == 429:
        return [(b"retry-after", str(RETRY_AFTER_S).encode())]
    return []
