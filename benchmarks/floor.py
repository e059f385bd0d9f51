"""The floor: a bare ``websockets`` server that validates nothing, stores nothing and answers at once.

Run as ``python -m benchmarks.floor PORT``.
"""

import asyncio
import itertools
import sys
from datetime import UTC, datetime
from typing import Any

import orjson
from websockets.asyncio.server import ServerConnection, serve

_transaction_ids = itertools.count(1)


def answer(action: str) -> dict[str, Any]:
    """A plausible answer to ``action``."""
    match action:
        case "BootNotification":
            return {"status": "Accepted", "interval": 300, "currentTime": _now()}
        case "Heartbeat":
            return {"currentTime": _now()}
        case "StartTransaction":
            return {"transactionId": next(_transaction_ids), "idTagInfo": {"status": "Accepted"}}
        case "StopTransaction":
            return {"idTagInfo": {"status": "Accepted"}}
        case _:
            return {}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def converse(station: ServerConnection) -> None:
    """Answer every CALL of one station."""
    async for message in station:
        _, message_id, action, _ = orjson.loads(message)
        await station.send(orjson.dumps([3, message_id, answer(action)]), text=True)


async def main(port: int) -> None:
    """Serve on ``port`` until the process is ended."""
    async with serve(
        converse, "127.0.0.1", port, subprotocols=["ocpp1.6"], compression=None, ping_interval=None, backlog=4096
    ):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
