"""Changes to a station's own record."""

import pytest

from emobility.common import events
from stations.models import ChargingStation
from stations.services.stations import update_station
from tests.support.factories import SiteAreaFactory


@pytest.mark.django_db
def test_update_saves_and_says_so(world, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(events, "_running", True)
    monkeypatch.setattr(events, "_names", set())
    area = SiteAreaFactory(site=world.ours.site)
    with django_capture_on_commit_callbacks(execute=True):
        update_station(world.ours.station, name="Gate 7", site_area=area, actor=world.operator)
    saved = ChargingStation.objects.get(pk=world.ours.station.pk)
    assert (saved.name, saved.site_area) == ("Gate 7", area)
    assert {f"station-{saved.pk}", "stations"} <= events._names


def test_update_leaves_other_columns_alone(world):
    stale = world.ours.station
    ChargingStation.objects.filter(pk=stale.pk).update(firmware_version="2.0")
    update_station(stale, name="Gate 7", site_area=world.ours.area, actor=world.operator)
    assert ChargingStation.objects.get(pk=stale.pk).firmware_version == "2.0"
