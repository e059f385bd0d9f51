"""Charging profiles of one station and the limit they add up to (OCPP 1.6 §3.13, §7.8). Pure functions of time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from stations.simulation.charging import MAINS_VOLTAGE_V
from stations.simulation.clock import parse_timestamp, timestamp
from stations.simulation.transaction import Transaction

RECURRENCE = {"Daily": timedelta(days=1), "Weekly": timedelta(weeks=1)}
MAXIMUM_STACK_LEVEL = 8
MAXIMUM_PERIODS = 24


@dataclass(frozen=True)
class Period:
    """From ``start`` (since the schedule's start) on, at most ``limit_w``."""

    start: timedelta
    limit_w: float


@dataclass(frozen=True)
class Profile:
    """One charging profile, its limits in watts whatever unit it came in."""

    id: int
    stack_level: int
    purpose: str
    kind: str
    periods: tuple[Period, ...]
    duration: timedelta | None = None
    start: datetime | None = None
    recurrence: timedelta | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction_id: int | None = None

    def limit_w(self, at: datetime, session_start: datetime | None) -> float | None:
        """The limit at ``at``; None when the profile says nothing about that moment."""
        begin = self.schedule_start(at, session_start)
        if begin is None or not self.is_valid(at):
            return None
        passed = at - begin
        if passed < timedelta(0) or (self.duration is not None and passed >= self.duration):
            return None
        return next((period.limit_w for period in reversed(self.periods) if period.start <= passed), None)

    def is_valid(self, at: datetime) -> bool:
        """Whether ``at`` is within validFrom and validTo."""
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at < self.valid_to)

    def schedule_start(self, at: datetime, session_start: datetime | None) -> datetime | None:
        """When the schedule that covers ``at`` began; None when it has nothing to begin with."""
        if self.kind == "Relative":
            return session_start
        start = self.start or session_start
        if start is None or self.recurrence is None or at < start:
            return start
        return start + (at - start) // self.recurrence * self.recurrence

    def boundaries(self, begin: datetime, session_start: datetime | None) -> Iterator[datetime]:
        """The moments after ``begin`` at which the limit may change, within one recurrence."""
        yield from (moment for moment in (self.valid_from, self.valid_to) if moment)
        start = self.schedule_start(begin, session_start)
        if start is None:
            return
        for base in (start, start + self.recurrence) if self.recurrence else (start,):
            yield from (base + period.start for period in self.periods)
            if self.duration is not None:
                yield base + self.duration


def parse_profile(raw: dict[str, Any], *, phases: int = 3) -> Profile:
    """Read a csChargingProfiles element; amperes become watts over a period's phases. Raises KeyError, ValueError."""
    schedule = raw["chargingSchedule"]
    return Profile(
        id=raw["chargingProfileId"],
        stack_level=raw["stackLevel"],
        purpose=raw["chargingProfilePurpose"],
        kind=raw["chargingProfileKind"],
        periods=tuple(parse_periods(schedule, phases)),
        duration=timedelta(seconds=schedule["duration"]) if "duration" in schedule else None,
        start=parse_moment(schedule.get("startSchedule")),
        recurrence=RECURRENCE[raw["recurrencyKind"]] if raw["chargingProfileKind"] == "Recurring" else None,
        valid_from=parse_moment(raw.get("validFrom")),
        valid_to=parse_moment(raw.get("validTo")),
        transaction_id=raw.get("transactionId"),
    )


def parse_periods(schedule: dict[str, Any], phases: int) -> Iterator[Period]:
    """The periods of a schedule in watts."""
    per_ampere = MAINS_VOLTAGE_V if schedule["chargingRateUnit"] == "A" else None
    for raw in schedule["chargingSchedulePeriod"]:
        factor = per_ampere * raw.get("numberPhases", phases) if per_ampere else 1.0
        yield Period(timedelta(seconds=raw["startPeriod"]), raw["limit"] * factor)


def parse_moment(text: str | None) -> datetime | None:
    """An optional RFC 3339 time."""
    return parse_timestamp(text) if text else None


