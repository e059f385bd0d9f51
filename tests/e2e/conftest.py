"""What browser tests share."""

from collections.abc import Iterator

import pytest

from tests.support.station_thread import StationThread


@pytest.fixture
def stations() -> Iterator[StationThread]:
    """Stations the test plays, beside the browser."""
    thread = StationThread()
    yield thread
    thread.end()
