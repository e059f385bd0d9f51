"""Reservations: what is watched, and which are open."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from stations.enums import ConnectorStatus, EffectState
from stations.models import Connector
from stations.services.operation_upkeep import follow_effects
from stations.services.reservations import open_reservations
from tests.support.commands import connected_station, done
from tests.support.factories import ChargingSessionFactory

pytestmark = pytest.mark.django_db
RESERVED, AVAILABLE = ConnectorStatus.RESERVED, ConnectorStatus.AVAILABLE
REJECTED = {"status": "Rejected"}


def reserve(station, *responses, **parameters):
    values = {"badge": "BADGE", "expires_at": (timezone.now() + timedelta(hours=1)).isoformat()}
    return done(station, "reserve", *responses, **values | parameters)


def cancel(station, operation, *responses):
    number = operation.details["reservation_id"]
    return done(station, "cancel-reservation", *responses, reservation_id=number)


def report(station, number: int, status: ConnectorStatus) -> None:
    Connector.objects.filter(station=station, number=number).update(status=status)


def effect_of(operation) -> tuple[str, str]:
    follow_effects()
    operation.refresh_from_db()
    return operation.effect, operation.effect_note


def use(station, operation) -> None:
    connector = Connector.objects.get(station=station, number=1)
    ChargingSessionFactory(connector=connector, reservation_id=operation.details["reservation_id"])


def test_reserved_connector_is_the_effect():
    station = connected_station()
    operation = reserve(station, connector=2)
    report(station, 1, RESERVED)
    assert effect_of(operation) == (EffectState.AWAITED, "")
    report(station, 2, RESERVED)
    assert effect_of(operation) == (EffectState.SEEN, "Connector 2 is reserved.")


def test_driver_may_be_quicker():
    station = connected_station()
    operation = reserve(station, connector=1)
    use(station, operation)
    assert effect_of(operation) == (EffectState.SEEN, "A session has used the reservation.")


def test_nothing_shows_a_reservation_of_any_connector():
    assert reserve(connected_station()).effect == EffectState.NONE


def test_cancelled_reservation_frees_its_connector():
    station = connected_station()
    operation = reserve(station, connector=1)
    for number in (1, 2):
        report(station, number, RESERVED)
    cancelled = cancel(station, operation)
    assert effect_of(cancelled) == (EffectState.AWAITED, "")
    report(station, 1, AVAILABLE)
    assert effect_of(cancelled) == (EffectState.SEEN, "Connector 1 is not reserved any more.")


def test_reservation_nobody_knows_is_gone_when_none_is_left():
    station = connected_station(RESERVED)
    cancelled = done(station, "cancel-reservation", reservation_id=7)
    assert effect_of(cancelled) == (EffectState.AWAITED, "")
    report(station, 1, AVAILABLE)
    assert effect_of(cancelled) == (EffectState.SEEN, "No connector is reserved.")


def test_open_reservations_are_those_agreed_to_and_not_over():
    station = connected_station()
    used, cancelled, kept, open_one = (reserve(station, connector=1) for _ in range(4))
    reserve(station, REJECTED)
    reserve(connected_station())
    use(station, used)
    cancel(station, cancelled)
    cancel(station, kept, REJECTED)
    found = open_reservations(station)
    assert [reservation.operation for reservation in found] == [kept, open_one]
    assert (found[0].reservation_id, found[0].connector, found[0].id_tag) == (
        kept.details["reservation_id"],
        1,
        "BADGE",
    )


def test_reservation_ends_by_itself():
    station = connected_station()
    reserve(station, connector=1)
    assert len(open_reservations(station)) == 1
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert open_reservations(station) == []


def test_used_reservation_of_another_station_is_another_one():
    station, other = connected_station(), connected_station()
    operation = reserve(station, connector=1)
    use(other, operation)
    assert len(open_reservations(station)) == 1
