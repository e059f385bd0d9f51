"""A new user brings a station of an unknown model into service in the browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from stations.commands import ReportedParameter
from stations.services.parameters import learn_reported
from tests.support.browser import axe
from tests.support.factories import CapabilitiesFactory, ChargingStationFactory, ConnectorFactory, EVSEFactory

pytestmark = pytest.mark.e2e


@pytest.fixture
def connected(stations, portal, live_world):
    """A connected station of a model nobody knows, with one connector and one parameter."""
    ours = live_world.ours
    row = ChargingStationFactory(identity="GUIDED-1", site_area=ours.area, onboarding_token=ours.token)
    CapabilitiesFactory(station=row)
    ConnectorFactory(evse=EVSEFactory(station=row, number=1), number=1)
    station = stations.connect(portal.url(ours.secret, "").rstrip("/"), row.identity)
    stations.does(station.boot())
    learn_reported(row, [ReportedParameter("MeterValueSampleInterval", "900", read_only=False)], timezone.now())
    return row


def test_a_new_user_gets_from_the_station_to_a_usable_one(login, live_world, portal, stations, connected):
    page = login(live_world.operator)
    page.goto(f"{portal.base_url}/stations/{connected.pk}/")
    page.get_by_role("link", name="Enter its configuration").click()
    assert axe(page) == []
    page.get_by_role("button", name="22 kW wallbox").click()
    assert axe(page) == []
    page.get_by_role("button", name="Next: parameters").click()
    assert axe(page) == []
    page.get_by_role("button", name="Next: review").click()
    expect(page.locator(".changes")).to_contain_text("22080")
    page.get_by_role("button", name="Apply").click()
    message_id, asked = stations.does(stations.station.receive_call("ChangeConfiguration"))
    assert asked == {"key": "MeterValueSampleInterval", "value": "60"}
    stations.does(stations.station.answer(message_id, {"status": "Accepted"}))
    expect(page.locator("#operation-progress")).to_contain_text("1 of 1 values taken", timeout=30_000)
    page.get_by_role("link", name="Look at its connectors").click()
    expect(page.locator("#station-live")).to_contain_text("22")
