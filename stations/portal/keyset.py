"""Pages of a table too long to count: from one key to the next, never further than a window at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

PAGE = 50
WINDOW = 200_000
"""Rows a page looks at, at most, where no index leads to the rows it wants."""
HIGHEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class KeysetPage:
    """Rows, newest first; ``older`` and ``newer`` are the keys where the next pages start, None at the ends.

    ``low`` is set when the window ended before the page was full: rows below it were not looked at.
    """

    rows: Sequence[Any]
    older: int | None
    newer: int | None
    low: int | None = None


def older_page(rows: QuerySet, before: int | None, window: int | None = None) -> KeysetPage:
    """The newest rows, or those with keys below ``before``."""
    newest = _highest(rows) if window else HIGHEST_KEY
    high = before - 1 if before else newest
    low = max(high - window + 1, 0) if window else 0
    found = list(rows.filter(pk__range=(low, high)).order_by("-pk")[: PAGE + 1])
    if len(found) > PAGE:
        return KeysetPage(found[:PAGE], older=found[PAGE - 1].pk, newer=high if before else None)
    unseen = low if low > _lowest(rows, low) else None
    return KeysetPage(found, older=unseen, newer=high if before else None, low=unseen)


def newer_page(rows: QuerySet, after: int, window: int | None = None) -> KeysetPage:
    """The rows with the lowest keys above ``after``."""
    high = min(after + window, HIGHEST_KEY) if window else HIGHEST_KEY
    found = list(rows.filter(pk__range=(after + 1, high)).order_by("pk")[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE][::-1]
    unseen = high if window and not more and high < _highest(rows) else None
    return KeysetPage(found, older=after + 1, newer=found[0].pk if more else unseen)


def key(text: str | None) -> int | None:
    """A key of the URL; None for anything that cannot be one."""
    if text is None or not text.isdecimal() or len(text) > 18:
        return None
    return int(text) or None


def _highest(rows: QuerySet) -> int:
    return rows.model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


def _lowest(rows: QuerySet, low: int) -> int:
    """The lowest key there is; ``low`` itself spares the query when it is 0."""
    return rows.model._default_manager.order_by("pk").values_list("pk", flat=True).first() or 0 if low else 0
