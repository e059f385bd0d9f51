"""An operator acts on a station from the browser, and sees what comes of it."""

import re

import pytest
from playwright.sync_api import Page, expect

from stations.enums import OperationState, Role
from stations.models import ChargingStation, Membership, Operation
from tests.support import wait_until
from tests.support.browser import axe
from tests.support.factories import PASSWORD, CapabilitiesFactory, ChargingStationFactory, OperationFactory
from tests.support.station_thread import StationThread

pytestmark = pytest.mark.e2e


@pytest.fixture
def operator(login, live_world) -> Page:
    """A page signed in as the operator."""
    return login(live_world.operator)


@pytest.fixture
def connected(request, stations, portal, live_world) -> ChargingStation:
    """The row of a station that has booted and whose connector is available; what it supports is known."""
    identity = "ACT-" + re.sub(r"\W", "-", request.node.name).upper()[:40]
    ours = live_world.ours
    row = ChargingStationFactory(identity=identity, site_area=ours.area, onboarding_token=ours.token)
    CapabilitiesFactory(station=row)
    station = stations.connect(portal.url(ours.secret, "").rstrip("/"), identity)
    stations.does(station.boot())
    stations.does(station.status(1, "Available"))
    return row


@pytest.fixture
def watched(operator, connected, portal) -> Page:
    """The page of the connected station, live."""
    operator.goto(f"{portal.base_url}/stations/{connected.pk}/")
    expect(operator.locator("#live-state")).to_have_text("Live")
    return operator


def answers(stations: StationThread, action: str, **payload) -> dict:
    """Let the station answer the next message, which must be ``action``; returns what it was asked."""
    message_id, request = stations.does(stations.station.receive_call(action))
    stations.does(stations.station.answer(message_id, payload))
    return request


def opened(page: Page, selector: str):
    """The dialog, opened by what ``selector`` finds."""
    page.locator(selector).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("#action-title")).to_be_focused()
    return dialog


def fits(page: Page) -> bool:
    """Whether nothing is wider than a narrow screen."""
    page.set_viewport_size({"width": 380, "height": 800})
    return page.evaluate("innerWidth === 380 && document.documentElement.scrollWidth <= 380")


def test_reset_from_the_button_to_its_effect(watched, stations, connected):
    transaction = stations.does(stations.station.start("BADGE-1", meter_wh=0))
    stations.does(stations.station.status(1, "Charging"))
    expect(watched.locator("#station-live")).to_contain_text(f"Session {transaction}")
    dialog = opened(watched, "#action-reset")
    for shown in (connected.identity, f"Session {transaction}", "BADGE-1", "1 running session ends", "High"):
        expect(dialog).to_contain_text(shown)
    assert axe(watched) == []
    dialog.get_by_label("Reason").fill("Screen is frozen")
    dialog.get_by_role("button", name="Reset").click()
    expect(dialog).to_contain_text("Sent")
    assert answers(stations, "Reset", status="Accepted") == {"type": "Soft"}
    expect(dialog.locator("[role=status]")).to_contain_text("Accepted")
    expect(dialog.locator("[role=status]")).to_contain_text("Watching")
    assert axe(watched) == []
    stations.does(stations.station.boot())
    expect(dialog.locator("[role=status]")).to_contain_text("Happened", timeout=30_000)
    dialog.get_by_role("link", name="Close").click()
    expect(dialog).to_be_hidden()
    expect(watched.locator("#action-reset")).to_be_focused()
    watched.get_by_role("link", name="Operations", exact=True).last.click()
    expect(watched.locator("#station-live tbody tr").first).to_contain_text("Screen is frozen")


def test_what_the_station_declines_is_said_in_words(watched, stations):
    watched.locator("#connector-actions-1").click()
    dialog = opened(watched, "#action-unlock-connector-1")
    dialog.get_by_role("button", name="Unlock connector").click()
    assert answers(stations, "UnlockConnector", status="NotSupported") == {"connectorId": 1}
    expect(dialog).to_contain_text("Rejected")
    expect(dialog).to_contain_text("The connector has no lock that can be released from afar.")


