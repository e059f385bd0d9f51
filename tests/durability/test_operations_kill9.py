"""However the server ends, an operation reaches its station at most once and its row tells the truth."""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from emobility.common import actions
from stations.enums import OperationSource, OperationState
from stations.models import ChargingStation, EndpointProcess, Operation
from stations.models.operations import OPEN_STATES
from stations.models.stations import LEASE_S
from stations.services.errors import Conflict
from stations.services.operation_upkeep import settle_lost_operations
from stations.services.operations import request_operation
from tests.durability.kill9 import site_for_stations
from tests.durability.obedient import ObedientStation, word_for
from tests.support import wait_until
from tests.support.servers import Endpoint

STATIONS = 10
KILLS = 5
ERRANDS_BETWEEN_KILLS = 40
STATE_OF = {"Accepted": OperationState.ACCEPTED, "Rejected": OperationState.REJECTED}


def run_errands(stations: list[str], numbers: "itertools.count[int]", count: int, pace: random.Random) -> None:
    """Ask the stations for ``count`` things, as people and programs do: whenever they like."""
    for _ in range(count):
        station = ChargingStation.objects.get(identity=pace.choice(stations))
        with suppress(Conflict):  # not connected just now: nothing was queued
            request_operation(
                station,
                actions.find("data-transfer"),
                {"vendor_id": "errands", "data": str(next(numbers))},
                actor=None,
                source=OperationSource.SYSTEM,
            )


async def kill_under_errands(endpoint: Endpoint, stations: list[ObedientStation], kills: int) -> None:
    """Kill and restart the endpoint while stations are asked things; returns when nothing is open any more."""
    pace, numbers = random.Random(1), itertools.count()
    lives = [asyncio.create_task(station.live()) for station in stations]
    names = [station.identity for station in stations]
    try:
        await in_thread(wait_until, lambda: registered(names), "all stations are registered")
        for _ in range(kills):
            await in_thread(run_errands, names, numbers, pace.randint(1, ERRANDS_BETWEEN_KILLS), pace)
            await in_thread(endpoint.kill9)
            await in_thread(endpoint.start)
            await in_thread(run_errands, names, numbers, 10, pace)
        await in_thread(forget_the_dead)
        await in_thread(wait_until, nothing_is_open, "every operation is settled", timeout_s=60)
    finally:
        for life in lives:
            life.cancel()


async def in_thread(work: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    """Do blocking ``work`` beside the event loop, leaving no database connection behind."""

    def run() -> None:
        try:
            work(*arguments, **options)
        finally:
            connections.close_all()

    await asyncio.to_thread(run)


def registered(names: list[str]) -> bool:
    return ChargingStation.objects.filter(identity__in=names, rebooted_at__isnull=False).count() == len(names)


def forget_the_dead() -> None:
    """Let the leases of killed processes run out, as they do within half a minute."""
    newest = EndpointProcess.objects.latest("started_at")
    past = timezone.now() - timedelta(seconds=LEASE_S + 1)
    EndpointProcess.objects.exclude(pk=newest.pk).update(renewed_at=past)


def nothing_is_open() -> bool:
    settle_lost_operations()
    return not Operation.objects.filter(state__in=OPEN_STATES).exists()


@pytest.fixture
def stations(endpoint) -> list[ObedientStation]:
    """The stations of the test, on the running endpoint."""
    url = endpoint.url(site_for_stations(), "").rstrip("/")
    return [ObedientStation(url, number) for number in range(STATIONS)]


def test_killed_endpoint_sends_at_most_once_and_tells_the_truth(endpoint, stations):
    asyncio.run(kill_under_errands(endpoint, stations, KILLS))
    received, answered = sum((s.received for s in stations), Counter()), sum((s.answered for s in stations), Counter())
    operations = list(Operation.objects.order_by("pk"))
    lies = [
        f"{operation} is {operation.state}: received {received[errand]}, answered {answered[errand]}"
        for operation in operations
        if not truthful(operation, received[errand := operation.parameters["data"]], answered[errand])
    ]
    assert lies == []
    assert max(received.values()) == 1
    states = Counter(operation.state for operation in operations)
    assert states[OperationState.ACCEPTED] > KILLS
    assert states[OperationState.REJECTED] > KILLS
    assert states[OperationState.TIMED_OUT] > 0


def truthful(operation: Operation, received: int, answered: int) -> bool:
    """Whether the row says no more than what the station knows."""
    if operation.state == OperationState.TIMED_OUT:
        return True  # it claims to know nothing
    word = word_for(operation.parameters["data"])
    return received == answered == 1 and operation.state == STATE_OF[word] and operation.answer == word
