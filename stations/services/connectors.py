"""Connectors as stations report them: made on first sight, kept at their latest status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from emobility.common.bulk import Update, stamp
from emobility.common.writers import Writer
from stations.enums import ConnectorStatus
from stations.models import EVSE, ChargingSession, ChargingStation, Connector
from stations.models.sessions import SessionState
from stations.services.effects import Effect
from stations.services.station_state import ConnectorState, OpenSession, StationState

MAX_CONNECTORS = 200
"""Numbers beyond are kept in the journal only, so that nonsense makes no rows."""

_update_connectors = Update(Connector, ["status", "status_raw", "error_code", "error_info", "status_at", "id"])
_update_stations = Update(ChargingStation, ["status", "error_code", "id"])


def ensure_connector(station_id: int, number: int) -> int:
    """Primary key of a connector, made if it is missing.

    A 1.6 station says nothing of its EVSEs: connector n is the one connector of EVSE n, until somebody who knows better
    has placed it elsewhere.
    """
    found = Connector.objects.filter(station_id=station_id, number=number).values_list("pk", flat=True).first()
    if found is not None:
        return found
    evse, _ = EVSE.objects.get_or_create(station_id=station_id, number=number)
    connector, _ = Connector.objects.get_or_create(station_id=station_id, number=number, defaults={"evse_id": evse.pk})
    return connector.pk


@dataclass(slots=True)
class ReportStatus(Effect):
    """StatusNotification; connector 0 is the station as a whole.

    ``interrupts`` is the session that cannot be running any more, because its connector is free again.
    """

    station_id: int
    number: int
    connector_id: int | None
    status: ConnectorStatus
    status_raw: str
    error_code: str
    error_info: str
    at: datetime
    interrupts: OpenSession | None = None
    connector_is_new: bool = False

    @classmethod
    def prepare(cls, effects: Sequence["ReportStatus"]) -> None:
        """Make the connectors seen for the first time; sessions left behind wait for a late stop."""
        for effect in effects:
            if (effect.connector_id is None or effect.connector_is_new) and effect.number > 0:
                effect.connector_is_new = True  # made again when the transaction is tried again
                effect.connector_id = ensure_connector(effect.station_id, effect.number)
        interrupt_sessions([e.interrupts.pk for e in effects if e.interrupts])

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence["ReportStatus"]) -> None:
        """Write the statuses."""
        _update_connectors(writer, [e._connector_row() for e in effects if e.number > 0])
        _update_stations(writer, [[e.status.value, e.error_code, e.station_id] for e in effects if e.number == 0])

    def remember(self, state: StationState) -> None:
        """The connector is known from now on, and so is the time of its status."""
        if self.number == 0:
            return
        connector = remember_connector(state, self.number, self.connector_id)
        connector.status_at = self.at
        if self.interrupts and connector.session is self.interrupts:
            connector.session = None
            connector.power_w = 0 if connector.power_w else connector.power_w
            state.changed_connectors.add(self.number)

    @property
    def live_names(self) -> tuple[str, ...]:
        return ("sessions",) if self.interrupts else ()

    def _connector_row(self) -> list:
        return [
            self.status.value, self.status_raw, self.error_code, self.error_info, stamp(self.at), self.connector_id
        ]  # fmt: skip


def remember_connector(state: StationState, number: int, pk: int | None) -> ConnectorState:
    """The connector's memory, made when it is new."""
    connector = state.connectors.get(number)
    if connector is None:
        assert pk is not None, "a connector is remembered after it was written"
        connector = state.connectors[number] = ConnectorState(pk, number)
    return connector


def interrupt_sessions(pks: Sequence[int]) -> None:
    """Mark running sessions the station has left behind without a stop."""
    if pks:
        ChargingSession.objects.filter(pk__in=pks, state=SessionState.ACTIVE).update(
            state=SessionState.INTERRUPTED, power_w=None
        )