def test_a_dialog_says_what_is_wrong_and_keeps_the_rest(watched, stations):
    watched.locator("#connector-actions-1").click()
    dialog = opened(watched, "#action-set-charging-plan-1")
    dialog.get_by_label("Stack level").fill("3")
    dialog.get_by_role("button", name="Set charging plan").click()
    periods = dialog.get_by_label("Periods")
    expect(periods).to_be_focused()
    expect(dialog).to_contain_text("This field is required.")
    assert axe(watched) == []
    periods.fill('[{"start_s": 5, "limit": 16}]')
    dialog.get_by_role("button", name="Set charging plan").click()
    expect(dialog.get_by_role("alert").last).to_contain_text("The first period starts at 0")
    expect(dialog.get_by_label("Stack level")).to_have_value("3")
    periods.fill('[{"start_s": 0, "limit": 16}]')
    dialog.get_by_role("button", name="Set charging plan").click()
    profile = answers(stations, "SetChargingProfile", status="Accepted")["csChargingProfiles"]
    assert (profile["stackLevel"], profile["chargingSchedule"]["chargingSchedulePeriod"]) == (
        3,
        [{"startPeriod": 0, "limit": 16}],
    )
    expect(dialog).to_contain_text("The station agreed.")


def test_the_console_shows_the_answer(watched, stations):
    watched.locator("#more-actions").click()
    dialog = opened(watched, "#action-ocpp-call")
    dialog.get_by_label("Message").select_option("DataTransfer")
    dialog.get_by_label("vendorId").fill("Acme")
    dialog.get_by_role("button", name="Write JSON").click()
    expect(dialog.get_by_label("Payload")).to_have_value(re.compile('"vendorId": "Acme"'))
    assert axe(watched) == []
    dialog.get_by_role("button", name="Send").click()
    assert answers(stations, "DataTransfer", status="Accepted", data="forty-two") == {"vendorId": "Acme"}
    expect(dialog.locator("pre").last).to_contain_text("forty-two")
    assert axe(watched) == []


def test_an_operation_that_waits_is_cancelled_in_the_dialog(watched, stations, connected):
    dialog = opened(watched, "#action-reset")
    dialog.get_by_role("button", name="Reset").click()
    stations.does(stations.station.receive_call("Reset"))  # It thinks about it.
    watched.keyboard.press("Escape")
    watched.locator("#more-actions").click()
    dialog = opened(watched, "#action-clear-cache")
    dialog.get_by_role("button", name="Clear authorization cache").click()
    dialog.get_by_role("button", name="Cancel the operation").click()
    expect(dialog).to_contain_text("Withdrawn or too late")
    cancelled = Operation.objects.get(station=connected, action="clear-cache")
    assert (cancelled.state, cancelled.sent_at) == (OperationState.CANCELLED, None)


def test_buttons_change_with_the_station_and_say_why(watched, stations):
    expect(watched.locator("#action-reset")).to_be_visible()
    stations.close()
    button = watched.get_by_role("button", name="Reset", exact=True)
    expect(button).to_have_attribute("aria-disabled", "true")
    button.press("Enter")
    expect(watched.locator("#action-reset-reason")).to_have_text("The station is not connected.")
    assert axe(watched) == []


STALE_LINK = """() => {
  const link = document.getElementById("action-reset").cloneNode(true);
  link.id = "stale";
  document.getElementById("main").append(link);
  htmx.process(link);
}"""
"""A button that no live update replaces by one that is not available any more."""


def test_a_role_lost_meanwhile_is_said_on_a_page(watched, live_world, console_errors):
    members = Membership.objects.filter(user=live_world.operator)
    watched.evaluate(STALE_LINK)
    members.update(role=Role.VIEWER)
    try:
        watched.locator("#stale").click()
        expect(watched.locator("main")).to_contain_text("This needs the role operator for the station.")
    finally:
        members.update(role=Role.OPERATOR)
    console_errors.clear()  # The browser logs the 403 itself.


