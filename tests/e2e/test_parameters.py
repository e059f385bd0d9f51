"""An operator edits OCPP parameters in the browser and sends them from the live table."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from stations.commands import ReportedParameter
from stations.services.parameters import learn_reported
from tests.support.factories import CapabilitiesFactory, ChargingStationFactory

pytestmark = pytest.mark.e2e


@pytest.fixture
def connected(stations, portal, live_world):
    """A connected station that has reported a parameter."""
    ours = live_world.ours
    row = ChargingStationFactory(identity="PARAMETERS-1", site_area=ours.area, onboarding_token=ours.token)
    CapabilitiesFactory(station=row)
    station = stations.connect(portal.url(ours.secret, "").rstrip("/"), row.identity)
    stations.does(station.boot())
    learn_reported(row, [ReportedParameter("HeartbeatInterval", "300", read_only=False)], timezone.now())
    return row


def test_edited_values_are_sent_from_the_banner_and_the_table_follows(login, live_world, portal, stations, connected):
    page, url = login(live_world.operator), f"{portal.base_url}/stations/{connected.pk}/parameters/"
    page.goto(f"{url}edit/")
    page.get_by_label("HeartbeatInterval", exact=True).fill("60")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(url)
    expect(page.locator("#live-state")).to_have_text("Live")
    expect(page.locator("#station-live")).to_contain_text("1 value differs from the station")
    page.locator("#parameters-push").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("HeartbeatInterval")
    dialog.get_by_role("button", name="Update OCPP Parameters").click()
    message_id, asked = stations.does(stations.station.receive_call("ChangeConfiguration"))
    assert asked == {"key": "HeartbeatInterval", "value": "60"}
    stations.does(stations.station.answer(message_id, {"status": "Accepted"}))
    expect(page.locator("#station-live")).not_to_contain_text("differs from the station", timeout=30_000)
    expect(page.locator("#station-live tbody tr").first).to_contain_text("the same")
