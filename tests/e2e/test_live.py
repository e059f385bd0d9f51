"""A real station charges while an operator watches: every change shows by itself, and every page tells the same."""

import re
from collections.abc import Callable

import httpx
import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from websockets.exceptions import InvalidStatus

from stations.models import ChargingStation

pytestmark = pytest.mark.e2e


@pytest.fixture
def operator(login, live_world) -> Page:
    """A page signed in as the operator."""
    return login(live_world.operator)


@pytest.fixture
def identity(request) -> str:
    """A station for each test."""
    return "LIVE-" + re.sub(r"\W", "-", request.node.name).upper()[:40]


@pytest.fixture
def watch(operator, portal) -> Callable[[str], Page]:
    """``watch(path)`` opens a page in a tab of its own; it is live and will not be loaded again."""
    watched: list[Page] = []

    def open_page(path: str) -> Page:
        page = operator.context.new_page()
        page.goto(portal.base_url + path)
        expect(page.locator("#live-state")).to_have_text("Live")
        page.evaluate("window.loadedOnce = true")
        watched.append(page)
        return page

    yield open_page
    for page in watched:
        assert page.evaluate("window.loadedOnce"), f"{page.url} was loaded again"


@pytest.fixture
def connected(stations, portal, live_world, identity) -> ChargingStation:
    """The row of a station that has booted and whose connector is available."""
    station = stations.connect(portal.url(live_world.ours.secret, "").rstrip("/"), identity)
    stations.does(station.boot())
    stations.does(station.status(1, "Available"))
    return ChargingStation.objects.get(identity=identity)


def row_of(page: Page, text: str):
    """The table row that names ``text``."""
    return page.locator("tbody tr", has_text=text)


def connector_status(page: Page):
    """The badge of the only connector on a station's page."""
    return page.locator("#station-live .section-head .status >> nth=0")


def test_station_connects_with_the_url_of_a_new_token_and_appears(operator, portal, stations, watch, identity):
    listed = watch("/stations/")
    operator.goto(f"{portal.base_url}/onboarding-tokens/new/")
    operator.get_by_label("Description").fill("Delivery of today")
    operator.get_by_role("button", name="Create the token").click()
    url = operator.get_by_label("OCPP URL").input_value()
    expect(listed.locator("#stations-table")).not_to_contain_text(identity)
    station = stations.connect(url.rstrip("/"), identity)
    expect(row_of(listed, identity)).to_contain_text("Connected")
    stations.does(station.boot(chargePointVendor="Acme", chargePointModel="Wallbox 22"))
    expect(row_of(listed, identity)).to_contain_text("Wallbox 22")


def test_status_of_a_connector_shows_on_list_and_page(connected, stations, watch, identity):
    listed, page = watch("/stations/"), watch(f"/stations/{connected.pk}/")
    for reported, shown in [("Preparing", "Preparing"), ("SuspendedEV", "Suspended by car"), ("Faulted", "Faulted")]:
        stations.does(stations.station.status(1, reported))
        expect(row_of(listed, identity).locator(".connector-badges")).to_contain_text(shown)
        expect(connector_status(page)).to_have_text(shown)


def test_session_shows_from_start_to_end(connected, stations, watch, identity):
    page, listed, sessions = watch(f"/stations/{connected.pk}/"), watch("/stations/"), watch("/sessions/")
    does, station = stations.does, stations.station
    transaction = does(station.start("BADGE-LIVE", meter_wh=1000))
    does(station.status(1, "Charging"))
    expect(page.locator("#station-live")).to_contain_text(f"Session {transaction}")
    expect(row_of(sessions, identity)).to_contain_text("Active")
    does(station.meter(transaction, energy_wh=3500, power_w=7400))
    expect(page.locator("#station-head .power-value")).to_have_text("7.4 kW")
    expect(page.locator("#station-live")).to_contain_text("2.50 kWh")
    expect(row_of(listed, identity)).to_contain_text("7.4 kW")
    does(station.meter(transaction, energy_wh=4500, power_w=11_000))
    expect(page.locator("#station-head .power-value")).to_have_text("11.0 kW")
    expect(row_of(sessions, identity)).to_contain_text("11.0 kW")
    does(station.stop(transaction, meter_wh=5000, reason="Local"))
    expect(row_of(sessions, identity)).not_to_contain_text("Active")
    expect(row_of(sessions, identity)).to_contain_text("4.00 kWh")
    expect(page.locator("#station-live")).to_contain_text("No session")


def test_log_shows_every_frame_with_its_answer(connected, stations, watch):
    page = watch(f"/stations/{connected.pk}/log/")
    stations.does(stations.station.call("Heartbeat", message_id="beat-1"))
    rows = page.locator(".log details")
    expect(rows).to_have_count(3)
    expect(page.locator(".htmx-added, .htmx-settling")).to_have_count(0)  # a person is not as quick
    for row, action in zip(rows.all(), ["Heartbeat", "StatusNotification", "BootNotification"], strict=True):
        expect(row.locator(".log-action")).to_have_text(action)
        row.locator("summary").click()
        expect(row.locator("pre")).to_have_count(2)
        message_id = re.search(r'"(m\d+|beat-1)"', row.locator("pre").first.inner_text())
        assert message_id is not None
        expect(row.locator("pre").last).to_contain_text(message_id[0])
    expect(page.locator(".log pre").nth(1)).to_contain_text("currentTime")


def test_refused_handshake_shows_with_its_fix(portal, stations, watch, operator, live_world, login):
    refusals = watch("/log/refusals/")
    with pytest.raises(InvalidStatus) as refused:
        stations.connect(portal.url("w" * 32, "").rstrip("/"), live_world.ours.station.identity)
    assert refused.value.response.status_code == 401
    entry = refusals.locator("#log-rows li", has_text=live_world.ours.station.identity)
    expect(entry).to_contain_text("Wrong token")
    expect(entry).to_contain_text("Compare it with the onboarding tokens, or create a new one and copy its URL.")


def test_api_tells_what_the_page_shows(connected, stations, watch, portal, live_world, identity, capsys):
    call_command("create_api_key", user=live_world.operator.username, name="e2e")
    headers = {"Authorization": f"Bearer {capsys.readouterr().out.strip()}"}
    page = watch(f"/stations/{connected.pk}/")
    transaction = stations.does(stations.station.start("BADGE-API", meter_wh=0))
    stations.does(stations.station.status(1, "Charging"))
    stations.does(stations.station.meter(transaction, energy_wh=1500, power_w=3700))
    expect(page.locator("#station-head .power-value")).to_have_text("3.7 kW")
    expect(connector_status(page)).to_have_text("Charging")
    told = httpx.get(f"{portal.base_url}/api/v1/stations/{identity}", headers=headers, trust_env=False).json()
    assert (told["connection_status"], told["registration_status"]) == ("connected", "accepted")
    assert told["power_w"] == 3700
    [connector] = told["evses"][0]["connectors"]
    assert (connector["status"], connector["power_w"]) == ("charging", 3700)
    stations.does(stations.station.stop(transaction, meter_wh=2000))


def test_station_that_leaves_is_shown_disconnected(connected, stations, watch, identity):
    listed, page = watch("/stations/"), watch(f"/stations/{connected.pk}/")
    expect(row_of(listed, identity)).to_contain_text("Connected")
    stations.close()
    for shown in (row_of(listed, identity), page.locator("#station-head")):
        expect(shown).to_contain_text("Disconnected")
