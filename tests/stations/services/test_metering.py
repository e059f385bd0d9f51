"""Readings on their way to the rows while the session they belong to ends."""

from datetime import timedelta

import pytest

from stations.enums import SessionState
from stations.models import ChargingSession
from stations.ocpp.intake import Item, write
from stations.services.metering import FlushReadings
from stations.services.sessions import StopSession
from stations.services.station_state import ConnectorState, OpenSession, StationState
from tests.support.factories import MOMENT, ChargingSessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> ChargingSession:
    """A session running since ``MOMENT``, its meter at 1000 Wh then."""
    return ChargingSessionFactory(meter_start_wh=1000, energy_wh=0)


@pytest.fixture
def running(session: ChargingSession) -> OpenSession:
    """What the connection remembers of it: 500 Wh so far."""
    return OpenSession(
        session.pk, session.transaction_id, 1, session.id_tag, session.badge_status, MOMENT, 1000, "", 500, 7400
    )


@pytest.fixture
def flush(session: ChargingSession, running: OpenSession) -> FlushReadings:
    """The round that writes those 500 Wh, collected but not written yet."""
    state = StationState(session.station_id, session.station.identity, 1, True)
    state.connectors[1] = ConnectorState(session.connector_id, 1, 7400, MOMENT, None, running)
    state.changed_connectors.add(1)
    flush = FlushReadings()
    flush.collect(state)
    return flush


@pytest.fixture
def stop(session: ChargingSession, running: OpenSession) -> StopSession:
    """The station's stop: 2000 Wh."""
    at = MOMENT + timedelta(hours=1)
    return StopSession(session.station_id, running, session.transaction_id, (), "", at, at, 3000, "Local")


def test_readings_reach_a_running_session(session, flush):
    write([Item(flush)])
    session.refresh_from_db()
    assert (session.energy_wh, session.power_w) == (500, 7400)


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_readings_that_come_late_leave_a_closed_session_alone(session, stop, flush, in_one_batch):
    batches = [[Item(stop), Item(flush)]] if in_one_batch else [[Item(stop)], [Item(flush)]]
    for batch in batches:
        write(batch)
    session.refresh_from_db()
    assert (session.state, session.energy_wh, session.power_w) == (SessionState.ENDED, 2000, None)
