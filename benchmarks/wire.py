"""The client side of WebSocket, just enough for small text frames, over a non-blocking socket.

No compression is offered; every frame is masked with its own random key, as a real client must.
"""

import base64
import os
import socket

from websockets.speedups import apply_mask

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def connect(port: int) -> socket.socket:
    """A non-blocking socket on its way to the server."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.connect_ex(("127.0.0.1", port))
    return sock


def upgrade_request(port: int, path: str) -> bytes:
    """The HTTP request that asks for a WebSocket with OCPP 1.6."""
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
    ).encode()


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """One final, masked frame."""
    mask = os.urandom(4)
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2)
    return bytes((0x80 | opcode,)) + length + mask + apply_mask(payload, mask)


def split_frame(buffer: bytes) -> tuple[int, bytes, bytes] | None:
    """Opcode and payload of the first frame in ``buffer`` and what follows it; None while it is incomplete."""
    if len(buffer) < 2:
        return None
    size, start = buffer[1] & 0x7F, 2
    if size == 126:
        size, start = int.from_bytes(buffer[2:4], "big"), 4
    if len(buffer) < start + size:
        return None
    return buffer[0] & 0x0F, buffer[start : start + size], buffer[start + size :]