def test_a_disabled_station_shows_it_and_comes_back(watched, stations):
    dialog = opened(watched, "#action-disable")
    dialog.get_by_role("button", name="Disable").click()
    assert answers(stations, "ChangeAvailability", status="Accepted") == {"connectorId": 0, "type": "Inoperative"}
    watched.keyboard.press("Escape")
    expect(watched.locator("#station-head")).to_contain_text("Disabled")
    expect(watched.locator("#station-head")).to_contain_text("Disconnected")
    expect(watched.locator("#station-live .section-head .status").first).to_have_text("Unavailable")
    assert axe(watched) == []
    dialog = opened(watched, "#action-enable")
    dialog.get_by_role("button", name="Enable").click()
    assert answers(stations, "ChangeAvailability", status="Accepted") == {"connectorId": 0, "type": "Operative"}
    watched.keyboard.press("Escape")
    expect(watched.locator("#station-head")).not_to_contain_text("Disabled")


def test_an_open_menu_stays_while_the_station_reports(watched, stations):
    watched.locator("#connector-actions-1").focus()
    watched.keyboard.press("Enter")
    item = watched.locator("#action-trigger-message-1")
    expect(item).to_be_visible()
    stations.does(stations.station.status(1, "Faulted", "GroundFailure"))
    watched.evaluate("document.getElementById('station-live').dispatchEvent(new Event('live'))")  # As if it came late.
    watched.wait_for_load_state("networkidle")
    expect(item).to_be_visible()
    assert axe(watched) == []
    watched.keyboard.press("Escape")
    expect(watched.locator("#connector-actions-1")).to_be_focused()
    expect(watched.locator("#station-live")).to_contain_text("GroundFailure")


def test_it_works_without_scripts(browser, connected, stations, portal, live_world):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{portal.base_url}/account/login/")
        page.locator("input[name=login]").fill(live_world.operator.username)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("form:has(input[name=password]) [type=submit]").click()
        page.goto(f"{portal.base_url}/stations/{connected.pk}/")
        page.locator("#action-reset").click()
        page.get_by_role("button", name="Reset").click()
        assert re.search(r"/operations/\d+/$", page.url)
        answers(stations, "Reset", status="Rejected")
        settled = Operation.objects.filter(station=connected, settled_at__isnull=False)
        wait_until(settled.exists, "the operation is settled")
        page.reload()
        expect(page.locator("#operation-live")).to_contain_text("Rejected")


@pytest.mark.parametrize("path", ["/operations/", "/operations/?who=nobody", "/help/"])
def test_lists_are_accessible_and_fit(operator, portal, live_world, path):
    OperationFactory(station=live_world.theirs.station)
    OperationFactory(station=live_world.ours.station, reason="W" * 190, error="E" * 400)
    operator.goto(portal.base_url + path)
    assert axe(operator) == []
    assert fits(operator)


@pytest.mark.parametrize("name", ["reset", "set-charging-plan", "ocpp-call/?message=GetLog", "remote-start"])
def test_dialogs_as_pages_are_accessible_and_fit(operator, portal, live_world, name):
    operator.goto(f"{portal.base_url}/stations/{live_world.ours.station.pk}/actions/{name}{'' if '?' in name else '/'}")
    assert axe(operator) == []
    assert fits(operator)


def test_an_operation_is_accessible_and_fits(operator, portal, live_world):
    operation = OperationFactory(
        station=live_world.ours.station,
        reason="W" * 190,
        state=OperationState.FAILED,
        error="E" * 400,
        requests=[["DataTransfer", {"data": "x" * 900}]],
        responses=[{"status": "Accepted", "data": "y" * 900}],
    )
    operator.goto(f"{portal.base_url}/operations/{operation.pk}/")
    assert axe(operator) == []
    assert fits(operator)


def test_station_page_with_its_menus_fits(watched):
    watched.set_viewport_size({"width": 380, "height": 800})
    for menu in ("#more-actions", "#connector-actions-1"):
        watched.locator(menu).click()
        assert fits(watched)
        assert axe(watched) == []
        watched.keyboard.press("Escape")
    dialog = opened(watched, "#action-reset")
    assert fits(watched)
    box = dialog.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 380
