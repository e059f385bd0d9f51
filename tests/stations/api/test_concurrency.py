"""Fifty programs that ask at once: nothing is lost, nothing fails, and each station's order is kept."""

import asyncio
import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from django.utils import timezone

from stations.enums import OperationSource
from stations.models import ChargingStation, Operation
from stations.services.operations import QUEUE_LIMIT
from tests.support.factories import ApiKeyFactory, ChargingStationFactory, EndpointProcessFactory
from tests.support.servers import Portal
from tests.support.station import CALL, ScriptedStation
from tests.support.world import World

PROGRAMS = 50


class Answer(NamedTuple):
    """What one request got, and when it was under way."""

    station: str
    status: int
    body: dict[str, Any]
    headers: httpx.Headers
    began: float
    ended: float


class Programs:
    """Fifty programs with a connection each."""

    def __init__(self, portal: Portal, key: str) -> None:
        self.local = threading.local()
        self.options = {
            "base_url": f"{portal.base_url}/api/v1",
            "headers": {"Authorization": f"Bearer {key}"},
            "timeout": 60,
            "trust_env": False,
        }

    def ask(self, station: str, text: str) -> Answer:
        """Have ``station`` be sent ``text``."""
        if not hasattr(self.local, "client"):
            self.local.client = httpx.Client(**self.options)
        body = {"action": "data-transfer", "parameters": {"vendor_id": "org.example", "data": text}}
        began = time.monotonic()
        response = self.local.client.post(f"/stations/{station}/operations", json=body)
        return Answer(station, response.status_code, response.json(), response.headers, began, time.monotonic())

    def ask_all(self, wanted: list[tuple[str, str]]) -> list[Answer]:
        """All of ``wanted`` at once, as far as there are programs."""
        with ThreadPoolExecutor(PROGRAMS) as pool:
            return list(pool.map(self.ask, *zip(*wanted, strict=True)))


@pytest.fixture(scope="module")
def programs(portal, live_world: World) -> Programs:
    ApiKeyFactory(user=live_world.operator, secret="key-of-the-fifty")
    return Programs(portal, "key-of-the-fifty")


@pytest.fixture
def silent(live_world: World) -> Iterator[list[str]]:
    """Stations held by a process that sends nothing, so that all that is asked of them waits."""
    endpoint = EndpointProcessFactory(renewed_at=timezone.now() + timedelta(hours=1))
    made = ChargingStationFactory.create_batch(4, site_area=live_world.ours.area, endpoint=endpoint)
    yield [station.identity for station in made]
    ChargingStation.objects.filter(pk__in=[station.pk for station in made]).delete()


def rows_of(identity: str) -> list[Operation]:
    return list(Operation.objects.filter(station__identity=identity).order_by("pk"))


def test_everything_is_accepted_once_and_numbered_in_order(programs, silent):
    answers = programs.ask_all([(identity, str(n)) for n in range(QUEUE_LIMIT) for identity in silent])

    assert Counter(answer.status for answer in answers) == {202: QUEUE_LIMIT * len(silent)}
    for identity in silent:
        accepted = [answer for answer in answers if answer.station == identity]
        rows = rows_of(identity)
        assert sorted(answer.body["id"] for answer in accepted) == [row.pk for row in rows]
        assert sorted(row.parameters["data"] for row in rows) == sorted(map(str, range(QUEUE_LIMIT)))
        assert [row.requested_at for row in rows] == sorted(row.requested_at for row in rows)
        for one, other in itertools.permutations(accepted, 2):
            if one.ended < other.began:
                assert one.body["id"] < other.body["id"]


def test_too_many_are_refused_and_told_when_to_come_back(programs, silent):
    answers = programs.ask_all([(silent[0], str(n)) for n in range(QUEUE_LIMIT * 6)])

    assert Counter(answer.status for answer in answers) == {202: QUEUE_LIMIT, 429: QUEUE_LIMIT * 5}
    refused = [answer for answer in answers if answer.status == 429]
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert {answer.headers["Content-Type"] for answer in refused} == {"application/problem+json"}
    assert [row.source for row in rows_of(silent[0])] == [OperationSource.API] * QUEUE_LIMIT


async def test_a_station_hears_them_in_the_order_of_their_numbers(programs, portal, live_world):
    url = f"ws://127.0.0.1:{portal.ocpp_port}/ocpp/{live_world.ours.secret}"
    async with ScriptedStation.connect(url, "OURS-1") as station:
        await station.boot()
        asking = asyncio.create_task(asyncio.to_thread(programs.ask_all, [("OURS-1", str(n)) for n in range(PROGRAMS)]))
        heard = [await next_text(station) for _ in range(PROGRAMS)]
        answers = await asking

    assert {answer.status for answer in answers} == {202}
    numbered = {answer.body["id"]: answer.body["parameters"]["data"] for answer in answers}
    assert heard == [numbered[number] for number in sorted(numbered)]


async def next_text(station: ScriptedStation) -> str:
    """What the station is sent next; it agrees. It knows nothing of whatever else is asked of it."""
    while True:
        kind, message_id, message, payload = await station.receive()
        assert kind == CALL
        if message == "DataTransfer":
            await station.answer(message_id, {"status": "Accepted"})
            return payload["data"]
        await station.refuse(message_id)
