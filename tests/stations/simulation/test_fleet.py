"""Many stations, and what they do when the endpoint does not want them."""

import asyncio
from http import HTTPStatus

import pytest

from stations.simulation.client import Patience, without_secrets
from stations.simulation.clock import Clock
from stations.simulation.fleet import Fleet, Plan, clock_for
from stations.simulation.visits import messages_per_second
from tests.stations.simulation.conftest import QUICK
from tests.stations.simulation.csms import TinyCsms


def plan(csms: TinyCsms, stations: int = 3, **changes) -> Plan:
    return Plan(csms.url, stations, **({"patience": QUICK} | changes))


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def test_all_stations_connect_and_charge(csms):
    fleet = Fleet(plan(csms, 20, clock=Clock(200)))
    task = asyncio.create_task(fleet.run())
    await csms.until(lambda: fleet.online == 20)
    await csms.until(lambda: fleet.charging >= 10)
    assert fleet.sent >= 20 * 4
    assert not fleet.troubles()
    await stopped(task)
    await csms.until(lambda: fleet.online == 0)


def test_same_seed_makes_the_same_fleet():
    def outlets(seed: int) -> list:
        return [blueprint.outlet for blueprint in Plan("ws://x", 30, seed=seed).blueprints()]

    assert outlets(1) == outlets(1)
    assert outlets(1) != outlets(2)


def test_every_connector_has_a_badge_of_its_own():
    blueprints = Plan("ws://x", 3, connectors=2, prefix="T-").blueprints()
    assert [blueprint.identity for blueprint in blueprints] == ["T-0001", "T-0002", "T-0003"]
    badges = [badge for blueprint in blueprints for badge in blueprint.badges]
    assert badges == [f"DEMO000{number}" for number in range(1, 7)]


async def test_fleet_stops_even_while_its_connections_break(csms):
    fleet = Fleet(plan(csms, 20))
    task = asyncio.create_task(fleet.run())
    await csms.until(lambda: fleet.online == 20)
    for station in fleet.stations:
        await station.client.close()
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert done == {task}


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND])
async def test_refused_stations_give_up_and_say_why(csms, status):
    csms.refusal = status
    fleet = Fleet(plan(csms))
    await asyncio.wait_for(fleet.run(), 5)
    assert fleet.are_all_refused
    assert csms.handshakes == 3
    (reason,) = fleet.troubles()
    assert str(status.value) in reason


async def test_throttled_station_comes_back(csms):
    csms.refusal = HTTPStatus.TOO_MANY_REQUESTS
    fleet = Fleet(plan(csms, 1))
    task = asyncio.create_task(fleet.run())
    await csms.until(lambda: csms.handshakes >= 2)
    assert "429" in next(iter(fleet.troubles()))
    csms.refusal = None
    await csms.until(lambda: fleet.online == 1)
    await stopped(task)


async def test_endpoint_that_speaks_no_ocpp_is_refused():
    async with TinyCsms(offers_subprotocol=False).running() as csms:
        fleet = Fleet(plan(csms, 1))
        await asyncio.wait_for(fleet.run(), 5)
    assert list(fleet.troubles()) == ["the endpoint does not speak ocpp1.6"]


async def test_stations_return_when_the_endpoint_does():
    async with TinyCsms().running() as first:
        fleet = Fleet(plan(first))
        task = asyncio.create_task(fleet.run())
        await first.until(lambda: fleet.online == 3)
    await first.until(lambda: fleet.online == 0)
    async with TinyCsms().running(first.port) as second:
        await second.until(lambda: fleet.online == 3)
        assert "BootNotification" not in second.actions()
        await stopped(task)


def test_retries_slow_down_but_never_stop():
    pauses = [Patience().retry_s(failures) for failures in range(100)]
    assert 0.5 <= pauses[0] <= 1
    assert all(30 <= pause <= 60 for pause in pauses[6:])
    assert len(set(pauses)) > 90


def test_rate_sets_the_pace_and_leaves_energy_true():
    clock = clock_for(50, stations=10, connectors=2, sample_interval_s=10)
    assert clock.scale * messages_per_second(connectors=20, sample_interval_s=10) == pytest.approx(50)
    assert clock.charging_s(clock.scale * 60) == pytest.approx(60)


def test_address_is_shown_without_its_token():
    assert without_secrets("ws://host:9000/ocpp/secret") == "ws://host:9000"
    assert without_secrets("wss://user:pw@host/ocpp/secret") == "wss://host"
