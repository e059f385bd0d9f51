"""The frame in a real browser: accessible, under the strict policy, live, usable by keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect

from stations.enums import Role
from stations.models import OnboardingToken
from stations.services.credentials import digest
from tests.support.browser import axe
from tests.support.factories import (
    ChargingStationFactory,
    MembershipFactory,
    OnboardingTokenFactory,
    RefusalFactory,
    SiteAreaFactory,
    SiteFactory,
)

pytestmark = pytest.mark.e2e


@pytest.fixture
def operator(login, live_world) -> Page:
    """A page signed in as the operator."""
    return login(live_world.operator)


@pytest.mark.parametrize("path", ["/account/login/", "/no/such/page/"])
def test_pages_outside_are_accessible(page, portal, live_world, console_errors, path):
    page.goto(portal.base_url + path)
    assert axe(page) == []
    if path != "/account/login/":
        console_errors.clear()  # The browser logs the 404 itself.


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/onboarding-tokens/",
        "/onboarding-tokens/new/",
        "/help/",
        "/help/connect-a-station/",
        "/account/password/change/",
    ],
)
def test_pages_are_accessible(operator, portal, path):
    operator.goto(portal.base_url + path)
    assert axe(operator) == []


def test_home_with_trouble_is_accessible(operator, portal, live_world):
    RefusalFactory(site_area=live_world.ours.area, last_at=live_world.ours.token.created_at)
    operator.goto(portal.base_url)
    expect(operator.locator("#attention li", has_text="Compare it with the onboarding tokens")).to_be_visible()
    assert axe(operator) == []


def test_a_token_is_created_copied_and_revoked(operator, portal, live_world):
    operator.context.grant_permissions(["clipboard-read", "clipboard-write"])
    operator.goto(f"{portal.base_url}/onboarding-tokens/new/")
    operator.get_by_label("Description").fill("Pier 7")
    operator.get_by_role("button", name="Create the token").click()
    operator.get_by_role("button", name="Copy").click()
    expect(operator.get_by_role("button", name="Copied")).to_be_visible()
    url = operator.evaluate("navigator.clipboard.readText()")
    assert OnboardingToken.objects.get(digest=digest(url.split("/")[-2], purpose="onboarding")).description == "Pier 7"
    assert axe(operator) == []

    operator.get_by_role("link", name="I have copied the URL").click()
    operator.get_by_role("button", name="Revoke").click()
    dialog = operator.get_by_role("dialog", name="Revoke “Pier 7”?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    assert axe(operator) == []
    operator.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    operator.get_by_role("button", name="Revoke").click()
    dialog.get_by_role("button", name="Revoke the token").click()
    expect(operator.locator("#token dd > .status-bad")).to_have_text("Revoked")


def test_a_list_follows_changes_and_keeps_the_focus(operator, portal, live_world, context):
    token = OnboardingTokenFactory(site_area=live_world.ours.area, description="Watched")
    operator.goto(f"{portal.base_url}/onboarding-tokens/")
    expect(operator.locator("#live-state")).to_have_text("Live")
    row = operator.locator("tr", has_text="Watched")
    row.get_by_role("link").focus()

    other = context.new_page()
    other.goto(f"{portal.base_url}/onboarding-tokens/{token.pk}/change/")
    other.get_by_label("Description").fill("Watched and renamed")
    other.get_by_role("button", name="Save").click()
    expect(operator.get_by_role("link", name="Watched and renamed")).to_be_visible()

    operator.get_by_role("link", name="Watched and renamed").focus()
    ChargingStationFactory(site_area=live_world.ours.area, onboarding_token=token)
    other.goto(f"{portal.base_url}/onboarding-tokens/{live_world.ours.token.pk}/change/")
    other.get_by_role("button", name="Save").click()
    expect(row.locator("td.number")).to_have_text("1")
    expect(operator.get_by_role("link", name="Watched and renamed")).to_be_focused()


def test_of_two_changes_in_a_row_the_last_one_shows(operator, portal, live_world, context):
    token = OnboardingTokenFactory(site_area=live_world.ours.area, description="Original")
    operator.goto(f"{portal.base_url}/onboarding-tokens/")
    expect(operator.locator("#live-state")).to_have_text("Live")
    forms = [context.new_page(), context.new_page()]
    for form, name in zip(forms, ("First name", "Last name"), strict=True):
        form.goto(f"{portal.base_url}/onboarding-tokens/{token.pk}/change/")
        form.get_by_label("Description").fill(name)
    for form in forms:
        form.get_by_role("button", name="Save").click()
    expect(operator.get_by_role("link", name="Last name")).to_be_visible()


def test_home_shows_a_new_token_as_the_next_step(login, portal, live_world, context):
    area = SiteAreaFactory(site=SiteFactory(company=live_world.ours.company))
    member = MembershipFactory(site=area.site, role=Role.OPERATOR).user
    page = login(member)
    expect(page.get_by_role("link", name="Create an onboarding token")).to_be_visible()
    expect(page.locator("#live-state")).to_have_text("Live")
    other = context.new_page()
    other.goto(f"{portal.base_url}/onboarding-tokens/new/")
    other.get_by_label("Description").fill("First delivery")
    other.get_by_role("button", name="Create the token").click()
    expect(page.get_by_text("There is an onboarding token: paste its URL")).to_be_visible()


def test_an_open_help_is_not_swept_away(operator, portal, live_world, context):
    token = OnboardingTokenFactory(site_area=live_world.ours.area, description="Explained")
    operator.goto(f"{portal.base_url}/onboarding-tokens/{token.pk}/")
    expect(operator.locator("#live-state")).to_have_text("Live")
    operator.get_by_role("button", name="Help: status", exact=True).click()
    note = operator.get_by_text("Whether new stations can register with the token.")
    expect(note).to_be_visible()

    other = context.new_page()
    other.goto(f"{portal.base_url}/onboarding-tokens/{token.pk}/change/")
    other.get_by_label("Also refuse its stations").check()
    other.get_by_role("button", name="Save").click()
    expect(other.locator("dd", has_text=re.compile("^Yes$"))).to_be_visible()

    assert note.is_visible()
    assert axe(operator) == []
    operator.keyboard.press("Escape")
    expect(operator.locator("dd", has_text=re.compile("^Yes$"))).to_be_visible()


def test_the_theme_is_remembered(operator, portal, live_world):
    operator.emulate_media(color_scheme="light")
    operator.goto(portal.base_url)
    root = operator.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "light")
    operator.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    operator.get_by_role("button", name="Colours of the system").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    operator.goto(f"{portal.base_url}/help/")
    expect(root).to_have_attribute("data-bs-theme", "light")
    expect(operator.get_by_role("button", name="Light colours")).to_be_visible()


def test_the_keyboard_reaches_the_content_first(operator, portal, live_world):
    operator.goto(portal.base_url)
    operator.keyboard.press("Tab")
    expect(operator.get_by_role("link", name="Skip to the content")).to_be_focused()
    operator.keyboard.press("Enter")
    expect(operator.locator("#main")).to_be_focused()


def test_a_narrow_screen_has_a_menu(operator, portal, live_world):
    operator.set_viewport_size({"width": 320, "height": 640})
    operator.goto(portal.base_url)
    assert operator.evaluate("document.documentElement.scrollWidth") == 320
    navigation = operator.get_by_role("navigation", name="Main")
    expect(navigation).to_be_hidden()
    operator.get_by_role("button", name="Navigation").click()
    expect(navigation.get_by_role("link", name="Onboarding tokens")).to_be_visible()
    assert axe(operator) == []
    operator.keyboard.press("Escape")
    expect(navigation).to_be_hidden()


def test_the_admin_runs_under_the_policy(login, portal, live_world):
    page = login(live_world.superuser)
    for path in ("", "stations/onboardingtoken/", f"stations/chargingstation/{live_world.ours.station.pk}/change/"):
        page.goto(f"{portal.base_url}/admin/{path}")
        expect(page.get_by_role("link", name="Portal", exact=True)).to_be_visible()
    page.get_by_role("link", name="View on site").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("OURS-1")


def test_a_page_says_when_it_is_no_longer_live(operator, portal, live_world, console_errors):
    operator.goto(portal.base_url)
    state = operator.locator("#live-state")
    expect(state).to_have_text("Live")
    portal.stop()
    expect(state).to_have_text("Reconnecting…")
    portal.start()
    expect(state).to_have_text("Live", timeout=30_000)
    console_errors.clear()  # The browser logs each failed attempt to connect.
