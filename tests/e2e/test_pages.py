"""Station, session and log pages in a real browser: accessible, under the strict policy, live."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from stations.commands import ReportedParameter
from stations.enums import ConnectorStatus, OperationSource, SessionState
from stations.models import ChargingSession, ChargingStation
from stations.services.configuration import set_parameters
from stations.services.parameters import learn_reported
from tests.support.browser import axe
from tests.support.factories import ChargingSessionFactory, MeterSampleFactory, OcppExchangeFactory, RefusalFactory

pytestmark = pytest.mark.e2e
HOSTILE = '\u202e"><img src=x onerror=alert(1)>{{7*7}}' + "W" * 60


@pytest.fixture(scope="module")
def charging(live_world) -> ChargingSession:
    """A running session with a curve; its station says hostile things."""
    station, connector, now = live_world.ours.station, live_world.ours.connector, timezone.now()
    ChargingStation.objects.filter(pk=station.pk).update(name=HOSTILE, vendor=HOSTILE, model=HOSTILE)
    connector.status, connector.error_code, connector.error_info = ConnectorStatus.FAULTED, "GroundFailure", HOSTILE
    connector.power_w, connector.power_at = 7400, now - timedelta(hours=1)
    connector.save()
    session = ChargingSessionFactory(
        connector=connector,
        id_tag=HOSTILE,
        started_at=now - timedelta(hours=1),
        state=SessionState.ACTIVE,
        energy_wh=5000,
    )
    for minutes in range(60):
        MeterSampleFactory(session=session, sampled_at=now - timedelta(minutes=minutes), energy_wh=6000 - minutes * 100)
    for _ in range(60):
        OcppExchangeFactory(station=station, note=HOSTILE, request=f'["{HOSTILE}"]')
    RefusalFactory(station=station, identity="OURS-1", detail=HOSTILE)
    learn_reported(station, [ReportedParameter(HOSTILE[:50], HOSTILE * 3, read_only=False)], now)
    set_parameters(station, {"HeartbeatInterval": "60", "Mine": HOSTILE}, actor=None, source=OperationSource.SYSTEM)
    return session


@pytest.fixture
def operator(login, live_world, charging) -> Page:
    """A page signed in as the operator."""
    return login(live_world.operator)


@pytest.fixture
def station_url(portal, live_world) -> str:
    return f"{portal.base_url}/stations/{live_world.ours.station.pk}/"


def fits(page: Page) -> bool:
    """Whether nothing is wider than a narrow screen, from its first layout on."""
    page.set_viewport_size({"width": 380, "height": 800})
    return page.evaluate("innerWidth === 380 && document.documentElement.scrollWidth <= 380")


@pytest.mark.parametrize(
    "path",
    [
        "/stations/",
        "/stations/?q=none",
        "/sessions/",
        "/sessions/?since=x",
        "/log/",
        "/log/refusals/",
        "/parameters/drift/",
        "/catalogue/",
        "/catalogue/abb-terra-53/",
    ],
)
def test_lists_are_accessible_and_fit(operator, portal, path):
    operator.goto(portal.base_url + path)
    assert axe(operator) == []
    assert fits(operator)


@pytest.mark.parametrize(
    "tab",
    [
        "",
        "connectors/",
        "connectors/edit/",
        "evses/1/edit/",
        "sessions/",
        "log/",
        "edit/",
        "parameters/",
        "parameters/edit/",
        "parameters/copy/",
        "history/",
        "actions/set-parameters/",
    ],
)
def test_station_tabs_are_accessible_and_fit(operator, station_url, tab):
    operator.goto(station_url + tab)
    assert axe(operator) == []
    assert fits(operator)


def test_what_is_entered_is_previewed(operator, station_url):
    operator.goto(f"{station_url}actions/set-parameters/")
    for text, shown in (
        ("HeartbeatInterval = 60", "Nothing changes"),
        ("HeartbeatInterval = soon", "Write a whole number."),
        ("HeartbeatInterval = 90", "1 value changes"),
    ):
        operator.get_by_label("Values").fill(text)
        operator.get_by_label("Reason").click()
        expect(operator.locator("#action-preview")).to_contain_text(shown)
    assert axe(operator) == []


def test_session_is_accessible_and_fits(operator, portal, charging):
    operator.goto(f"{portal.base_url}/sessions/{charging.pk}/")
    expect(operator.locator(".chart canvas")).to_be_visible()
    assert axe(operator) == []
    assert fits(operator)


def test_chart_has_a_table_twin(operator, station_url):
    operator.goto(f"{station_url}?hours=1")
    operator.locator(".chart summary").click()
    expect(operator.locator(".chart-table tbody tr").first).to_contain_text("7.4 kW")
    assert operator.locator(".chart-table tbody tr").count() > 50
    assert axe(operator) == []


def test_rename_shows_on_other_pages_at_once(operator, portal, station_url):
    lists, tabs = operator.context.new_page(), operator.context.new_page()
    lists.goto(f"{portal.base_url}/stations/?sort=-identity")
    tabs.goto(f"{station_url}?hours=24")
    tabs.locator(".chart summary").click()
    for page in (lists, tabs):
        expect(page.locator("#live-state")).to_have_text("Live")
    operator.goto(f"{station_url}edit/")
    operator.locator("input[name=name]").fill("Gate 7")
    operator.get_by_role("button", name="Save").click()
    expect(lists.locator("#stations-table")).to_contain_text("Gate 7")
    expect(tabs.locator("#station-live")).to_contain_text("Gate 7")
    expect(tabs.locator(".chart details")).to_have_attribute("open", "")
    assert lists.url.endswith("/stations/?sort=-identity")


def test_filter_narrows_while_typing_and_keeps_the_url_short(operator, portal):
    operator.goto(f"{portal.base_url}/stations/")
    operator.locator("input[name=q]").press_sequentially("nothing like this")
    expect(operator.locator("#stations-table")).to_contain_text("No station matches the filter")
    assert operator.url.endswith("/stations/?q=nothing%20like%20this&per_page=25")
    expect(operator.locator("input[name=q]")).to_be_focused()


def test_tabs_change_without_a_reload(operator, station_url):
    operator.goto(station_url)
    operator.evaluate("window.sameDocument = true")
    operator.get_by_role("link", name="Connectors", exact=True).click()
    expect(operator.locator(".evse")).to_contain_text("GroundFailure")
    assert operator.url == f"{station_url}connectors/"
    operator.get_by_role("link", name="Overview").click()
    expect(operator.locator(".chart canvas")).to_be_visible()
    assert operator.evaluate("window.sameDocument")


def test_frames_open_stay_open_and_can_be_copied(operator, portal):
    operator.context.grant_permissions(["clipboard-read", "clipboard-write"])
    operator.goto(f"{portal.base_url}/log/")
    operator.locator(".log summary").first.click()
    expect(operator.locator(".log pre").first).to_contain_text("\\u202e")
    with operator.expect_response(lambda response: response.url.endswith("/log/")):
        operator.evaluate("document.getElementById('log-rows').dispatchEvent(new Event('live'))")
    expect(operator.locator(".log details[open] pre").first).to_be_visible()
    operator.get_by_role("button", name="Copy Request").click()
    expect(operator.get_by_role("button", name="Copied")).to_be_visible()
    assert "onerror" in operator.evaluate("navigator.clipboard.readText()")
    assert axe(operator) == []
