"""Finds stored sessions by what stations call them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from emobility.common.bulk import Lookup, moment_of
from emobility.common.writers import Writer
from stations.enums import SessionState
from stations.services.station_state import OpenSession

FINAL_STATES = (SessionState.ENDED, SessionState.REVIEW)

_SELECT = """
    SELECT session.station_id, session.transaction_id, session.id, session.state, session.id_tag, session.badge_status,
           session.review_reason, session.meter_start_wh, session.started_at, connector.number
    FROM asked
    JOIN stations_chargingsession session ON session.station_id = asked.c0 AND session.transaction_id = asked.c1
    LEFT JOIN stations_connector connector ON connector.id = session.connector_id
    """
_look_up = Lookup(("bigint", "text"), _SELECT)
_look_up_locked = Lookup(("bigint", "text"), _SELECT + " ORDER BY session.id", lock=" FOR UPDATE OF session")


class StoredSession(NamedTuple):
    """A session as its row says, and whether it is closed for good."""

    session: OpenSession
    is_final: bool


def sessions_by_transaction(
    writer: Writer, asked: Sequence[tuple[int, str]], *, lock: bool = False
) -> dict[tuple[int, str], StoredSession]:
    """Sessions by (station pk, transaction id); with ``lock`` they stay as they are until the transaction ends."""
    found = (_look_up_locked if lock else _look_up)(writer, asked)
    return {(station, transaction): _stored(transaction, *row) for station, transaction, *row in found}


def _stored(
    transaction_id: str, pk: int, state: str, id_tag: str, badge_status: str, reason: str, meter_start: int | None,
    started: Any, number: int | None,
) -> StoredSession:  # fmt: skip
    started_at = moment_of(started)
    assert started_at is not None, "a session always has a start"
    session = OpenSession(pk, transaction_id, number or 0, id_tag, badge_status, started_at, meter_start, reason)
    return StoredSession(session, state in FINAL_STATES)