@dataclass
class Profiles:
    """The profiles a station holds, by connector (0: the whole station)."""

    by_connector: dict[int, list[Profile]] = field(default_factory=dict)

    def install(self, connector: int, profile: Profile) -> None:
        """Keep ``profile``; it replaces one of the same id, or of the same purpose and stack level there."""
        for number, held in self.by_connector.items():
            self.by_connector[number] = [
                other
                for other in held
                if other.id != profile.id and not (number == connector and same_place(other, profile))
            ]
        self.by_connector.setdefault(connector, []).append(profile)

    def clear(self, **criteria: Any) -> bool:
        """Drop the profiles that match every given criterion (``id connector purpose stack_level``); False if none."""
        connector = criteria.pop("connector", None)
        found = False
        for number, held in self.by_connector.items():
            if connector is not None and number != connector:
                continue
            kept = [p for p in held if any(getattr(p, name) != value for name, value in criteria.items())]
            found |= len(kept) < len(held)
            self.by_connector[number] = kept
        return found

    def end_session(self, connector: int) -> None:
        """Drop the TxProfiles of a connector: they live as long as the session."""
        self.by_connector[connector] = [p for p in self.by_connector.get(connector, []) if p.purpose != "TxProfile"]

    def station_limit_w(self, at: datetime) -> float | None:
        """What ChargePointMaxProfile allows the whole station."""
        return highest(self._held(0, "ChargePointMaxProfile"), at, None)

    def connector_limit_w(self, connector: int, at: datetime, session: Transaction | None) -> float | None:
        """What the TxProfile, else the TxDefaultProfile, allows one connector."""
        started_at = session.started_at if session else None
        own = highest(self._tx_profiles(connector, session), at, started_at)
        if own is not None:
            return own
        defaults = self._held(connector, "TxDefaultProfile") + self._held(0, "TxDefaultProfile")
        return highest(defaults, at, started_at)

    def limit_w(self, connector: int, at: datetime, session: Transaction | None, sharing: int = 1) -> float | None:
        """The limit in force; ``sharing`` connectors share what the station may take. None: no limit."""
        station = self.station_limit_w(at)
        if connector == 0:
            return station
        share = None if station is None else station / sharing
        limits = [limit for limit in (share, self.connector_limit_w(connector, at, session)) if limit is not None]
        return min(limits, default=None)

    def composite(
        self, connector: int, at: datetime, duration: timedelta, session: Transaction | None, *, ceiling_w: float
    ) -> list[Period]:
        """The limits of the next ``duration`` as periods; ``ceiling_w`` is what the hardware can give."""
        end, started_at = at + duration, session.started_at if session else None
        held = [*self.by_connector.get(0, []), *(self.by_connector.get(connector, []) if connector else [])]
        moments = {moment for profile in held for moment in profile.boundaries(at, started_at) if at < moment < end}
        periods: list[Period] = []
        for moment in (at, *sorted(moments)):
            limit = self.limit_w(connector, moment, session)
            allowed_w = ceiling_w if limit is None else min(limit, ceiling_w)
            if not periods or periods[-1].limit_w != allowed_w:
                periods.append(Period(moment - at, allowed_w))
        return periods

    def _held(self, connector: int, purpose: str) -> list[Profile]:
        return [profile for profile in self.by_connector.get(connector, []) if profile.purpose == purpose]

    def _tx_profiles(self, connector: int, session: Transaction | None) -> list[Profile]:
        if session is None:
            return []
        return [p for p in self._held(connector, "TxProfile") if p.transaction_id in (None, session.id)]


def same_place(one: Profile, other: Profile) -> bool:
    """Whether one profile replaces the other on the same connector."""
    return (one.purpose, one.stack_level) == (other.purpose, other.stack_level)


def highest(profiles: list[Profile], at: datetime, session_start: datetime | None) -> float | None:
    """The limit of the profile with the highest stack level that covers ``at``; the first of equals."""
    for profile in sorted(profiles, key=lambda profile: -profile.stack_level):
        limit = profile.limit_w(at, session_start)
        if limit is not None:
            return limit
    return None


def schedule_payload(periods: list[Period], at: datetime, duration: timedelta, unit: str) -> dict[str, Any]:
    """A chargingSchedule element of ``periods`` in ``unit`` (W, or A over three phases)."""
    factor = 1.0 if unit == "W" else 1 / (3 * MAINS_VOLTAGE_V)
    return {
        "startSchedule": timestamp(at),
        "duration": int(duration.total_seconds()),
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [
            {"startPeriod": int(period.start.total_seconds()), "limit": round(period.limit_w * factor, 1)}
            for period in periods
        ],
    }
