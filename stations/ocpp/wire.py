"""One station's socket: Daphne's WebSocket protocol with what OCPP-J asks for and Daphne leaves out.

Refusals with their own HTTP status before the upgrade, sight of pings, back-pressure both ways, and a fast
lane: small, final, masked text frames, which is nearly every OCPP message, skip autobahn's state machine.
Everything else takes autobahn's own way.
"""

import asyncio
import logging
import re
import socket
import time
from typing import Any

from daphne.ws_protocol import WebSocketProtocol
from websockets.speedups import apply_mask

from stations.ocpp.connection import Connection

MAX_UNSENT_BYTES = 256 * 1024
"""A peer that reads so slowly that more waits for it is cut off."""
READ_BYTES = 65536
KEEPALIVE = ((socket.TCP_KEEPIDLE, 10), (socket.TCP_KEEPINTVL, 5), (socket.TCP_KEEPCNT, 3))
"""A dead link is noticed within 25 s, between two pings."""

_ORIGIN = re.compile(rb"\r\n(?:Sec-WebSocket-)?Origin:[^\r\n]*", re.IGNORECASE)
_log = logging.getLogger(__name__)


class StationProtocol(WebSocketProtocol):
    """One station's socket, and the ``direct`` transport of its connection."""

    connection: Connection | None = None
    denial: dict | None = None

    # --- handshake -------------------------------------------------------------

    def processHandshake(self) -> None:
        """An Origin protects browsers' cookies, which mean nothing here; stations put all sorts of things there."""
        self.data = _ORIGIN.sub(b"", self.data)  # type: ignore[has-type]
        super().processHandshake()

    def onConnect(self, request: Any) -> Any:
        """Cookies mean nothing here: a browser's session gives no rights on this port."""
        request.headers.pop("cookie", None)
        if self.http_request_uri.startswith("/"):  # autobahn takes the first part of a path with two slashes for a host
            request.path = self.http_request_uri.partition("?")[0]
        return super().onConnect(request)

    def handle_reply(self, message: dict) -> None:
        """ASGI events from the consumer; adds the denial response Daphne does not know."""
        if message["type"] == "websocket.http.response.start":
            self.denial = message
        elif message["type"] == "websocket.http.response.body":
            self._deny(self.denial or {"status": 403, "headers": []}, message.get("body", b"").decode())
        else:
            super().handle_reply(message)

    def _deny(self, start: dict, phrase: str) -> None:
        headers = [(name.decode(), value.decode()) for name, value in start["headers"]]
        del self.handshake_deferred
        self.failHandshake(phrase, start["status"], [*headers, ("Content-Length", "0"), ("Connection", "close")])
        self.server.protocol_disconnected(self)

    def attach(self, connection: Connection) -> None:
        """Hand frames straight to ``connection`` from now on."""
        if not self.transport.connected:
            return  # gone during the handshake
        self.connection = connection
        self.socket = self.transport.socket
        self.transport.setTcpKeepAlive(True)
        for option, value in KEEPALIVE:
            self.socket.setsockopt(socket.IPPROTO_TCP, option, value)
        self._read_directly()

    def _read_directly(self) -> None:
        """Read from the event loop itself; Twisted's way through its logging contexts costs as much as the message."""
        loop, transport, number = asyncio.get_running_loop(), self.transport, self.socket.fileno()
        transport.stopReading()
        transport.startReading = lambda: loop.add_reader(number, self._readable)
        transport.stopReading = lambda: loop.remove_reader(number)
        transport.startReading()

    def _readable(self) -> None:
        try:
            data = self.socket.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.dataReceived(data)
        else:  # the end: Twisted reads it again and takes the connection down its usual way
            self.transport.stopReading()
            del self.transport.startReading, self.transport.stopReading
            self.transport.startReading()

    # --- in --------------------------------------------------------------------

    def dataReceived(self, data: bytes) -> None:
        """The fast lane: whole small text frames, one after the other; the rest goes autobahn's way."""
        connection = self.connection
        if connection is None or self.data or self.inside_message or self.current_frame is not None:
            super().dataReceived(data)
            return
        position, end = 0, len(data)
        while position + 6 <= end and data[position] == 0x81 and data[position + 1] & 0x80:
            length, start = data[position + 1] & 0x7F, position + 2
            if length == 126:
                length, start = int.from_bytes(data[position + 2 : position + 4], "big"), position + 4
            stop = start + 4 + length
            if length == 127 or stop > end or self.state != self.STATE_OPEN:
                break
            self._heard()
            self._receive(connection, apply_mask(data[start + 4 : stop], data[start : start + 4]))
            position = stop
        if position < end:
            super().dataReceived(data[position:])

    def _heard(self) -> None:
        """A message came: no ping is needed, and none that is out need be answered."""
        self.last_ping = time.time()
        if self.autoPingTimeoutCall:
            self._cancelAutoPingTimeoutCall()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """A message that came autobahn's way: large, fragmented, compressed or binary."""
        self.last_ping = time.time()
        if self.connection is None:
            super().onMessage(payload, isBinary)
        elif isBinary:
            self.connection.close(1003, "OCPP-J uses text frames")
        else:
            self._receive(self.connection, payload)

    def _receive(self, connection: Connection, payload: bytes) -> None:
        try:
            connection.receive(payload)
        except Exception:
            _log.exception("a frame of %s could not be processed", connection.state.identity)

    def onPing(self, payload: bytes) -> None:
        """A sign of life."""
        super().onPing(payload)
        self._seen()

    def onPong(self, payload: bytes) -> None:
        """A sign of life."""
        super().onPong(payload)
        self._seen()

    def _seen(self) -> None:
        if self.connection is not None:
            self.connection.seen()

    # --- out (the Transport of connection.py) ----------------------------------

    def send(self, frame: str) -> None:
        """One text frame, straight into the socket when nothing waits before it."""
        if self.state != self.STATE_OPEN:
            return
        data = frame.encode()
        length = len(data)
        if length < 126:
            packet = bytes((0x81, length)) + data
        elif length < 65536:
            packet = bytes((0x81, 126)) + length.to_bytes(2, "big") + data
        else:
            packet = bytes((0x81, 127)) + length.to_bytes(8, "big") + data
        waiting = self._unsent()
        if waiting > MAX_UNSENT_BYTES:
            self.transport.abortConnection()
            return
        if not waiting:
            try:
                packet = packet[self.socket.send(packet) :]
            except BlockingIOError:
                pass
            except OSError:
                return  # the peer is gone; connectionLost follows
        if packet:
            self.transport.write(packet)

    def _unsent(self) -> int:
        return len(self.transport.dataBuffer) + self.transport._tempDataLen

    def close(self, code: int, reason: str) -> None:
        """Send a close frame with any code; Daphne and autobahn allow only some."""
        if self.state == self.STATE_OPEN:
            self.sendCloseFrame(code=code, reasonUtf8=reason.encode()[:120], isReply=False)

    def serverClose(self, code: int | None = None) -> None:
        """Close on behalf of the consumer."""
        self.close(code or 1000, "")

    def pause(self) -> None:
        """Stop reading: the station's own send window fills up."""
        self.transport.pauseProducing()

    def resume(self) -> None:
        """Read on."""
        if self.state == self.STATE_OPEN:
            self.transport.resumeProducing()
