"""Answers most commands share."""

from collections.abc import Coroutine
from typing import Any

from stations.simulation.client import Answer


def status(word: str, then: Coroutine[Any, Any, None] | None = None) -> Answer:
    """The answer ``{"status": word}``; ``then`` runs once it is sent."""
    return Answer({"status": word}, then)


def accepted(then: Coroutine[Any, Any, None] | None = None) -> Answer:
    """The answer ``Accepted``."""
    return status("Accepted", then)


def rejected() -> Answer:
    """The answer ``Rejected``."""
    return status("Rejected")
