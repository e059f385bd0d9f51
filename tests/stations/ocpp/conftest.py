"""Stations on a real endpoint: one process per module, one fresh station per test."""

import itertools
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from django.db import DEFAULT_DB_ALIAS, connections

from stations.models import ChargingStation, OcppExchange
from tests.stations.ocpp.guest import Guest
from tests.support import wait_until
from tests.support.servers import Endpoint
from tests.support.world import World

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def database_in_async_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Async tests read the database as they go; the servers they talk to are other processes or threads.

    Django would open connections of its own for every async call stack: here the thread's is used.
    """
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    of_thread = threading.local()
    setattr(of_thread, DEFAULT_DB_ALIAS, connections[DEFAULT_DB_ALIAS])
    monkeypatch.setattr(connections, "_connections", of_thread)


@pytest.fixture
def identity() -> str:
    """An identity no other test uses."""
    return f"GUEST-{next(_numbers)}"


@pytest.fixture
def url(endpoint: Endpoint, live_world: World) -> str:
    """Where stations of our side connect, up to their identity."""
    return endpoint.url(live_world.ours.secret, "").rstrip("/")


@pytest_asyncio.fixture(loop_scope="module")
async def station(url: str, identity: str) -> AsyncIterator[Guest]:
    """A station that has booted."""
    async with booted(url, identity) as guest:
        yield guest


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def veteran(endpoint: Endpoint, live_world: World) -> AsyncIterator[Guest]:
    """A station that bears all cases of a module that need no fresh one."""
    async with booted(endpoint.url(live_world.ours.secret, "").rstrip("/"), f"VETERAN-{next(_numbers)}") as guest:
        yield guest


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def control(endpoint: Endpoint, live_world: World) -> AsyncIterator[Guest]:
    """Another station on the same endpoint, which nothing the others do may disturb."""
    async with booted(endpoint.url(live_world.ours.secret, "").rstrip("/"), f"CONTROL-{next(_numbers)}") as guest:
        yield guest


@asynccontextmanager
async def booted(url: str, identity: str) -> AsyncIterator[Guest]:
    async with Guest.connect(url, identity) as guest:
        guest.identity = identity
        await guest.boot()
        yield guest


@pytest.fixture
def row_of() -> Callable[[Guest], ChargingStation]:
    """``row_of(station)`` reads the station's row."""
    return lambda guest: ChargingStation.objects.get(identity_key=guest.identity.lower())


@pytest.fixture
def journal() -> Callable[..., OcppExchange]:
    """``journal(station, **lookup)`` waits for the newest journal row that matches."""

    def newest(guest: Guest, **lookup) -> OcppExchange:
        rows = OcppExchange.objects.filter(station__identity_key=guest.identity.lower(), **lookup)
        return wait_until(rows.first, f"a journal row of {guest.identity} with {lookup}")

    return newest
