"""Fixtures every test may use, and the order of the run."""

import pytest

pytest_plugins = ["tests.support.servers", "tests.support.browser", "tests.support.world"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: Playwright leaves an event loop in the thread, which async tests cannot share."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)
