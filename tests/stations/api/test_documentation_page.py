"""The documentation page in a real browser, under the portal's strict policy."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def test_page_shows_every_endpoint_and_breaks_no_policy(page, portal):
    document = page.request.get(f"{portal.base_url}/api/v1/openapi.json").json()

    page.goto(f"{portal.base_url}/api/v1/docs")

    expect(page.locator(".opblock")).to_have_count(sum(len(methods) for methods in document["paths"].values()))
    page.locator("#operations-Stations-list_stations button").first.click()
    expect(page.get_by_text("Charging stations in scope, by identity.")).to_be_visible()
