"""Finding a moment by ids."""

from datetime import timedelta

import pytest

from stations.models import OcppExchange
from stations.services.journal_index import SLACK, first_id_since
from tests.support.factories import MOMENT, ChargingStationFactory, OcppExchangeFactory

HOURS = 40


@pytest.fixture
def frames(db) -> list[OcppExchange]:
    """One frame an hour, with gaps in the ids."""
    station = ChargingStationFactory()
    made = [OcppExchangeFactory(station=station, received_at=MOMENT + timedelta(hours=hour)) for hour in range(HOURS)]
    OcppExchange.objects.filter(pk__in=[frame.pk for frame in made[10:20:2]]).delete()
    return [frame for frame in made if frame not in made[10:20:2]]


@pytest.mark.parametrize("hour", [-1, 0, 1, 9, 10, 11, 15, 19.5, HOURS - 1, HOURS, HOURS + 100])
def test_id_parts_older_from_younger(frames, hour):
    moment = MOMENT + timedelta(hours=hour)

    first = first_id_since(OcppExchange.objects.all(), "received_at", moment)

    assert [f.pk for f in frames if f.pk >= first] == [f.pk for f in frames if f.received_at >= moment - SLACK]


def test_look_ups_grow_with_the_logarithm(frames, django_assert_max_num_queries):
    with django_assert_max_num_queries(2 + OcppExchange.objects.latest("pk").pk.bit_length()):
        first_id_since(OcppExchange.objects.all(), "received_at", MOMENT)


def test_empty_table_has_no_such_id(db):
    assert first_id_since(OcppExchange.objects.all(), "received_at", MOMENT) == 0
