"""Two endpoint processes on one database: the newest connection of a station holds it, whichever process it is on."""

from collections.abc import Iterator

import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed

from stations.enums import ConnectionStatus
from stations.models import ChargingStation, OcppExchange
from tests.support import wait_until
from tests.support.servers import Endpoint, running
from tests.support.station import ScriptedStation

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one process")


@pytest.fixture(scope="module")
def other_endpoint(endpoint, tmp_path_factory) -> Iterator[Endpoint]:
    """A second endpoint on the same database."""
    yield from running(Endpoint("ocpp_endpoint", tmp_path_factory.mktemp("other_endpoint")))


@pytest.fixture
def other_url(other_endpoint, live_world) -> str:
    """Where the same stations may also connect."""
    return other_endpoint.url(live_world.ours.secret, "").rstrip("/")


async def test_station_that_moves_to_another_process_is_held_there(url, other_url, identity, endpoint):
    rows = ChargingStation.objects.filter(identity_key=identity.lower())
    async with ScriptedStation.connect(url, identity) as before:
        await before.boot()
        held_before = rows.get()
        async with ScriptedStation.connect(other_url, identity) as after:
            await after.call("Heartbeat")
            with pytest.raises(ConnectionClosed):
                await before.receive()
            assert before.socket.close_code == 4001

            held = rows.get()
            assert held.generation == held_before.generation + 1
            assert held.endpoint_id not in (None, held_before.endpoint_id)
            await settled(url)
            assert rows.with_live().get().connection_status == ConnectionStatus.CONNECTED
            assert rows.get().endpoint_id == held.endpoint_id
            await after.status(1, "Available")
            assert OcppExchange.objects.filter(station=held.pk, action="StatusNotification").exists()
    wait_until(lambda: rows.get().endpoint_id is None, "the station is disconnected once the newest connection ends")


async def test_station_that_comes_back_is_held_by_the_first_process_again(url, other_url, identity):
    rows = ChargingStation.objects.filter(identity_key=identity.lower())
    async with ScriptedStation.connect(url, identity) as first:
        await first.boot()
        home = rows.get().endpoint_id
        async with ScriptedStation.connect(other_url, identity) as second:
            await second.call("Heartbeat")
            async with ScriptedStation.connect(url, identity) as third:
                await third.call("Heartbeat")
                for replaced in (first, second):
                    with pytest.raises(ConnectionClosed):
                        await replaced.receive()
                    assert replaced.socket.close_code == 4001
                await settled(other_url)
                assert (rows.get().endpoint_id, rows.get().generation) == (home, 3)
                await third.call("Heartbeat")


async def settled(url: str) -> None:
    """Wait until the process behind ``url`` has written what it had to: it admits, answers and forgets another station."""
    rows = ChargingStation.objects.filter(identity="WITNESS", endpoint=None)
    async with ScriptedStation.connect(url, "WITNESS") as witness:
        await witness.boot()
    wait_until(rows.first, "another station came and went")
