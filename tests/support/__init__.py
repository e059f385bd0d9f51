"""What the tests stand on: servers, factories, a small world, a browser."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

Result = TypeVar("Result")


def require(found: Result | None, what: str) -> Result:
    """``found``; when it is missing the test is skipped on a user's machine and fails where ``CI=true``."""
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and CI must run everything", pytrace=False)
    pytest.skip(f"{what} is missing")


def wait_until(condition: Callable[[], Result], what: str, *, timeout_s: float = 10) -> Result:
    """The first true result of ``condition``, polled; fails with ``what`` after ``timeout_s`` seconds."""
    deadline = time.monotonic() + timeout_s
    while not (result := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {timeout_s:g} s: {what}")
        time.sleep(0.02)
    return result
