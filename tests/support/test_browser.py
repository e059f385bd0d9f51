"""The browser part of the test ground: what it must notice, it notices."""

import pytest

from tests.support.browser import axe

pytestmark = pytest.mark.e2e

PAGE = '<!doctype html><html lang="en"><head><title>Page</title>{head}</head><body><main><h1>Page</h1>{body}</main>'
POLICY = """<meta http-equiv="Content-Security-Policy" content="default-src 'self'">"""


@pytest.fixture
def show(page):
    """``show(head=…, body=…)`` opens a page with that content."""

    def open_page(head: str = "", body: str = "") -> None:
        page.route("http://page.test/", lambda route: route.fulfill(body=PAGE.format(head=head, body=body)))
        page.goto("http://page.test/")

    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    return open_page


def test_clean_page_has_no_complaints(page, show, console_errors):
    show()
    assert axe(page) == []
    assert console_errors == []


def test_inline_script_under_a_strict_policy_is_a_console_error(show, console_errors):
    show(head=POLICY, body="<script>window.ran = true</script>")
    assert len(console_errors) == 1
    assert "Content Security Policy" in console_errors.pop()


def test_uncaught_exception_is_a_console_error(show, console_errors):
    show(body="<script>nothing.here()</script>")
    assert "nothing is not defined" in console_errors.pop()


def test_axe_finds_a_nameless_image_in_both_schemes(page, show):
    show(body='<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')
    assert [finding.split(" ")[1] for finding in axe(page)] == ["image-alt", "image-alt"]


def test_axe_finds_poor_contrast_of_the_dark_scheme_alone(page, show):
    dark = "<style>@media (prefers-color-scheme: dark) { p { background: #000; color: #222 } }</style>"
    show(head=dark, body="<p>Hardly readable</p>")
    assert [finding[:20] for finding in axe(page)] == ["dark: color-contrast"]
