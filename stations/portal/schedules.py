"""Composite schedules as tables; what a station answered may be anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime


@dataclass(frozen=True)
class ScheduleRow:
    """From ``start_s`` seconds after the start of the schedule at most ``limit``, in ``unit``."""

    start_s: int
    start: datetime | None
    limit: Any
    unit: str
    phases: Any


def composite_schedule(response: Any) -> list[ScheduleRow]:
    """The periods of a station's answer; none where it has none, or none that can be read."""
    schedule = response.get("chargingSchedule") if isinstance(response, dict) else None
    if not isinstance(schedule, dict):
        return []
    periods = schedule.get("chargingSchedulePeriod")
    start = _moment(response.get("scheduleStart") or schedule.get("startSchedule"))
    unit = str(schedule.get("chargingRateUnit", ""))
    return [_row(period, start, unit) for period in _dicts(periods)]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _row(period: dict[str, Any], start: datetime | None, unit: str) -> ScheduleRow:
    after = period.get("startPeriod")
    seconds = after if isinstance(after, int) and 0 <= after < 10**9 else 0
    return ScheduleRow(
        seconds,
        start + timedelta(seconds=seconds) if start else None,
        period.get("limit"),
        unit,
        period.get("numberPhases"),
    )


def _moment(text: Any) -> datetime | None:
    """A time with its zone in a year that leaves room for any period."""
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo and 2000 <= moment.year < 2100 else None
