"""A process that ends says so to every station, also to those that come in at that moment."""

import asyncio
from collections.abc import Iterator

import pytest
from websockets.exceptions import WebSocketException

from tests.stations.ocpp.guest import Guest
from tests.support.servers import Endpoint, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

SERVER_RESTART = 1001
NEVER_IN = None


@pytest.fixture
def leaving(live_database, tmp_path) -> Iterator[Endpoint]:
    """An endpoint the test stops."""
    yield from running(Endpoint("ocpp_endpoint", tmp_path))


async def come(url: str, number: int) -> int | None:
    """Connect and stay; the code with which the server closed, or that the station was never let in."""
    await asyncio.sleep(number * 0.005)  # one after the other, before, while and after the process stops
    try:
        async with Guest.connect(url, f"NEWCOMER-{number}") as guest:
            await guest.socket.wait_closed()
            return guest.socket.close_code
    except (OSError, EOFError, TimeoutError, WebSocketException):
        return NEVER_IN


async def test_stations_that_come_while_the_process_ends_are_told(leaving, live_world):
    url = leaving.url(live_world.ours.secret, "").rstrip("/")
    coming = [asyncio.create_task(come(url, number)) for number in range(80)]
    await asyncio.sleep(0.1)
    await asyncio.to_thread(leaving.stop)
    codes = await asyncio.gather(*coming)
    assert SERVER_RESTART in codes
    assert set(codes) <= {SERVER_RESTART, NEVER_IN}
