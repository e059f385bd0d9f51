"""Charging sessions: opened once, closed once, whatever a station repeats."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from emobility.common.bulk import Insert, Update, stamp
from emobility.common.writers import Writer
from stations.enums import BadgeStatus, SessionState
from stations.models import ChargingSession, MeterSample
from stations.models.badges import badge_key
from stations.services.authorization import UNKNOWN_BADGE, BadgeVerdict, judge_badges
from stations.services.connectors import ensure_connector, interrupt_sessions, remember_connector
from stations.services.effects import Effect
from stations.services.energy import settle
from stations.services.metering import MeterReading, insert_samples, sample_row
from stations.services.session_lookup import FINAL_STATES, sessions_by_transaction
from stations.services.station_state import OpenSession, StationState

_FIELDS = [
    "station", "connector", "transaction_id", "business_key", "badge", "id_tag", "badge_status", "state",
    "review_reason", "started_at", "stopped_at", "meter_start_wh", "meter_stop_wh", "energy_wh", "stop_reason",
    "stop_id_tag", "received_at", "reservation_id",
]  # fmt: skip
# The update that changes nothing makes a repeated start RETURN the row it opened the first time.
_open = Insert(
    ChargingSession,
    _FIELDS,
    conflict="ON CONFLICT (station_id, business_key) DO UPDATE SET business_key = excluded.business_key",
    returning="station_id, business_key, id, transaction_id, badge_status, state, meter_start_wh",
)
_close = Update(
    ChargingSession,
    [
        "state",
        "review_reason",
        "stopped_at",
        "meter_stop_wh",
        "energy_wh",
        "power_w",
        "stop_reason",
        "stop_id_tag",
        "id",
    ],
    condition="state IN ('active', 'interrupted')",
)


def business_key(*parts: object) -> str:
    """Fingerprint of what a station reported; equal reports have equal keys, whatever their message id."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def new_transaction_id() -> str:
    """A transaction id no other station can guess: random, positive, 31 bits (OCPP 1.6 §7.47 integer)."""
    return str(secrets.randbelow(2**31 - 1) + 1)


@dataclass(slots=True)
class StartSession(Effect):
    """StartTransaction.

    ``report`` is what makes two starts the same start. ``clock_trusted`` is False where the station has no
    usable clock: then the report of its next session may look the same, and the number of
    sessions finished on the connector tells them apart.
    """

    order = 2
    station_id: int
    number: int
    connector_id: int | None
    id_tag: str
    report: tuple
    clock_trusted: bool
    started_at: datetime
    received_at: datetime
    meter_start_wh: int | None
    reservation_id: int | None
    replaces: OpenSession | None
    remark: str = ""
    session_id: int = 0
    is_new: bool = False
    transaction_id: str = ""
    verdict: BadgeVerdict = UNKNOWN_BADGE
    running: bool = False
    connector_is_new: bool = False

    @classmethod
    def prepare(cls, effects: Sequence["StartSession"]) -> None:
        """Make the connectors seen for the first time."""
        for effect in effects:
            if effect.connector_id is None or effect.connector_is_new:
                effect.connector_is_new = True  # made again when the transaction is tried again
                effect.connector_id = ensure_connector(effect.station_id, effect.number)

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence["StartSession"]) -> None:
        """Open the sessions; a repeated start finds the one it opened before."""
        verdicts = judge_badges(writer, ((e.station_id, e.id_tag) for e in effects))
        by_key = {(e.station_id, e._key()): e for e in effects}
        rows = [e._row(key, verdicts[e.station_id, e.id_tag]) for (_, key), e in by_key.items()]
        for station_id, key, *opened in _open(writer, rows):
            by_key[station_id, key]._opened(*opened)
        interrupt_sessions([e.replaces.pk for e in effects if e.replaces and e.is_new])

    def _key(self) -> str:
        if self.clock_trusted:
            return business_key("start", *self.report)
        on_connector = ChargingSession.objects.filter(station=self.station_id, connector=self.connector_id)
        finished = on_connector.filter(state__in=FINAL_STATES).count()
        return business_key("start", *self.report, finished)

    def _row(self, key: str, verdict: BadgeVerdict) -> list:
        self.verdict, self.transaction_id = verdict, new_transaction_id()
        return [
            self.station_id, self.connector_id, self.transaction_id, key, verdict.badge_id, self.id_tag,
            verdict.status.value, SessionState.ACTIVE.value, self.remark, stamp(self.started_at), None,
            self.meter_start_wh, None, 0, "", "", stamp(self.received_at), self.reservation_id,
        ]  # fmt: skip

    def _opened(self, pk: int, transaction_id: str, badge_status: str, state: str, meter_start_wh: int | None) -> None:
        self.is_new = transaction_id == self.transaction_id
        self.session_id, self.transaction_id, self.meter_start_wh = pk, transaction_id, meter_start_wh
        self.verdict = self.verdict._replace(status=BadgeStatus(badge_status))
        self.running = state == SessionState.ACTIVE

    def remember(self, state: StationState) -> None:
        """The session now runs on its connector."""
        connector = remember_connector(state, self.number, self.connector_id)
        if not self.running or self.transaction_id in state.sessions:
            return
        session = OpenSession(
            self.session_id, self.transaction_id, self.number, self.id_tag, self.verdict.status.value, self.started_at,
            self.meter_start_wh, self.remark,
        )  # fmt: skip
        state.sessions[self.transaction_id] = connector.session = session

    @property
    def live_names(self) -> tuple[str, ...]:
        return ("sessions",)


