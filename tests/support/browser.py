"""A real browser for e2e tests (marker ``e2e``): console errors fail the test, axe checks accessibility."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.support import require
from tests.support.servers import Portal

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
expect.set_options(timeout=20_000)  # patience on a busy machine; nothing waits longer than it has to
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Launch the system's browser."""
    program = require(next(filter(None, map(shutil.which, PROGRAMS)), None), "a browser (chromium)")
    # Playwright's synchronous API keeps an event loop in this thread; the ORM is safe with it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return browser_type_launch_args | {"executable_path": program, "args": ARGUMENTS}


@pytest.fixture
def console_errors(page: Page) -> list[str]:
    """Errors of the page so far: console errors (policy violations among them) and uncaught exceptions."""
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location.get('url', '')})")

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


@pytest.fixture(autouse=True)
def no_console_errors(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a browser test whose page reported errors; a test that expects some clears ``console_errors``."""
    if "page" not in request.fixturenames:
        yield
        return
    errors = request.getfixturevalue("console_errors")
    yield
    assert errors == []


@pytest.fixture
def login(page: Page, portal: Portal) -> Callable:
    """``login(user)`` signs a user in at the running portal, in this test's page."""
    from tests.support.factories import PASSWORD

    def sign_in(user) -> Page:
        page.goto(f"{portal.base_url}/account/login/")
        page.locator("input[name=login]").fill(user.username)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("form:has(input[name=password]) [type=submit]").click()
        page.wait_for_url(lambda url: "/account/login" not in url)
        return page

    return sign_in


def axe(page: Page) -> list[str]:
    """Violations of WCAG 2.2 AA on the page, in the light and in the dark scheme; empty when there are none."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        results = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
        for violation in results.response["violations"]:
            nodes = [node["html"] for node in violation["nodes"]]
            found.append(f"{scheme}: {violation['id']} ({violation['help']}): {nodes}")
    page.emulate_media(color_scheme=None)
    return found
