"""What a connection remembers of its station between messages.

A copy of committed rows, never ahead of the database: it is loaded when the station connects and
changed only after the commit that changed the rows.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class OpenSession:
    """A session that may still receive readings and a stop."""

    pk: int
    transaction_id: str
    connector_number: int
    id_tag: str
    badge_status: str
    started_at: datetime
    meter_start_wh: int | None
    remark: str = ""
    """What an operator should check about how it started."""
    energy_wh: int | None = None
    power_w: int | None = None


@dataclass(slots=True)
class ConnectorState:
    """One connector; ``session`` is the one now running on it."""

    pk: int
    number: int
    power_w: int | None = None
    power_at: datetime | None = None
    status_at: datetime | None = None
    session: OpenSession | None = None


@dataclass(slots=True)
class StationState:
    """One connected station."""

    pk: int
    identity: str
    generation: int
    accepted: bool
    connectors: dict[int, ConnectorState] = field(default_factory=dict)
    sessions: dict[str, OpenSession] = field(default_factory=dict)
    changed_connectors: set[int] = field(default_factory=set)
    """Connectors whose readings are newer than their row."""

    def only_session(self, id_tag: str = "") -> OpenSession | None:
        """The open session a report without a usable transaction id can mean: the only one, or the badge's."""
        candidates = list(self.sessions.values())
        if len(candidates) > 1 and id_tag:
            candidates = [s for s in candidates if s.id_tag.lower() == id_tag.lower()]
        return candidates[0] if len(candidates) == 1 else None

    def close(self, session: OpenSession | None) -> None:
        """Forget ``session``; its connector delivers nothing any more."""
        if session is None:
            return
        self.sessions.pop(session.transaction_id, None)
        connector = self.connectors.get(session.connector_number)
        if connector is not None and connector.session is session:
            connector.session = None
            connector.power_w = 0 if connector.power_w else connector.power_w
            self.changed_connectors.add(connector.number)
