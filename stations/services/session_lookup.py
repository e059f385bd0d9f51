"""Finds stored sessions by what stations call them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from emobility.common.bulk import Lookup, moment_of

_SELECT = """
    SELECT session.station_id, session.transaction_id, session.id, session.state, session.badge_status,
           session.review_reason, session.meter_start_wh, session.started_at, connector.number
    FROM asked
    JOIN stations_chargingsession session ON session.station_id = asked.c0 AND session.transaction_id = asked.c1
    LEFT JOIN stations_connector connector ON connector.id = session.connector_id
    """
_look_up = Lookup(("bigint", "text"), _SELECT)
_look_up_locked = Lookup(("bigint", "text"), _SELECT + " ORDER BY session.id", lock=" FOR UPDATE OF session")


class StoredSession(NamedTuple):
    """What closing a session needs of its row."""

    pk: int
    state: str
    badge_status: str
    review_reason: str
    meter_start_wh: int | None
    started_at: datetime
    connector_number: int | None


def sessions_by_transaction(
    cursor: Any, asked: Sequence[tuple[int, str]], *, lock: bool = False
) -> dict[tuple[int, str], StoredSession]:
    """Sessions by (station pk, transaction id); with ``lock`` they stay as they are until the transaction ends."""
    found = (_look_up_locked if lock else _look_up)(cursor, asked)
    return {
        (station, transaction): StoredSession._make((*facts, _certain(moment_of(started_at)), number))
        for station, transaction, *facts, started_at, number in found
    }


def _certain(moment: datetime | None) -> datetime:
    assert moment is not None, "a session always has a start"
    return moment
