"""In and out of use: what is watched, and what disabling does."""

from datetime import timedelta

import pytest

from stations.enums import ConnectorStatus, EffectState, OperationState
from stations.models import ChargingStation, Connector, Operation
from stations.services.operation_rules import rules_of
from stations.services.operation_upkeep import follow_effects
from stations.services.operations import Conflict
from tests.support.commands import ask, connected_station, done
from tests.support.factories import ChargingStationFactory

pytestmark = pytest.mark.django_db
AVAILABLE, CHARGING = ConnectorStatus.AVAILABLE, ConnectorStatus.CHARGING
UNAVAILABLE, FAULTED = ConnectorStatus.UNAVAILABLE, ConnectorStatus.FAULTED
SCHEDULED = {"status": "Scheduled"}


def report(station, number: int, status: ConnectorStatus) -> None:
    Connector.objects.filter(station=station, number=number).update(status=status)


def effect_of(operation) -> tuple[str, str]:
    follow_effects()
    operation.refresh_from_db()
    return operation.effect, operation.effect_note


@pytest.mark.parametrize(
    ("action", "connector", "statuses", "note"),
    [
        ("set-unavailable", None, [UNAVAILABLE, UNAVAILABLE], "2 connectors are unavailable."),
        ("set-unavailable", None, [UNAVAILABLE, CHARGING], None),
        ("set-unavailable", None, [UNAVAILABLE, FAULTED], None),
        ("set-unavailable", 1, [UNAVAILABLE, CHARGING], "Connector 1 is unavailable."),
        ("set-unavailable", 2, [UNAVAILABLE, CHARGING], None),
        ("set-unavailable", 3, [UNAVAILABLE, UNAVAILABLE], None),
        ("set-available", None, [AVAILABLE, CHARGING], "2 connectors are in use again."),
        ("set-available", None, [AVAILABLE, UNAVAILABLE], None),
        ("set-available", 1, [FAULTED, UNAVAILABLE], "Connector 1 is in use again."),
        ("set-available", None, [AVAILABLE], "1 connector is in use again."),
        ("disable", None, [UNAVAILABLE, UNAVAILABLE], "2 connectors are unavailable."),
        ("disable", None, [AVAILABLE, UNAVAILABLE], None),
    ],
)
def test_every_connector_concerned_is_in_the_state_wanted(action, connector, statuses, note):
    station = connected_station(*statuses)
    operation = done(station, action, **{"connector": connector} if connector else {})
    assert effect_of(operation) == ((EffectState.SEEN, note) if note else (EffectState.AWAITED, ""))


@pytest.mark.parametrize(("status", "effect"), [(UNAVAILABLE, EffectState.SEEN), (AVAILABLE, EffectState.AWAITED)])
def test_station_without_known_connectors_speaks_for_itself(status, effect):
    station = connected_station(status=status)
    Connector.objects.filter(station=station).delete()
    assert effect_of(done(station, "set-unavailable"))[0] == effect


def test_what_is_scheduled_is_followed_for_days():
    station = connected_station(CHARGING)
    soon, later = done(station, "set-unavailable"), done(station, "set-unavailable", SCHEDULED)
    assert soon.effect_until - soon.settled_at == timedelta(minutes=2)
    assert later.effect_until - later.settled_at == timedelta(days=7)
    report(station, 1, UNAVAILABLE)
    assert effect_of(later)[0] == EffectState.SEEN


def test_later_request_for_the_opposite_ends_the_watch():
    station = connected_station(CHARGING, CHARGING)
    whole, first = done(station, "set-unavailable", SCHEDULED), done(station, "set-unavailable", SCHEDULED, connector=1)
    back = done(station, "set-available", connector=1)
    assert effect_of(first) == (EffectState.MISSING, f"Replaced by operation {back.pk}.")
    assert effect_of(whole)[0] == EffectState.AWAITED
    back = done(station, "set-available")
    assert effect_of(whole) == (EffectState.MISSING, f"Replaced by operation {back.pk}.")


def test_request_that_was_declined_replaces_nothing():
    station = connected_station(CHARGING)
    operation = done(station, "set-unavailable", SCHEDULED)
    done(station, "set-available", {"status": "Rejected"})
    assert effect_of(operation)[0] == EffectState.AWAITED


def test_few_queries_for_a_thousand(django_assert_max_num_queries):
    operations = [done(connected_station(UNAVAILABLE), "set-unavailable") for _ in range(3)]
    with django_assert_max_num_queries(3):
        assert len(rules_of("set-unavailable").seen(operations)) == 3


def test_disabled_station_is_out_of_service_at_once_and_comes_back():
    station = connected_station()
    operation = ask(station, "disable")
    assert operation.state == OperationState.QUEUED
    shown = ChargingStation.objects.with_live().get(pk=station.pk)
    assert (shown.enabled, shown.is_connected, shown.connection_status) == (False, True, "disconnected")
    assert {connector.shown_status for connector in shown.connectors.all()} == {UNAVAILABLE}
    with pytest.raises(Conflict, match="disabled"):
        ask(station, "reset")
    with pytest.raises(Conflict, match="disabled already"):
        ask(station, "disable")
    ask(station, "enable")
    shown = ChargingStation.objects.with_live().get(pk=station.pk)
    assert (shown.enabled, shown.connection_status) == (True, "connected")
    assert {connector.shown_status for connector in shown.connectors.all()} == {AVAILABLE}


@pytest.mark.parametrize(("first", "second"), [("disable", "enable"), ("enable", "disable")])
def test_later_wish_withdraws_the_one_that_waits(first, second):
    station = connected_station(enabled=first == "disable")
    waiting, other = ask(station, first), ask(connected_station(enabled=first == "disable"), first)
    last = ask(station, second)
    found = dict(Operation.objects.values_list("pk", "state"))
    assert found == {waiting.pk: "cancelled", other.pk: "queued", last.pk: "queued"}
    assert Operation.objects.get(pk=waiting.pk).error


def test_wish_that_was_sent_is_not_withdrawn():
    station = connected_station()
    sent = done(station, "disable")
    ask(station, "enable")
    sent.refresh_from_db()
    assert sent.state == OperationState.ACCEPTED


@pytest.mark.parametrize("action", ["disable", "enable"])
def test_station_that_is_away_is_told_when_it_comes_back(action):
    operation = ask(ChargingStationFactory(enabled=action == "disable"), action)
    assert operation.state == OperationState.QUEUED
    assert operation.expires_at - operation.due_at == timedelta(days=30)


def test_station_that_cannot_be_told_is_disabled_all_the_same():
    station = ChargingStationFactory(ocpp_version="")
    assert ask(station, "disable").state == OperationState.ACCEPTED
    assert not ChargingStation.objects.get(pk=station.pk).enabled
