"""Fixtures every test may use, and the order of the run."""

from collections.abc import Iterator

import pytest
from django.test.utils import setup_databases, teardown_databases

ONCE = ("tests/stations/simulation/", "tests/stations/permissions/")
"""What no database can change: stations without one, and who may do what."""

pytest_plugins = ["tests.support.servers", "tests.support.browser", "tests.support.world"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: Playwright leaves an event loop in the thread, which async tests cannot share."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)
    for item in items:
        if any(folder in item.path.as_posix() for folder in ONCE):
            item.add_marker("once")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_modify_db_settings, django_db_blocker) -> Iterator[None]:
    """The test database; pytest-django's own makes none when only tests on ``live_database`` run."""
    with django_db_blocker.unblock():
        databases = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)
