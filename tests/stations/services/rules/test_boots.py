"""Reset and reboot have happened when the station boots."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.enums import EffectState
from stations.models import ChargingStation
from stations.services.operation_rules import rules_of
from stations.services.operation_upkeep import follow_effects
from tests.support.commands import TIMED_OUT, answered, ask, connected_station, done

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def boot(station, at) -> None:
    ChargingStation.objects.filter(pk=station.pk).update(rebooted_at=at)


@pytest.mark.parametrize("action", ["reset", "reboot"])
def test_boot_after_the_request_is_the_effect(action):
    station = connected_station()
    operation = done(station, action)
    assert operation.effect == EffectState.AWAITED
    boot(station, operation.sent_at - SECOND)
    assert follow_effects() == 0
    boot(station, operation.sent_at + SECOND)
    assert follow_effects() == 1
    operation.refresh_from_db()
    assert operation.effect == EffectState.SEEN
    assert f"{operation.sent_at + SECOND:%H:%M:%S}" in operation.effect_note


def test_station_that_resets_without_an_answer_is_watched_too():
    station = connected_station()
    operation = answered(ask(station, "reset"), verdict=TIMED_OUT)
    assert operation.effect == EffectState.AWAITED
    boot(station, timezone.now())
    follow_effects()
    operation.refresh_from_db()
    assert (operation.state, operation.effect) == ("timed_out", EffectState.SEEN)


def test_declined_reset_is_not_watched():
    assert done(connected_station(), "reset", {"status": "Rejected"}).effect == EffectState.NONE


def test_one_query_for_a_thousand(django_assert_num_queries):
    operations = [done(connected_station(), "reset") for _ in range(3)]
    boot(operations[0].station, timezone.now())
    with django_assert_num_queries(1):
        assert rules_of("reset").seen(operations).keys() == {operations[0].pk}
