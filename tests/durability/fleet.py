"""Stations that charge without a pause and repeat what is not answered, as real ones do, over every lost connection."""

import asyncio
import itertools
import json
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.durability.ledger import Books, Charge, Message, Sent
from tests.support.station import ScriptedStation, timestamp

BADGE = "DURABLE"
ANSWER_WITHIN_S = 20.0
TRANSACTION = ("StartTransaction", "StopTransaction", "MeterValues")


@dataclass(frozen=True)
class Habit:
    """How a station repeats itself."""

    same_id: bool = True
    """Whether a repeated message keeps its id."""
    stutters: bool = False
    """Whether it sends every message of a transaction twice at once."""
    hurries: bool = False
    """Whether it sends its meter values without waiting for the answers."""
    hangs_up: float = 0
    """Probability that its connection breaks between a message and the answer."""


HABITS = (
    Habit(),
    Habit(same_id=False),
    Habit(stutters=True),
    Habit(same_id=False, stutters=True),
    Habit(hurries=True),
    Habit(same_id=False, hurries=True),
)
RESTLESS = (*HABITS, Habit(hangs_up=0.05), Habit(same_id=False, hangs_up=0.05))


class StubbornStation:
    """One station; ``books`` says what it sent and heard."""

    def __init__(self, url: str, number: int, habit: Habit) -> None:
        self.books = Books(f"STUBBORN-{number:03}")
        self._url, self._habit, self._random = url, habit, random.Random(number)
        self._register = 1000 * number
        self._connection = AsyncExitStack()
        self._station: ScriptedStation | None = None

    async def live(self, finish: asyncio.Event) -> None:
        """Boot, then charge until ``finish``; everything begun is reported to its end."""
        try:
            await self._report(Message("BootNotification", {"chargePointVendor": "Acme", "chargePointModel": "Rock"}))
            while not finish.is_set():
                await self._charge()
        finally:
            await self._connection.aclose()

    async def _charge(self) -> None:
        charge = Charge(Message("StartTransaction", self._registered("meterStart") | {"connectorId": 1}))
        self.books.charges.append(charge)
        await self._status("Preparing")
        await self._report(charge.start)
        transaction = charge.start.answers[0]["transactionId"]
        charge.readings = [self._reading(transaction) for _ in range(self._random.randint(2, 6))]
        if self._habit.hurries:
            await self._report(*charge.readings)
        else:
            for reading in charge.readings:
                await self._report(reading)
        charge.stop = Message("StopTransaction", self._registered("meterStop") | {"transactionId": transaction})
        charge.stop.payload["reason"] = self._random.choice(["Local", "EVDisconnected", "Remote"])
        await self._report(charge.stop)
        await self._status("Available")

    def _registered(self, field: str) -> dict[str, Any]:
        """A register no other report of this station has, with badge and time."""
        self._register += self._random.randint(1, 50)
        return {field: self._register, "idTag": BADGE, "timestamp": timestamp()}

    def _reading(self, transaction: int) -> Message:
        register = self._registered("value")
        value = {"measurand": "Energy.Active.Import.Register", "unit": "Wh", "value": str(register["value"])}
        sample = {"timestamp": register["timestamp"], "sampledValue": [value]}
        # A context of its own keeps two samples of one millisecond apart.
        value["context"] = f"Sample.{self._register}"[:20]
        return Message("MeterValues", {"connectorId": 1, "transactionId": transaction, "meterValue": [sample]})

    async def _status(self, status: str) -> None:
        payload = {"connectorId": 1, "status": status, "errorCode": "NoError", "timestamp": timestamp()}
        await self._report(Message("StatusNotification", payload))

    # --- repeating ---------------------------------------------------------------

    async def _report(self, *messages: Message) -> None:
        """Send ``messages`` until each is answered, over as many connections as it takes."""
        self.books.messages += messages
        while waiting := [message for message in messages if not message.answers]:
            try:
                station = self._station or await self._connect()
                await self._exchange(station, waiting)
            except (OSError, WebSocketException, TimeoutError, EOFError):
                await self._disconnected()

    async def _connect(self) -> ScriptedStation:
        connecting = ScriptedStation.connect(self._url, self.books.identity, close_timeout=0.2, open_timeout=10)
        self._station = await self._connection.enter_async_context(connecting)
        return self._station

    async def _disconnected(self) -> None:
        if self._station is not None:
            self.books.close_codes.append(self._station.socket.close_code)
        self._station = None
        await self._connection.aclose()
        await asyncio.sleep(self._random.uniform(0.02, 0.2))  # as a station pauses before it tries again

    async def _exchange(self, station: ScriptedStation, messages: Sequence[Message]) -> None:
        """Send each message and read until every frame has its answer."""
        unanswered: dict[str, list[Sent]] = {}
        try:
            for message in messages:
                for _ in range(2 if self._habit.stutters and message.action in TRANSACTION else 1):
                    sent, frame = message.frame(same_id=self._habit.same_id)
                    unanswered.setdefault(sent.message_id, []).append(sent)
                    await station.send_raw(frame)
        except ConnectionClosed:
            pass  # what arrived before the end is still read
        if self._random.random() < self._habit.hangs_up:
            station.socket.transport.abort()
        while any(unanswered.values()):
            async with asyncio.timeout(ANSWER_WITHIN_S):
                answer = str(await station.socket.recv())
            waiting = unanswered.get(json.loads(answer)[1])
            if waiting:
                waiting.pop(0).answer = answer
            else:
                self.books.superfluous.append(answer)


class Fleet:
    """Many stubborn stations under load: ``async with Fleet(url, 30) as fleet``; on leaving, all report to the end."""

    def __init__(self, url: str, size: int, habits: Sequence[Habit] = RESTLESS) -> None:
        self.stations = [StubbornStation(url, number, habits[number % len(habits)]) for number in range(size)]
        self._finish = asyncio.Event()
        self._lives: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Fleet":
        self._lives = [asyncio.create_task(station.live(self._finish)) for station in self.stations]
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._finish.set()
        try:
            async with asyncio.timeout(60):
                await asyncio.gather(*self._lives)
        finally:
            for life in self._lives:
                life.cancel()

    @property
    def books(self) -> list[Books]:
        """The books of all."""
        return [station.books for station in self.stations]

    async def answered(self, more: int) -> None:
        """Wait until ``more`` frames were answered from now on."""
        target = self._answered + more
        async with asyncio.timeout(60):
            while self._answered < target:
                for life in itertools.filterfalse(lambda task: not task.done(), self._lives):
                    life.result()  # a station that failed fails the test
                await asyncio.sleep(0.005)

    @property
    def _answered(self) -> int:
        return sum(books.answered for books in self.books)
