"""Stations that do what they are asked and keep books of it, over every lost connection."""

import asyncio
import random
from collections import Counter
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.support.station import CALL, ScriptedStation

WORDS = ("Accepted", "Rejected")


def word_for(errand: str) -> str:
    """How every station answers an errand."""
    return WORDS[int(errand) % 2]


class ObedientStation:
    """One station; ``received`` counts what it was asked, ``answered`` what it said and the wire took."""

    def __init__(self, url: str, number: int) -> None:
        self.identity = f"OBEDIENT-{number:03}"
        self.received: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self._url = url
        self._random = random.Random(number)

    async def live(self) -> None:
        """Obey until cancelled."""
        while True:
            try:
                async with ScriptedStation.connect(self._url, self.identity) as station:
                    await station.boot()
                    await self._obey(station)
            except (OSError, TimeoutError, ConnectionClosed, WebSocketException):
                await asyncio.sleep(0.05)

    async def _obey(self, station: ScriptedStation) -> None:
        while True:
            kind, message_id, _message, payload = await station.receive(patience_s=3600)
            assert kind == CALL
            await self._answer(station, message_id, payload)

    async def _answer(self, station: ScriptedStation, message_id: str, payload: dict[str, Any]) -> None:
        errand = payload["data"]
        self.received[errand] += 1
        await asyncio.sleep(self._random.uniform(0, 0.05))
        if self._random.random() < 0.05:
            await station.socket.close()
        await station.answer(message_id, {"status": word_for(errand)})
        self.answered[errand] += 1
