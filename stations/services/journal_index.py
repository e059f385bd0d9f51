"""Finds a moment in an append-only table that has no index on time, by its ascending ids.

An index would cost every frame a write; some thirty look-ups by primary key cost a query now and then a
few milliseconds.
"""

from datetime import datetime, timedelta

from django.db import models

SLACK = timedelta(minutes=5)
"""Rows are written in the order of their times, but for so much."""


def first_id_since(rows: models.QuerySet, time_field: str, moment: datetime) -> int:
    """An id below which no row of ``rows`` is younger than ``moment``; add the exact condition on top."""
    by_id = rows.order_by("pk").values_list("pk", time_field)
    newest = by_id.last()
    low, high = 0, newest[0] + 1 if newest else 0
    while low < high:
        middle = (low + high) // 2
        pk, at = by_id.filter(pk__gte=middle).first() or (high, moment)
        if at >= moment - SLACK:
            high = middle
        else:
            low = pk + 1
    return low
