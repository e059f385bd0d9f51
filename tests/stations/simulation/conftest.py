"""A tiny central system and virtual stations that connect to it."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from stations.simulation.charging import Outlet
from stations.simulation.client import Patience
from stations.simulation.clock import Clock
from stations.simulation.station import Blueprint, Surroundings, VirtualStation
from tests.stations.simulation.csms import TinyCsms

IDLE, BUSY, HASTY = 1.0, 100.0, 3_000.0
"""Time scales: nobody comes within a test; cars come and stay a while; whole visits pass."""

QUICK = Patience(answer_s=5.0, first_retry_s=0.02, longest_retry_s=0.1)
AC_22 = Outlet("AC", 22_000)
StationFactory = Callable[..., VirtualStation]


@pytest.fixture
async def csms() -> AsyncIterator[TinyCsms]:
    async with TinyCsms().running() as running:
        yield running


@pytest.fixture
async def start_station(csms: TinyCsms) -> AsyncIterator[StationFactory]:
    """Starts stations; at the end of the test none may have failed."""
    running: list[tuple[VirtualStation, asyncio.Task[None]]] = []

    def start(
        identity: str = "CS-1",
        *,
        scale: float = IDLE,
        outlet: Outlet = AC_22,
        connectors: int = 1,
        patience: Patience = QUICK,
    ) -> VirtualStation:
        badges = [f"BADGE{number}" for number in range(1, connectors + 1)]
        blueprint = Blueprint(identity, outlet, badges, seed="test")
        station = VirtualStation(blueprint, Surroundings(csms.url, Clock(scale), patience))
        running.append((station, asyncio.create_task(station.run())))
        return station

    yield start
    for _, task in running:
        task.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(*(task for _, task in running), return_exceptions=True)
    assert [station.refusal for station, _ in running if station.refusal] == []
