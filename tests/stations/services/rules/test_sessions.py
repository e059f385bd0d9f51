"""A remote start has happened when the badge's session has begun, a remote stop when the session has ended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.enums import EffectState, SessionState
from stations.models import ChargingSession, Connector
from stations.services.operation_rules import rules_of
from stations.services.operation_upkeep import follow_effects
from tests.support.commands import connected_station, done
from tests.support.factories import ChargingSessionFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def station():
    return connected_station()


def session(station, number=1, **values) -> ChargingSession:
    connector = Connector.objects.get(station=station, number=number)
    return ChargingSessionFactory(connector=connector, **{"received_at": timezone.now()} | values)


def effect_of(operation) -> tuple[str, str]:
    follow_effects()
    operation.refresh_from_db()
    return operation.effect, operation.effect_note


def test_session_of_the_badge_is_the_effect_of_a_start(station):
    operation = done(station, "remote-start", badge="BADGE")
    assert effect_of(operation) == (EffectState.AWAITED, "")
    begun = session(station, 2, id_tag="badge", started_at=operation.sent_at - HOUR)  # its clock is wrong
    assert effect_of(operation) == (EffectState.SEEN, f"Session {begun.transaction_id} started on connector 2.")


@pytest.mark.parametrize(
    ("number", "values"),
    [(1, {"id_tag": "OTHER"}), (2, {}), (1, {"received_at": timezone.now() - HOUR})],
    ids=["another badge", "another connector", "an earlier start"],
)
def test_other_sessions_are_not(station, number, values):
    operation = done(station, "remote-start", badge="BADGE", connector=1)
    session(station, number, **{"id_tag": "BADGE"} | values)
    assert effect_of(operation) == (EffectState.AWAITED, "")


def test_start_elsewhere_is_not(station):
    operation = done(station, "remote-start", badge="BADGE")
    session(connected_station(), id_tag="BADGE")
    assert effect_of(operation) == (EffectState.AWAITED, "")


@pytest.mark.parametrize("final", [SessionState.ENDED, SessionState.REVIEW])
def test_end_of_the_session_is_the_effect_of_a_stop(station, final):
    running, other = session(station, 1), session(station, 2)
    operation = done(station, "remote-stop", transaction_id=running.transaction_id)
    ChargingSession.objects.filter(pk=other.pk).update(state=final)
    assert effect_of(operation) == (EffectState.AWAITED, "")
    ChargingSession.objects.filter(pk=running.pk).update(state=SessionState.INTERRUPTED)
    assert effect_of(operation) == (EffectState.AWAITED, "")
    ChargingSession.objects.filter(pk=running.pk).update(state=final)
    assert effect_of(operation) == (EffectState.SEEN, f"Session {running.transaction_id} ended.")


@pytest.mark.parametrize("action", ["remote-start", "remote-stop"])
def test_one_query_for_a_thousand(action, django_assert_num_queries):
    stations = [connected_station() for _ in range(3)]
    for each in stations if action == "remote-stop" else []:
        session(each)
    parameters = {"badge": "BADGE"} if action == "remote-start" else {}
    operations = [done(each, action, **parameters) for each in stations]
    with django_assert_num_queries(1):
        assert rules_of(action).seen(operations) == {}
