"""``/healthz``, ``/readyz`` and ``/metrics``."""

import re
from datetime import timedelta

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from emobility import health
from stations.enums import RefusalReason
from stations.models import ChargingStation
from tests.support.factories import (
    ChargingSessionFactory,
    EndpointProcessFactory,
    OcppExchangeFactory,
    RefusalFactory,
)


@pytest.fixture(autouse=True)
def forget_success():
    health._check_migrations.cache_clear()


def test_liveness_asks_no_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_process_with_a_living_endpoint_is_ready(db, client):
    EndpointProcessFactory()

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "failing": {},
        "checks": {"database": "ok", "migrations": "ok", "station_endpoint": "ok"},
    }


def test_missing_endpoint_is_only_reported(db, client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["failing"] == {}
    assert response.json()["checks"]["station_endpoint"] == "no endpoint has renewed its lease"


def test_redis_is_checked_where_it_is_configured(db, client, settings, redis_url):
    settings.REDIS_URL = redis_url

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json()["checks"]["redis"] == "ok"


def test_unreachable_redis_is_a_failure_that_tells_no_secret(db, client, settings):
    settings.REDIS_URL = "redis://:s3cret@127.0.0.1:1/0"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["failing"] == {"redis": "ConnectionError"}
    assert b"s3cret" not in response.content


def test_missing_migration_is_a_failure(db, client):
    MigrationRecorder.Migration.objects.filter(app="stations").delete()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert list(response.json()["failing"]) == ["migrations"]


def test_metrics_count_what_is_there(db, client):
    session = ChargingSessionFactory(connector__power_w=7400)
    ChargingStation.objects.filter(pk=session.station.pk).update(endpoint=EndpointProcessFactory())
    now = timezone.now()
    RefusalFactory(reason=RefusalReason.WRONG_TOKEN, count=3, last_at=now)
    RefusalFactory(reason=RefusalReason.WRONG_TOKEN, count=2, last_at=now - timedelta(minutes=59))
    RefusalFactory(reason=RefusalReason.WRONG_TOKEN, count=9, last_at=now - timedelta(minutes=61))
    OcppExchangeFactory(station=session.station, received_at=now - timedelta(minutes=2))
    OcppExchangeFactory(station=session.station, received_at=now)

    response = client.get("/metrics")

    assert response["Content-Type"].startswith("text/plain; version=")
    values = dict(re.findall(r"^(emobility_\S+) (\S+)$", response.content.decode(), re.M))
    assert values["emobility_stations"] == "1.0"
    assert values["emobility_stations_connected"] == "1.0"
    assert values["emobility_sessions_active"] == "1.0"
    assert values["emobility_power_watts"] == "7400.0"
    assert values["emobility_frames_last_minute"] == "1.0"
    assert values['emobility_refusals_last_hour{reason="wrong_token"}'] == "5.0"
    assert values['emobility_refusals_last_hour{reason="token_expired"}'] == "0.0"
    assert b"process_resident_memory_bytes" in response.content


def test_metrics_of_an_empty_system_are_zero(db, client):
    values = re.findall(r"^emobility_\S+ (\S+)$", client.get("/metrics").content.decode(), re.M)

    assert values
    assert set(values) == {"0.0"}
