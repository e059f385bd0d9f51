"""The listener for stations: a Daphne server on a port of its own."""

import asyncio
import gc
from typing import Any

from daphne.server import Server  # first: it installs the reactor

from autobahn.websocket import protocol as autobahn_protocol  # isort: skip
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateOfferAccept  # isort: skip
from django.conf import settings  # isort: skip
from twisted.internet import defer, reactor  # isort: skip

from stations.ocpp.consumer import StationConsumer, hub
from stations.ocpp.wire import StationProtocol

MAX_MESSAGE_BYTES = 1024 * 1024
BACKLOG = 4096
CLOSING_S = 2.0
"""How long stations have to take leave when the server stops."""


class StationServer(Server):
    """Daphne's server for the station port."""

    def __init__(self, *, port: int, bind: str) -> None:
        super().__init__(
            application,
            endpoints=[f"tcp:{port}:interface={bind.replace(':', chr(92) + ':')}:backlog={BACKLOG}"],
            websocket_timeout=-1,
            websocket_connect_timeout=60,
            websocket_handshake_timeout=60,
            ping_interval=settings.OCPP_PING_INTERVAL_S,
            ping_timeout=settings.OCPP_PING_TIMEOUT_S,
            websocket_max_message_size=MAX_MESSAGE_BYTES,
            websocket_max_frame_size=MAX_MESSAGE_BYTES,
            server_name="",
            ready_callable=self.prepare,
        )

    def prepare(self) -> None:
        """Make Daphne's factory ready for stations; called once it exists, before the first connection."""
        self.ws_factory.protocol = StationProtocol
        self.ws_factory.setProtocolOptions(
            failByDrop=False,
            perMessageCompressionAccept=_accept_compression,
            tcpNoDelay=True,
            utf8validateIncoming=False,  # a wrong byte in a text must not cost the connection; see framing.py
        )
        reactor.callWhenRunning(lambda: asyncio.ensure_future(hub.start()))
        # autobahn formats all its options for a debug line nobody reads, at every connect: a third of a handshake.
        autobahn_protocol.pformat = _unformatted  # type: ignore[assignment]
        # A full collection walks every idle connection; what is loaded now stays for good.
        gc.set_threshold(50_000, 50, 1000)
        gc.freeze()

    def create_application(self, protocol: Any, scope: dict) -> Any:
        """Offer the consumer the direct way to the socket."""
        if isinstance(protocol, StationProtocol):
            scope["extensions"] = {"websocket.http.response": {}}
            if settings.OCPP_FAST_LANE and not getattr(protocol.transport, "TLS", False):
                scope["extensions"]["emobility.direct"] = protocol
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> Any:
        """On shutdown: close frames to all stations and everything written, then what Daphne does."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._leave()))

    async def _leave(self) -> None:
        await hub.stop()
        deadline = asyncio.get_running_loop().time() + CLOSING_S
        while self._open() and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)

    def _open(self) -> bool:
        return any("disconnected" not in details for details in self.connections.values())


def _unformatted(options: object) -> str:
    return ""


async def application(scope: dict, receive: Any, send: Any) -> None:
    """ASGI application of the station port: stations, and ``/healthz``."""
    if scope["type"] == "websocket":
        await StationConsumer()(scope, receive, send)
    elif scope["type"] == "http":
        alive = scope["path"] == "/healthz"
        headers = [(b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 200 if alive else 404, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok\n" if alive else b"not found\n"})


def _accept_compression(offers: list) -> PerMessageDeflateOfferAccept | None:
    """Take permessage-deflate without context take-over, which costs no memory between messages."""
    for offer in offers:
        if isinstance(offer, PerMessageDeflateOffer):
            return PerMessageDeflateOfferAccept(
                offer,
                request_no_context_takeover=offer.accept_no_context_takeover,
                no_context_takeover=True,
                max_message_size=MAX_MESSAGE_BYTES,
            )
    return None
