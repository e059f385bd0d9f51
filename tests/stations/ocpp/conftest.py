"""Stations on a real endpoint: one process per module, one fresh station per test."""

import itertools
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
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


@pytest.fixture
async def station(url: str, identity: str) -> AsyncIterator[Guest]:
    """A station that has booted."""
    async with Guest.connect(url, identity) as guest:
        guest.identity = identity
        await guest.boot()
        yield guest


@pytest.fixture(scope="module")
def control_identity() -> str:
    """The control station's identity; one per module."""
    return f"CONTROL-{next(_numbers)}"


@pytest.fixture
async def control(url: str, control_identity: str) -> AsyncIterator[Guest]:
    """Another station on the same endpoint, which nothing the first one does may disturb."""
    async with Guest.connect(url, control_identity) as guest:
        guest.identity = control_identity
        await guest.boot()
        yield guest


@pytest.fixture
def row_of() -> Iterator[Callable[[Guest], ChargingStation]]:
    """``row_of(station)`` reads the station's row."""
    return lambda guest: ChargingStation.objects.get(identity_key=guest.identity.lower())


@pytest.fixture
def journal() -> Callable[..., OcppExchange]:
    """``journal(station, **lookup)`` waits for the newest journal row that matches."""

    def newest(guest: Guest, **lookup) -> OcppExchange:
        rows = OcppExchange.objects.filter(station__identity_key=guest.identity.lower(), **lookup)
        return wait_until(rows.first, f"a journal row of {guest.identity} with {lookup}")

    return newest
