"""A charging station the test scripts message by message; it does nothing by itself."""

import itertools
import json
from asyncio import timeout
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4
PATIENCE_S = 10.0


class CallError(Exception):
    """The server answered a CALL with a CALLERROR."""

    def __init__(self, code: str, description: str = "", details: Any = None) -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description, self.details = code, description, details


def timestamp(moment: datetime | None = None) -> str:
    """``moment`` (default: now) as OCPP writes it."""
    return (moment or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class ScriptedStation:
    """Speaks OCPP 1.6 over a real WebSocket, exactly as told.

    ``async with ScriptedStation.connect(url, "CS-1") as station: await station.boot()``. Frames that arrive while an
    answer is awaited are kept for ``receive``.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._ids = (f"m{number}" for number in itertools.count(1))
        self._kept: deque[Any] = deque()

    @classmethod
    @asynccontextmanager
    async def connect(
        cls, url: str, identity: str, *, subprotocols: Sequence[str] | None = ("ocpp1.6",), **options: Any
    ) -> AsyncIterator[Self]:
        """Open ``<url>/<identity>``; raises websockets' ``InvalidStatus`` when the handshake is refused.

        ``options`` go to ``websockets.connect`` (``additional_headers``, ``ping_interval`` …).
        """
        offered = None if subprotocols is None else [Subprotocol(name) for name in subprotocols]
        settings = {"proxy": None, "ping_interval": None, "close_timeout": 2} | options
        async with connect(f"{url.rstrip('/')}/{identity}", subprotocols=offered, **settings) as socket:
            yield cls(socket)

    async def call(
        self, action: str, payload: dict[str, Any] | None = None, *, message_id: str | None = None
    ) -> dict[str, Any]:
        """Send a CALL and return the payload of its answer; raises CallError on a CALLERROR."""
        message_id = message_id or next(self._ids)
        await self.send_raw(json.dumps([CALL, message_id, action, payload or {}]))
        return await self.answer_to(message_id)

    async def answer_to(self, message_id: str) -> dict[str, Any]:
        """Wait for the answer to ``message_id``, keeping every other frame for ``receive``."""
        async with timeout(PATIENCE_S):
            while not is_answer(frame := await self._next_frame(), message_id):
                self._kept.append(frame)
        if frame[0] == CALL_ERROR:
            raise CallError(*frame[2:5])
        return frame[2]

    async def send_raw(self, data: str | bytes) -> None:
        """Send one text (str) or binary (bytes) message as it is."""
        await self.socket.send(data)

    async def receive(self, patience_s: float = PATIENCE_S) -> Any:
        """The next frame nobody awaited, decoded; raises TimeoutError when none comes."""
        if self._kept:
            return self._kept.popleft()
        async with timeout(patience_s):
            return await self._next_frame()

    async def receive_call(self, action: str) -> tuple[str, dict[str, Any]]:
        """The next CALL of the server, which must be ``action``: its message id and payload."""
        kind, message_id, received, payload = await self.receive()
        assert (kind, received) == (CALL, action), f"expected the CALL {action}, got {received}"
        return message_id, payload

    async def answer(self, message_id: str, payload: dict[str, Any]) -> None:
        """Answer a CALL of the server."""
        await self.send_raw(json.dumps([CALL_RESULT, message_id, payload]))

    async def refuse(self, message_id: str, code: str = "NotImplemented", description: str = "") -> None:
        """Answer a CALL of the server with a CALLERROR."""
        await self.send_raw(json.dumps([CALL_ERROR, message_id, code, description, {}]))

    async def boot(self, **details: Any) -> dict[str, Any]:
        """Send a BootNotification; ``details`` override its fields."""
        return await self.call(
            "BootNotification", {"chargePointVendor": "Acme", "chargePointModel": "Wallbox 11"} | details
        )

    async def status(self, connector: int, status: str, error_code: str = "NoError") -> None:
        """Send a StatusNotification."""
        await self.call(
            "StatusNotification",
            {"connectorId": connector, "status": status, "errorCode": error_code, "timestamp": timestamp()},
        )

    async def start(self, badge: str, *, connector: int = 1, meter_wh: int = 0, at: datetime | None = None) -> int:
        """Send a StartTransaction; returns the transaction id the server gave."""
        answer = await self.call(
            "StartTransaction",
            {"connectorId": connector, "idTag": badge, "meterStart": meter_wh, "timestamp": timestamp(at)},
        )
        return answer["transactionId"]

    async def meter(
        self,
        transaction: int | None,
        *,
        connector: int = 1,
        energy_wh: int,
        power_w: int | None = None,
        at: datetime | None = None,
    ) -> None:
        """Send one MeterValues sample: energy register (Wh) and, if given, power (W)."""
        sampled = [{"measurand": "Energy.Active.Import.Register", "unit": "Wh", "value": str(energy_wh)}]
        if power_w is not None:
            sampled.append({"measurand": "Power.Active.Import", "unit": "W", "value": str(power_w)})
        payload: dict[str, Any] = {
            "connectorId": connector,
            "meterValue": [{"timestamp": timestamp(at), "sampledValue": sampled}],
        }
        if transaction is not None:
            payload["transactionId"] = transaction
        await self.call("MeterValues", payload)

    async def stop(self, transaction: int, *, meter_wh: int, at: datetime | None = None, **details: Any) -> dict:
        """Send a StopTransaction; ``details`` add fields such as ``reason`` and ``idTag``."""
        return await self.call(
            "StopTransaction",
            {"transactionId": transaction, "meterStop": meter_wh, "timestamp": timestamp(at)} | details,
        )

    async def _next_frame(self) -> Any:
        return json.loads(await self.socket.recv())


def is_answer(frame: Any, message_id: str) -> bool:
    """Whether ``frame`` is the result or error of the CALL ``message_id``."""
    return frame[0] in (CALL_RESULT, CALL_ERROR) and frame[1] == message_id
