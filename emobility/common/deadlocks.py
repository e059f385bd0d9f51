"""Transactions that may meet another one in the wrong order."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, transaction

Result = TypeVar("Result")
TRIES = 5
DEADLOCK = "40P01"
"""PostgreSQL's SQLSTATE for the transaction it ended so that others could go on."""


def atomically(work: Callable[[], Result]) -> Result:
    """Do ``work`` in a transaction of its own, again from the start when the database ended it to resolve a deadlock."""
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if not left or getattr(error.__cause__, "sqlstate", None) != DEADLOCK:
                raise
    raise AssertionError("the last try returns or raises")
