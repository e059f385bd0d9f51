"""Endpoints that died without a word."""

from datetime import timedelta

from django.utils import timezone

from emobility.common import events
from stations.models import ChargingStation, EndpointProcess
from stations.models.stations import LEASE_S
from stations.services.endpoints import is_endpoint_alive, release_dead_endpoints
from tests.support.factories import ChargingStationFactory, EndpointProcessFactory


def dead_endpoint() -> EndpointProcess:
    return EndpointProcessFactory(renewed_at=timezone.now() - timedelta(seconds=LEASE_S + 1))


def test_stations_of_a_dead_endpoint_are_released(db):
    station = ChargingStationFactory(endpoint=dead_endpoint())

    assert release_dead_endpoints() == 1

    station.refresh_from_db()
    assert station.endpoint is None
    assert timezone.now() - station.connection_changed_at < timedelta(minutes=1)
    assert not EndpointProcess.objects.exists()


def test_stations_of_a_living_endpoint_are_kept(db):
    station = ChargingStationFactory(endpoint=EndpointProcessFactory())

    assert release_dead_endpoints() == 0
    assert ChargingStation.objects.get() == station
    assert station.endpoint == EndpointProcess.objects.get()


def test_pages_are_told(db, monkeypatch):
    monkeypatch.setattr(events, "_running", True)
    station = ChargingStationFactory(endpoint=dead_endpoint())

    release_dead_endpoints()

    assert {"stations", f"station-{station.pk}"} <= events._names
    events._names.clear()


def test_endpoint_is_alive_while_its_lease_is_renewed(db):
    dead_endpoint()
    assert not is_endpoint_alive()

    EndpointProcessFactory()
    assert is_endpoint_alive()
