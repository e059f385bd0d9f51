"""Everybody who may come by."""

import pytest

from tests.support.cast import Cast, make_cast


@pytest.fixture
def cast(world) -> Cast:
    return make_cast(world)
