"""An operator selects stations in the browser, sees what would happen, starts it and watches it happen."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from stations.enums import ConnectorStatus, OperationState, RegistrationStatus
from stations.models import BulkOperation, ChargingStation, Connector
from tests.support import wait_until
from tests.support.browser import axe
from tests.support.factories import OperationFactory
from tests.support.servers import MANAGE, manage_environment

pytestmark = pytest.mark.e2e
FLEET = ["BULK-0001", "BULK-0002", "BULK-0003"]


@pytest.fixture(scope="module")
def fleet(portal, live_world) -> Iterator[list[ChargingStation]]:
    """Three simulated stations that obey commands, and nobody who charges."""
    url = portal.url(live_world.ours.secret, "").rstrip("/")
    options = ["--stations", "3", "--prefix", "BULK-", "--time-scale", "20", "--no-visitors", "--quiet", "--until-eof"]
    command = [sys.executable, str(MANAGE), "simulate", "--url", url, *options]
    environment = manage_environment(portal.directory)
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdin=subprocess.PIPE) as simulator:
        wait_until(_are_ready, "the simulated stations are ready", timeout_s=30)
        yield list(ChargingStation.objects.filter(identity__in=FLEET))
        simulator.terminate()


def _are_ready() -> bool:
    ready = Connector.objects.filter(
        station__identity__in=FLEET,
        station__registration_status=RegistrationStatus.ACCEPTED,
        status=ConnectorStatus.AVAILABLE,
    )
    return ready.values("station").distinct().count() == len(FLEET)


@pytest.fixture
def listed(login, portal, live_world, fleet) -> Page:
    """The list of stations, live, in front of the operator."""
    page = login(live_world.operator)
    page.goto(f"{portal.base_url}/stations/")
    expect(page.locator("#live-state")).to_have_text("Live")
    return page


def box(page: Page, identity: str):
    return page.get_by_role("checkbox", name=f"Select {identity}")


def choose(page: Page, group: str, label: str) -> None:
    page.locator("#bulk-menus summary", has_text=group).click()
    page.get_by_role("button", name=f"{label}…", exact=True).click()


def test_two_stations_are_reset(listed, fleet):
    page = listed
    expect(page.locator("#bulk-menus")).to_be_hidden()
    box(page, "BULK-0001").check()
    box(page, "BULK-0002").check()
    expect(page.locator("#bulk-selected")).to_have_text("Selected: 2")
    assert axe(page) == []
    choose(page, "Maintenance", "Reset")
    expect(page.locator(".figures")).to_contain_text("Stations asked2")
    assert axe(page) == []
    page.get_by_label("Reason").fill("New software")
    page.get_by_role("button", name="Reset: 2 stations").click()
    expect(page.locator("#bulk-so-far")).to_have_text("2 of 2 stations settled")
    expect(page.locator("#bulk-live")).to_contain_text("The station booted", timeout=30_000)
    assert axe(page) == []
    bulk = BulkOperation.objects.latest("pk")
    assert (bulk.reason, set(bulk.operations.values_list("state", flat=True))) == ("New software", {"accepted"})


def test_the_selection_survives_a_refresh_and_the_table_stays_live(listed, fleet, portal, live_world):
    page = listed
    box(page, "BULK-0003").check()
    other = page.context.new_page()
    other.goto(f"{portal.base_url}/stations/{live_world.ours.station.pk}/edit/")
    other.locator("input[name=name]").fill("Gate 7")
    other.get_by_role("button", name="Save").click()
    expect(page.locator("#stations-table")).to_contain_text("Gate 7")
    expect(box(page, "BULK-0003")).to_be_checked()
    expect(box(page, "BULK-0003")).to_be_focused()
    expect(page.locator("#bulk-selected")).to_have_text("Selected: 1")


def test_what_a_filter_hides_stays_selected_and_all_means_all(listed, fleet):
    page = listed
    box(page, "BULK-0001").check()
    page.get_by_label("Search").fill("BULK-0002")
    expect(box(page, "BULK-0001")).to_have_count(0)
    box(page, "BULK-0002").check()
    expect(page.locator("#bulk-selected")).to_have_text("Selected: 2 (not shown: 1)")
    page.get_by_label("Search").fill("BULK-")
    expect(box(page, "BULK-0001")).to_be_checked()
    page.get_by_role("checkbox", name="Select all 3 stations that match the filter").check()
    expect(page.locator("#bulk-selected")).to_have_text("Selected: all 3")
    choose(page, "Maintenance", "Clear authorization cache")
    expect(page.locator(".figures")).to_contain_text("Stations asked3")


def test_the_page_of_the_header_and_the_keyboard(listed, fleet):
    page = listed
    page.get_by_role("checkbox", name="Select this page").focus()
    page.keyboard.press("Space")
    shown = page.locator("input[name=station]:checked").count()
    expect(page.locator("#bulk-selected")).to_have_text(f"Selected: {shown}")
    page.locator("#bulk-menus summary", has_text="Availability").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Set available")
    page.go_back()
    expect(page.locator("#bulk-selected")).to_have_text(f"Selected: {shown}")
    page.get_by_role("button", name="Clear selection").click()
    expect(page.locator("#bulk-menus")).to_be_hidden()


def test_the_preview_follows_what_is_entered(listed, fleet):
    page = listed
    box(page, "BULK-0001").check()
    choose(page, "Charging plans", "Set charging plan")
    page.get_by_label("Purpose").select_option("session")
    expect(page.locator("#bulk-preview")).to_contain_text("Periods: This field is required.")
    page.get_by_label("Periods").fill('[{"start_s": 0, "limit": 16}]')
    page.get_by_label("Connector").fill("1")
    page.get_by_label("Reason").focus()
    expect(page.locator("#bulk-preview")).to_contain_text("No session runs on connector 1.")
    assert axe(page) == []


def test_a_slow_one_is_cancelled_and_tried_again(listed, fleet, portal):
    page = listed
    for identity in FLEET:
        box(page, identity).check()
    choose(page, "Maintenance", "Clear authorization cache")
    page.get_by_label("Stations per minute").fill("2")
    page.get_by_role("button", name="Clear authorization cache: 3 stations").click()
    expect(page.locator("#bulk-so-far")).to_have_text("1 of 3 stations settled")
    page.get_by_role("button", name="Cancel the rest").click()
    assert axe(page) == []
    page.locator("dialog").get_by_role("button", name="Cancel the rest").click()
    expect(page.locator("#bulk-so-far")).to_have_text("3 of 3 stations settled")
    page.get_by_role("link", name="Cancelled").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Retry failed (2)").click()
    page.get_by_label("Stations per minute").fill("600")
    page.get_by_role("button", name="Clear authorization cache: 2 stations").click()
    expect(page.locator("#bulk-so-far")).to_have_text("2 of 2 stations settled")


def test_pages_fit_a_narrow_screen(listed, fleet, portal):
    page = listed
    skipped = [{"station": fleet[0].pk, "identity": fleet[0].identity, "reason": "W" * 60}]
    bulk = BulkOperation.objects.create(action="reset", source="portal", per_minute=60, skipped=skipped)
    OperationFactory(station=fleet[0], bulk=bulk, state=OperationState.FAILED, error="W" * 80)
    page.set_viewport_size({"width": 380, "height": 800})
    progress = f"/operations/bulk/{bulk.pk}/progress/"
    for path in ("/stations/", f"/operations/bulk/reset/?station={fleet[0].pk}", progress, f"{progress}?state=skipped"):
        page.goto(portal.base_url + path)
        if path == "/stations/":
            box(page, "BULK-0001").check()
        assert page.evaluate("document.documentElement.scrollWidth <= 380"), path
