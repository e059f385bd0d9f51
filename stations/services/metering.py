"""Meter readings: every sample stored at once, the derived values of connectors and sessions once a second."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from emobility.common.bulk import Insert, Update, stamp
from emobility.common.writers import Writer
from stations.models import ChargingSession, Connector, MeterSample
from stations.services.effects import Effect
from stations.services.energy import energy_between
from stations.services.session_lookup import StoredSession, sessions_by_transaction
from stations.services.station_state import OpenSession, StationState

_MEASURANDS = ["energy_wh", "power_w", "current_a", "voltage_v", "soc_percent"]
_insert = Insert(
    MeterSample,
    ["station", "connector_number", "session", "sampled_at", "context", *_MEASURANDS],
    conflict="ON CONFLICT (station_id, connector_number, sampled_at, context) DO UPDATE SET "
    + ", ".join(f"{n} = coalesce(stations_metersample.{n}, excluded.{n})" for n in ["session_id", *_MEASURANDS]),
)
_update_connectors = Update(Connector, ["power_w", "power_at", "id"])
_update_sessions = Update(
    ChargingSession, ["energy_wh", "power_w", "id"], condition="state IN ('active', 'interrupted')"
)


class MeterReading(Protocol):
    """One moment of a meter; units in the names."""

    sampled_at: datetime
    context: str
    energy_wh: int | None
    power_w: int | None
    current_a: float | None
    voltage_v: float | None
    soc_percent: float | None


def sample_row(station_id: int, number: int, session_id: int | None, reading: MeterReading) -> list:
    """A row for ``insert_samples``."""
    return [
        station_id, number, session_id, stamp(reading.sampled_at), reading.context,
        reading.energy_wh, reading.power_w, reading.current_a, reading.voltage_v, reading.soc_percent,
    ]  # fmt: skip


def insert_samples(writer: Writer, rows: Sequence[list]) -> None:
    """Store samples. What stations report of one moment in several parts becomes one; a value once stored stays."""
    by_moment: dict[tuple, list] = {}
    for row in rows:
        first = by_moment.setdefault((row[0], row[1], row[3], row[4]), row)
        if first is not row:
            first[:] = [old if old is not None else new for old, new in zip(first, row, strict=True)]
    _insert(writer, list(by_moment.values()))


@dataclass(slots=True)
class RecordReadings(Effect):
    """MeterValues. ``unknown_transaction`` names a session the connection does not remember, to be looked up."""

    station_id: int
    number: int
    session: OpenSession | None
    unknown_transaction: str
    readings: Sequence[MeterReading]

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence["RecordReadings"]) -> None:
        """Store all samples by one statement."""
        asked = [(e.station_id, e.unknown_transaction) for e in effects if e.unknown_transaction]
        known = sessions_by_transaction(writer, asked)
        insert_samples(writer, [row for e in effects for row in e._rows(known)])

    def _rows(self, known: dict[tuple[int, str], StoredSession]) -> list[list]:
        found = known.get((self.station_id, self.unknown_transaction))
        session_id = self.session.pk if self.session else found.session.pk if found else None
        return [sample_row(self.station_id, self.number, session_id, reading) for reading in self.readings]

    def remember(self, state: StationState) -> None:
        """Take over the newest readings; their rows follow with the next round of ``FlushReadings``."""
        connector = state.connectors.get(self.number)
        for reading in self.readings:
            if connector is not None and reading.power_w is not None:
                connector.power_w, connector.power_at = reading.power_w, reading.sampled_at
            if self.session is not None:
                self._advance(self.session, reading)
        if connector is not None and self.readings:
            state.changed_connectors.add(self.number)

    @staticmethod
    def _advance(session: OpenSession, reading: MeterReading) -> None:
        energy = energy_between(session.meter_start_wh, reading.energy_wh)
        if energy is not None:
            session.energy_wh = max(energy, session.energy_wh or 0)
        if reading.power_w is not None:
            session.power_w = reading.power_w


@dataclass(slots=True)
class FlushReadings(Effect):
    """Brings connector and session rows up to the readings in memory.

    They are derived: after a crash they are as old as this round, and every sample behind them is stored.
    """

    connectors: list[list] = field(default_factory=list)
    sessions: list[list] = field(default_factory=list)
    stations: list[int] = field(default_factory=list)

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence["FlushReadings"]) -> None:
        """Two updates, whatever the number of stations."""
        _update_connectors(writer, [row for e in effects for row in e.connectors])
        _update_sessions(writer, [row for e in effects for row in e.sessions])

    def collect(self, state: StationState) -> None:
        """Take the changed readings of one station."""
        self.stations.append(state.pk)
        for number in state.changed_connectors:
            connector = state.connectors[number]
            at = stamp(connector.power_at) if connector.power_at else None
            self.connectors.append([connector.power_w, at, connector.pk])
            if connector.session is not None:
                self.sessions.append([connector.session.energy_wh, connector.session.power_w, connector.session.pk])
        state.changed_connectors.clear()

    @property
    def live_names(self) -> tuple[str, ...]:
        return (*(f"station-{pk}" for pk in self.stations), *(["sessions"] if self.sessions else []))
