"""What is deleted when its time is over, and what stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.enums import SessionState
from stations.models import MeterSample, OcppExchange, Refusal
from stations.services import retention
from stations.services.retention import prune
from tests.support.factories import ChargingSessionFactory, MeterSampleFactory, OcppExchangeFactory, RefusalFactory


@pytest.fixture(autouse=True)
def days(settings):
    settings.FRAME_RETENTION_DAYS = 10
    settings.SAMPLE_RETENTION_DAYS = 20


def ago(days: float):
    return timezone.now() - timedelta(days=days)


def test_old_frames_go_and_young_ones_stay(db):
    old = [OcppExchangeFactory(received_at=ago(11)) for _ in range(3)]
    young = [OcppExchangeFactory(received_at=ago(9)) for _ in range(2)]

    assert prune().frames == len(old)
    assert list(OcppExchange.objects.order_by("pk")) == young


def test_old_samples_go_and_young_ones_stay(db):
    session = ChargingSessionFactory(state=SessionState.ENDED)
    MeterSampleFactory(session=session, sampled_at=ago(21))
    young = MeterSampleFactory(session=session, sampled_at=ago(19))

    assert prune().samples == 1
    assert MeterSample.objects.get() == young


def test_old_refusals_go_and_young_ones_stay(db):
    RefusalFactory(last_at=ago(11))
    young = RefusalFactory(last_at=ago(9))

    assert prune().refusals == 1
    assert Refusal.objects.get() == young


@pytest.mark.parametrize(
    ("state", "stays"),
    [
        (SessionState.ACTIVE, True),
        (SessionState.INTERRUPTED, True),
        (SessionState.ENDED, False),
        (SessionState.REVIEW, False),
    ],
)
def test_what_belongs_to_an_unfinished_session_stays(db, state, stays):
    session = ChargingSessionFactory(state=state, received_at=ago(40))
    MeterSampleFactory(session=session, sampled_at=ago(39))
    OcppExchangeFactory(station=session.station, received_at=ago(40))

    prune()

    assert MeterSample.objects.exists() is stays
    assert OcppExchange.objects.exists() is stays


def test_frames_from_before_an_unfinished_session_go(db):
    session = ChargingSessionFactory(received_at=ago(40))
    OcppExchangeFactory(station=session.station, received_at=ago(41))
    OcppExchangeFactory(received_at=ago(40))

    assert prune().frames == 2


def test_everything_old_goes_in_chunks_past_what_stays(db, monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 2)
    session = ChargingSessionFactory(received_at=ago(40))
    kept = [OcppExchangeFactory(station=session.station, received_at=ago(30)) for _ in range(3)]
    for _ in range(5):
        OcppExchangeFactory(received_at=ago(30))

    assert prune().frames == 5
    assert list(OcppExchange.objects.order_by("pk")) == kept


def test_empty_database_is_pruned(db):
    assert prune() == retention.Pruned(frames=0, samples=0, refusals=0)
