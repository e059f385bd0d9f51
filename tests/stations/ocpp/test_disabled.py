"""A station disabled for maintenance starts no session, and loses none."""

from typing import Any

import pytest

from emobility.common import actions
from stations.enums import ConnectorStatus, OperationSource, OperationState
from stations.models import ChargingSession, ChargingStation, MeterSample, Operation
from stations.services.operations import request_operation
from tests.stations.ocpp.conftest import booted
from tests.support import wait_until
from tests.support.factories import BadgeFactory

pytestmark = pytest.mark.asyncio(loop_scope="module")
ACCEPTED = {"status": "Accepted"}


@pytest.fixture
def badge(live_world, identity) -> str:
    """A badge that may charge, of this test alone."""
    return BadgeFactory(company=live_world.ours.company, id_tag=f"B-{identity}").id_tag


def request(station: ChargingStation, action: str) -> Operation:
    found = actions.find(action)
    return request_operation(station, found, {}, actor=None, source=OperationSource.SYSTEM)


async def carry_out(guest: Any, station: ChargingStation, action: str) -> dict:
    """Disable or enable the station; returns what it was told."""
    operation = request(station, action)
    message_id, payload = await guest.receive_call("ChangeAvailability")
    await guest.answer(message_id, ACCEPTED)
    wait_until(lambda: Operation.objects.filter(pk=operation.pk, state=OperationState.ACCEPTED).exists(), action)
    return payload


async def test_no_badge_is_accepted_while_it_is_disabled(station, row_of, badge):
    assert (await station.call("Authorize", {"idTag": badge}))["idTagInfo"]["status"] == "Accepted"
    assert await carry_out(station, row_of(station), "disable") == {"connectorId": 0, "type": "Inoperative"}
    assert (await station.call("Authorize", {"idTag": badge}))["idTagInfo"]["status"] == "Blocked"
    assert (await station.call("Authorize", {"idTag": "unknown"}))["idTagInfo"]["status"] == "Blocked"
    assert await carry_out(station, row_of(station), "enable") == {"connectorId": 0, "type": "Operative"}
    assert (await station.call("Authorize", {"idTag": badge}))["idTagInfo"]["status"] == "Accepted"


async def test_session_that_starts_all_the_same_is_stored_and_answered(station, row_of, badge):
    await carry_out(station, row_of(station), "disable")
    start = {"connectorId": 1, "idTag": badge, "meterStart": 0, "timestamp": "2026-11-01T12:00:00Z"}
    answer = await station.call("StartTransaction", start)
    assert answer["idTagInfo"]["status"] == "Blocked"
    assert answer["transactionId"] > 0
    assert await station.call("StartTransaction", start) == answer
    session = ChargingSession.objects.get(station=row_of(station))
    assert (session.badge_status, session.review_reason, session.badge.id_tag) == ("blocked", "", badge)


async def test_running_session_loses_nothing(station, row_of, badge):
    transaction = await station.start(badge, meter_wh=1000)
    await station.status(1, "Charging")
    await carry_out(station, row_of(station), "disable")
    shown = row_of(station).connectors.get()
    assert (shown.status, shown.shown_status) == (ConnectorStatus.CHARGING, ConnectorStatus.UNAVAILABLE)
    await station.meter(transaction, energy_wh=2000, power_w=7000)
    answer = await station.stop(transaction, meter_wh=3000, idTag=badge)
    assert answer["idTagInfo"]["status"] == "Accepted"
    session = ChargingSession.objects.get(station=row_of(station))
    assert (session.state, session.energy_wh) == ("ended", 2000)
    assert MeterSample.objects.filter(session=session, energy_wh=2000).exists()


async def test_another_badge_may_end_the_session(station, row_of, badge, live_world):
    transaction = await station.start(badge)
    await carry_out(station, row_of(station), "disable")
    other = BadgeFactory(company=live_world.ours.company).id_tag
    answer = await station.stop(transaction, meter_wh=100, idTag=other)
    assert answer["idTagInfo"]["status"] == "Accepted"


async def test_repeated_start_from_before_gets_its_first_answer(station, row_of, badge):
    start = {"connectorId": 1, "idTag": badge, "meterStart": 0, "timestamp": "2026-11-01T12:00:00Z"}
    first = await station.call("StartTransaction", start)
    await carry_out(station, row_of(station), "disable")
    assert await station.call("StartTransaction", start) == first


async def test_station_that_was_away_is_told_once_when_it_comes_back(url, identity, row_of):
    async with booted(url, identity) as guest:
        station = row_of(guest)
    wait_until(lambda: row_of(guest).endpoint_id is None, "the station is gone")
    request(station, "disable")
    async with booted(url, identity) as guest:
        message_id, payload = await guest.receive_call("ChangeAvailability")
        assert payload == {"connectorId": 0, "type": "Inoperative"}
        await guest.answer(message_id, ACCEPTED)
        await guest.boot()
        await guest.call("Heartbeat")
        with pytest.raises(TimeoutError):
            await guest.receive(patience_s=0)  # it remembers; it is not told again
    assert not row_of(guest).enabled