@dataclass(slots=True)
class StopSession(Effect):
    """StopTransaction.

    ``session`` is the one it ends, where the connection remembers it; else ``transaction_id`` is looked up, "" where
    the station sent none of ours (absent, 0, −1 …).
    """

    station_id: int
    session: OpenSession | None
    transaction_id: str
    report: tuple
    id_tag: str
    stopped_at: datetime
    received_at: datetime
    meter_stop_wh: int | None
    reason: str
    readings: Sequence[MeterReading] = field(default_factory=list)
    verdict: BadgeVerdict | None = None

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence["StopSession"]) -> None:
        """Close the sessions; one that is closed already stays as it is, an unknown one is kept for review."""
        cls._judge(writer, effects)
        asked = [(e.station_id, e.transaction_id) for e in effects if e.session is None and e.transaction_id]
        stored = sessions_by_transaction(writer, asked, lock=True)
        closed, samples, orphans = [], [], []
        for effect in effects:
            found = stored.get((effect.station_id, effect.transaction_id))
            if not effect.transaction_id and effect._is_repeated():
                continue
            session = effect.session or (found.session if found else None)
            if session is None:
                orphans.append(effect._orphan_row())
                continue
            samples += [sample_row(effect.station_id, session.connector_number, session.pk, r) for r in effect.readings]
            if found is None or not found.is_final:
                closed.append(effect._closing_row(session))
        _close(writer, closed)
        _open(writer, orphans)
        insert_samples(writer, samples)

    @classmethod
    def _judge(cls, writer: Writer, effects: Sequence["StopSession"]) -> None:
        """A badge that ends its own session gets the answer it got at the start; others are looked up."""
        others = []
        for effect in effects:
            if effect.session and badge_key(effect.id_tag) == badge_key(effect.session.id_tag):
                effect.verdict = BadgeVerdict(BadgeStatus(effect.session.badge_status))
            elif effect.id_tag:
                others.append(effect)
        verdicts = judge_badges(writer, ((e.station_id, e.id_tag) for e in others), may_start=False)
        for effect in others:
            effect.verdict = verdicts[effect.station_id, effect.id_tag]

    def _is_repeated(self) -> bool:
        """A stop without a transaction id is known again by its values; then it must not end what runs now."""
        ended = ChargingSession.objects.filter(
            station=self.station_id,
            state__in=FINAL_STATES,
            stopped_at=self.stopped_at,
            meter_stop_wh=self.meter_stop_wh,
            stop_id_tag=self.id_tag,
        ).first()
        if ended and self.session and self.session.pk != ended.pk:
            self.session = None
        return ended is not None

    def _closing_row(self, session: OpenSession) -> list:
        result = settle(
            start_wh=session.meter_start_wh,
            stop_wh=self.meter_stop_wh,
            last_wh=self._last_register(session),
            started_at=session.started_at,
            stopped_at=self.stopped_at,
        )
        reason = session.remark or result.review_reason
        if not reason and result.energy_wh and session.badge_status != BadgeStatus.ACCEPTED:
            reason = "Energy was delivered although the badge was not accepted."
        state = SessionState.REVIEW if reason else SessionState.ENDED
        stopped_at = max(self.stopped_at, session.started_at)
        return [
            state.value, reason, stamp(stopped_at), self.meter_stop_wh, result.energy_wh, None,
            self.reason, self.id_tag, session.pk,
        ]  # fmt: skip

    def _last_register(self, session: OpenSession) -> int | None:
        if self.meter_stop_wh is not None and self.meter_stop_wh >= 0:
            return None
        registers: list[int | None] = [r.energy_wh for r in self.readings if r.energy_wh is not None]
        stored = MeterSample.objects.filter(
            station=self.station_id,
            connector_number=session.connector_number,
            session=session.pk,
            energy_wh__isnull=False,
        ).order_by("-sampled_at")
        last = registers[-1:] or [s.energy_wh for s in stored[:1]]
        return last[0] if last else None

    def _orphan_row(self) -> list:
        """A stop without its start: kept as a session an operator must look at, never dropped."""
        key, at = business_key("stop", self.transaction_id, *self.report), stamp(self.stopped_at)
        return [
            self.station_id, None, new_transaction_id(), key, None, self.id_tag, BadgeStatus.INVALID.value,
            SessionState.REVIEW.value, "The station reported a stop for which no start was received.", at, at,
            None, self.meter_stop_wh, None, self.reason, self.id_tag, stamp(self.received_at), None,
        ]  # fmt: skip

    def remember(self, state: StationState) -> None:
        """The session no longer runs."""
        state.close(self.session or state.sessions.get(self.transaction_id))

    @property
    def live_names(self) -> tuple[str, ...]:
        return ("sessions",)
