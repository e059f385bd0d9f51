"""One station, one connection: the newest wins, and an old one's end changes nothing."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from websockets.exceptions import ConnectionClosed

from stations.models import ChargingStation
from tests.stations.ocpp.guest import Guest
from tests.support import wait_until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPERSEDED = 4001


def connected(identity: str) -> bool:
    return ChargingStation.objects.with_live().get(identity=identity).is_connected


async def test_newest_connection_wins_and_the_old_one_is_closed(url, identity):
    async with Guest.connect(url, identity) as old:
        await old.boot()
        async with Guest.connect(url, identity.lower()) as new:
            started = time.monotonic()
            with pytest.raises(ConnectionClosed) as closed:
                await old.receive()
            assert closed.value.rcvd.code == SUPERSEDED
            assert time.monotonic() - started < 1
            await new.call("Heartbeat")
            await old.socket.close()
            await new.call("Heartbeat")
            assert connected(identity)


async def test_closed_connection_is_shown(url, identity):
    async with Guest.connect(url, identity) as guest:
        await guest.boot()
        assert connected(identity)
    wait_until(lambda: not connected(identity), "the station is disconnected")


async def test_station_that_comes_and_goes_is_shown_as_it_is(url, identity):
    for _ in range(10):
        async with Guest.connect(url, identity) as guest:
            await guest.boot()
            async with Guest.connect(url, identity):
                pass
    wait_until(lambda: not connected(identity), "the station is disconnected")
    async with Guest.connect(url, identity) as guest:
        await guest.call("Heartbeat")
        assert connected(identity)


async def test_frames_of_a_superseded_connection_are_not_processed(url, identity, journal):
    async with Guest.connect(url, identity) as old:
        await old.boot()
        old.identity = identity
        async with Guest.connect(url, identity) as new:
            with pytest.raises(ConnectionClosed):
                await old.receive()
            await new.call("Heartbeat", message_id="new")
            assert journal(old).message_id == "new"


CLIENT = """
    import asyncio, sys
    from websockets.asyncio.client import connect
    async def main():
        async with connect(sys.argv[1], subprotocols=["ocpp1.6"], proxy=None) as socket:
            print("connected", flush=True)
            await asyncio.sleep(60)
    asyncio.run(main())
"""


async def test_killed_client_is_shown_as_disconnected(url, identity):
    command = [sys.executable, "-c", textwrap.dedent(CLIENT), f"{url}/{identity}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout.readline() == "connected\n"
        assert connected(identity)
        os.kill(client.pid, signal.SIGKILL)
    wait_until(lambda: not connected(identity), "the station is disconnected")


async def test_ping_is_a_sign_of_life(url, identity):
    async with Guest.connect(url, identity) as guest:
        await guest.boot()
        before = ChargingStation.objects.get(identity=identity).last_seen_at
        wait_until(lambda: time.time() - before.timestamp() > 0.2, "a fifth of a second passes")
        await (await guest.socket.ping())
        pinged_at = time.time()
    wait_until(lambda: not connected(identity), "the station is disconnected")
    seen_at = ChargingStation.objects.get(identity=identity).last_seen_at.timestamp()
    assert seen_at > before.timestamp() + 0.15
    assert seen_at <= pinged_at + 0.1
