"""Derives sessions, energy and samples once more, from the raw frames of the journal, and compares them with the rows.

Of the code that wrote the rows only the reading of frames and values is used, none of its decisions. Station by
station: memory is bounded by the sessions of one station, whatever the length of the journal.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import Max

from stations.enums import SessionState
from stations.models import ChargingSession, ChargingStation, MeterSample, OcppExchange
from stations.models.badges import badge_key
from stations.models.journal import Direction, Outcome
from stations.ocpp import framing, values
from stations.ocpp.history_samples import ExpectedSamples
from stations.ocpp.schemas import validators
from stations.ocpp.tolerance import mend

HIGHEST_CONNECTOR = 200
FINAL = (SessionState.ENDED, SessionState.REVIEW)
_FRAME_FIELDS = ("pk", "action", "message_id", "request", "answer", "received_at")
_SESSION_FIELDS = (
    "pk", "transaction_id", "connector__number", "id_tag", "state", "review_reason", "started_at", "stopped_at",
    "meter_start_wh", "meter_stop_wh", "energy_wh", "stop_reason", "stop_id_tag", "received_at", "reservation_id",
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """How much was compared."""

    stations: int = 0
    frames: int = 0
    sessions: int = 0
    samples: int = 0


def differences(tally: Tally) -> Iterator[str]:
    """Everything in which rows and frames disagree, in words; counts into ``tally`` as it goes."""
    for pk, identity in list(ChargingStation.objects.order_by("pk").values_list("pk", "identity")):
        with _snapshot():
            tally.stations += 1
            for difference in StationHistory(pk, tally).differences():
                yield f"{identity}: {difference}"


@contextmanager
def _snapshot() -> Iterator[None]:
    """All reads see one moment of the database; no writer waits (Django's own ``atomic`` would lock SQLite)."""
    with connection.cursor() as cursor:
        postgresql = connection.vendor == "postgresql"
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgresql else "BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


class StationHistory:
    """The answered messages of one station, oldest first, against its sessions."""

    def __init__(self, station_id: int, tally: Tally) -> None:
        rows = ChargingSession.objects.filter(station=station_id).values_list(*_SESSION_FIELDS, named=True)
        self.sessions = {row.transaction_id: row for row in rows}
        self._station_id, self._tally = station_id, tally
        self._samples = ExpectedSamples(station_id)
        self._opened: set[str] = set()
        self._closed: set[str] = set()
        tally.sessions += len(self.sessions)

    def differences(self) -> Iterator[str]:
        """What disagrees, in words."""
        frames = OcppExchange.objects.filter(station=self._station_id).order_by("pk")
        oldest = frames.values_list("received_at", flat=True).first()
        answered = frames.filter(
            direction=Direction.IN, action__in=framing.MONEY_ACTIONS, outcome=Outcome.RESULT, answered_at__isnull=False
        )
        for frame in answered.values_list(*_FRAME_FIELDS, named=True).iterator(chunk_size=1000):
            self._tally.frames += 1
            for difference in self._of_frame(frame):
                yield f"{frame.action} {frame.message_id} (frame {frame.pk}): {difference}"
            if self._samples.is_full:
                yield from self._samples.differences()
        yield from self._samples.differences()
        self._tally.samples += self._samples.compared
        yield from self._of_rows(oldest)

    # --- frame by frame ----------------------------------------------------------

    def _of_frame(self, frame: Any) -> Iterator[str]:
        payload = _payload(frame)
        if payload is None:
            yield "was answered but cannot be read"
        elif frame.action == "StartTransaction":
            yield from self._of_start(frame, payload)
        elif frame.action == "StopTransaction":
            yield from self._of_stop(frame, payload)
        else:
            self._expect_samples(frame, payload)

    def _of_start(self, frame: Any, payload: dict) -> Iterator[str]:
        transaction_id = str(orjson.loads(frame.answer)[2].get("transactionId"))
        session = self.sessions.get(transaction_id)
        if session is None:
            yield f"answered with transaction {transaction_id}, of which there is no session"
            return
        self._opened.add(transaction_id)
        expected = {
            "started_at": values.moment(payload.get("timestamp"), frame.received_at) or session.received_at,
            "meter_start_wh": values.integer(payload.get("meterStart")),
            "reservation_id": values.integer(payload.get("reservationId")),
            "id_tag": values.text(payload.get("idTag"), 255),
        }
        number = values.integer(payload.get("connectorId"))
        if number is not None and 0 < number <= HIGHEST_CONNECTOR:
            expected["connector__number"] = number
        yield from _mismatches(session, expected)

    def _of_stop(self, frame: Any, payload: dict) -> Iterator[str]:
        stopped_at = values.moment(payload.get("timestamp"), frame.received_at)
        meter_stop_wh = values.integer(payload.get("meterStop"))
        expected: dict[str, Any] = {
            "meter_stop_wh": meter_stop_wh,
            "stop_reason": values.text(payload.get("reason"), 30) or "Local",
            "stop_id_tag": values.text(payload.get("idTag"), 255),
        }
        session = self.sessions.get(str(values.integer(payload.get("transactionId"))))
        if session is None:
            yield from self._of_unassigned_stop(expected, stopped_at)
            return
        readings = list(values.readings(payload.get("transactionData") or [], frame.received_at))
        self._samples.expect(frame.pk, session.connector__number or 0, session.pk, readings)
        if session.transaction_id in self._closed:
            return  # repeated: the first report counts
        self._closed.add(session.transaction_id)
        expected["stopped_at"] = max(stopped_at or frame.received_at, session.started_at)
        expected["energy_wh"] = _energy_wh(session, meter_stop_wh, readings)
        yield from _mismatches(session, expected)
        if session.state not in FINAL:
            yield f"session {session.pk} is still {session.state}"

    def _of_unassigned_stop(self, expected: dict[str, Any], stopped_at: datetime | None) -> Iterator[str]:
        """A stop that names no session of ours ended the one it meant, or is kept for review."""
        if stopped_at is not None:
            expected = expected | {"stopped_at": stopped_at}
        fitting = (s for s in self.sessions.values() if s.state in FINAL and not list(_mismatches(s, expected)))
        session = next(fitting, None)
        if session is None:
            yield "stopped nothing and is not kept for review"
        else:
            self._opened.add(session.transaction_id)
            self._closed.add(session.transaction_id)

    def _expect_samples(self, frame: Any, payload: dict) -> None:
        number = values.integer(payload.get("connectorId"))
        if number is None or not 0 <= number <= HIGHEST_CONNECTOR:
            return
        session = self.sessions.get(str(values.integer(payload.get("transactionId"))))
        readings = values.readings(payload.get("meterValue") or [], frame.received_at)
        self._samples.expect(frame.pk, number, session.pk if session else None, readings)

    # --- what no frame accounts for ------------------------------------------------

    def _of_rows(self, oldest_frame: datetime | None) -> Iterator[str]:
        """``oldest_frame``: sessions reported before it have lost their frames to retention."""
        for session in self.sessions.values():
            if session.transaction_id not in self._opened:
                if oldest_frame is None or session.received_at >= oldest_frame:
                    yield f"session {session.pk}: no answered frame reports it"
            elif session.state in FINAL and session.transaction_id not in self._closed:
                yield f"session {session.pk}: is {session.state}, but no answered frame reports its end"
        yield from self._doubled()
        yield from self._energy_ahead()

    def _doubled(self) -> Iterator[str]:
        by_report = defaultdict(list)
        for s in self.sessions.values():
            report = (s.connector__number, badge_key(s.id_tag), s.started_at, s.meter_start_wh, s.reservation_id)
            by_report[report + ((s.meter_stop_wh, s.stop_id_tag) if s.connector__number is None else ())].append(s.pk)
        for pks in by_report.values():
            if len(pks) > 1:
                yield f"sessions {', '.join(map(str, pks))}: one report counted more than once"

    def _energy_ahead(self) -> Iterator[str]:
        """The energy of a running session may lag behind its samples, never lead."""
        running = {s.pk: s for s in self.sessions.values() if s.state not in FINAL and s.energy_wh}
        highest = MeterSample.objects.filter(session__in=running).values_list("session").annotate(Max("energy_wh"))
        registers = dict(highest)
        for pk, session in running.items():
            measured = (registers.get(pk) or 0) - (session.meter_start_wh or 0)
            if session.energy_wh > measured:
                yield f"session {pk}: energy_wh is {session.energy_wh}, its samples say {measured}"


def _payload(frame: Any) -> dict | None:
    """What the frame says, with harmless faults mended; None when it cannot be read."""
    call = framing.parse(frame.request.encode())
    if not isinstance(call, framing.Call):
        return None
    validator = validators("v16")[call.action]
    if validator.is_valid(call.payload) and not call.note:
        return call.payload
    return framing.scrub(mend(call.action, call.payload, validator).payload)


def _mismatches(session: Any, expected: dict[str, Any]) -> Iterator[str]:
    for name, value in expected.items():
        stored = getattr(session, name)
        same = badge_key(stored) == badge_key(value) if name.endswith("id_tag") else stored == value
        if not same:
            yield f"session {session.pk}: {name} is {stored}, the frame says {value}"


def _energy_wh(session: Any, meter_stop_wh: int | None, readings: list[values.Reading]) -> int | None:
    """End minus start of the register, never below zero; None while one of them is unknown."""
    end = meter_stop_wh if meter_stop_wh is not None and meter_stop_wh >= 0 else _last_register(session, readings)
    if end is None or session.meter_start_wh is None:
        return None
    return max(end - session.meter_start_wh, 0)


def _last_register(session: Any, readings: list[values.Reading]) -> int | None:
    """The last register in the stop report itself, else the newest of the session's samples."""
    reported = sorted((r for r in readings if r.energy_wh is not None), key=lambda r: r.sampled_at)
    if reported:
        return reported[-1].energy_wh
    stored = MeterSample.objects.filter(session=session.pk, energy_wh__isnull=False).order_by("-sampled_at")
    return stored.values_list("energy_wh", flat=True).first()
