"""Values as stations write them, turned into values we can store: times, badge ids, meter readings.

Nothing here raises for what a station may send; what cannot be used comes back as None or is left out.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from stations.ocpp.framing import scrub

EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
"""No station clock that is set shows an earlier time; many show 1970 before they are synchronised."""
CLOCK_AHEAD = timedelta(days=1)

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*([Zz]|[+-]\d\d:?(?:\d\d)?)?", re.ASCII
)


def text(value: Any, length: int) -> str:
    """``value`` as text that fits a column of ``length``; "" for null and for the placeholder "N/A"."""
    if value is None or value == "":
        return ""
    cleaned = scrub(value if isinstance(value, str) else str(value)).strip()[:length]
    return "" if cleaned == "N/A" else cleaned


def moment(value: Any, now: datetime) -> datetime | None:
    """A station's timestamp in UTC; None when it cannot be read or no set clock shows it.

    A time without a zone is UTC. Fractions beyond microseconds are cut.
    """
    if not isinstance(value, str):
        return None
    result: datetime | None
    try:
        result = datetime.fromisoformat(value)
        result = result.astimezone(UTC) if result.tzinfo else result.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        result = _loosely_written(value)
    return result if result is not None and EARLIEST <= result <= now + CLOCK_AHEAD else None


def _loosely_written(value: str) -> datetime | None:
    """Times the standard library does not read: spaces around, ``+0200`` after a comma fraction, lower case …"""
    match = _TIME.fullmatch(value.strip())
    if match is None:
        return None
    year, month, day, hour, minute = (int(part) for part in match.group(1, 2, 3, 4, 5))
    second, fraction = int(match[6] or 0), int((match[7] or "0").ljust(6, "0")[:6])
    try:
        local = datetime(year, month, day, hour, minute, second, fraction, tzinfo=UTC)
        return local - _offset(match[8])
    except (ValueError, OverflowError):
        return None


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[3:].removeprefix(":") or 0)
    return timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)


def integer(value: Any) -> int | None:
    """A whole number, also when written as text or as 12.0; None otherwise.

    At most 62 bits: the difference of two fits a database column.
    """
    if type(value) is int and -(2**62) < value < 2**62:
        return value
    number = decimal(value)
    return int(number) if number is not None and abs(number) < 2**62 and number == int(number) else None


def decimal(value: Any) -> float | int | None:
    """A finite number, also when written as text with spaces around; None otherwise."""
    if type(value) is int:
        return value
    if type(value) is str:
        try:
            value = float(value) if "_" not in value and len(value) <= 40 else None
        except ValueError:
            return None
    return value if type(value) is float and -1e300 < value < 1e300 else None


@dataclass(slots=True)
class Reading:
    """The measurands of one moment that we use; units in the names."""

    sampled_at: datetime
    context: str
    energy_wh: int | None = None
    power_w: int | None = None
    current_a: float | None = None
    voltage_v: float | None = None
    soc_percent: float | None = None


def readings(meter_values: Any, now: datetime) -> list[Reading]:
    """The readings in a ``meterValue`` array (OCPP 1.6 §7.33), oldest first; moments that carry nothing we use are left out."""
    found = []
    for entry in meter_values if isinstance(meter_values, list) else [meter_values]:
        if isinstance(entry, dict):
            reading = _reading(entry, now)
            if reading is not None:
                found.append(reading)
    if len(found) > 1:
        found.sort(key=lambda reading: reading.sampled_at)
    return found


def _reading(entry: dict, now: datetime) -> Reading | None:
    samples = entry.get("sampledValue")
    found: dict[str, float] = {}
    phases: dict[str, dict[str, float]] = {}
    context = _collect(found, phases, samples if type(samples) is list else [samples])
    if not found and not phases:
        return None
    for measurand, by_phase in phases.items():
        # A value without a phase is the total; phases alone add up, but the largest current is what loads a fuse.
        values = list(by_phase.values())
        combined = max(values) if measurand == _CURRENT else values[0] if measurand in _EQUAL else sum(values)
        low, high = _PLAUSIBLE[measurand]
        if low <= combined <= high:
            found.setdefault(measurand, combined)
    energy, power = found.get(_ENERGY), found.get(_POWER)
    return Reading(
        moment(entry.get("timestamp"), now) or now,
        context if type(context) is str and context in _CONTEXTS else text(context, 20),
        None if energy is None else round(energy),
        None if power is None else round(power),
        found.get(_CURRENT),
        found.get(_VOLTAGE),
        found.get(_SOC),
    )


def _collect(found: dict[str, float], phases: dict[str, dict[str, float]], samples: list) -> Any:
    """Take what we use of the sampled values, in our units; returns the context of the first."""
    context = None
    for sample in samples:
        if type(sample) is not dict:
            continue
        get = sample.get
        traits = (get("measurand"), get("unit"), get("phase"), get("location"), get("format"))
        try:
            use = _USES[traits] if traits in _USES else _learn(traits)
            value = float(get("value", ""))
        except (TypeError, ValueError, OverflowError):
            continue
        if use is None:
            continue
        measurand, phase, factor, low, high = use
        if not low <= value <= high:
            continue
        if phase:
            phases.setdefault(measurand, {})[phase] = value * factor
        else:
            found[measurand] = value * factor
        if context is None:
            context = get("context")
    return context


class _Use(NamedTuple):
    """What to do with the values of one kind of sample: multiply by ``factor``, believe within ``low`` and ``high``."""

    measurand: str
    phase: str
    factor: int
    low: float
    high: float


_USES: dict[tuple, _Use | None] = {}
"""Kinds of samples met so far; a station sends the same few over and over."""
_MAX_USES = 2000
_MAX_PHASE = 10


def _learn(traits: tuple) -> _Use | None:
    use = _use_of(*traits)
    if use is not None and len(use.phase) <= _MAX_PHASE and len(_USES) < _MAX_USES:
        _USES[traits] = use
    return use


def _use_of(measurand: Any, unit: Any, phase: Any, location: Any, format: Any) -> _Use | None:
    measurand, phase = measurand or _ENERGY, phase or ""
    factor = _FACTORS.get((measurand, unit or ""))
    if factor is None or format == "SignedData" or location not in _LOCATIONS or phase == "N":
        return None
    low, high = _PLAUSIBLE[measurand]
    return _Use(measurand, str(phase), factor, low / factor, high / factor)


_ENERGY, _POWER, _CURRENT = "Energy.Active.Import.Register", "Power.Active.Import", "Current.Import"
_VOLTAGE, _SOC = "Voltage", "SoC"
_EQUAL = (_VOLTAGE, _SOC)
"""Measurands of which every phase shows about the same."""
_CONTEXTS = frozenset({"Sample.Periodic", "Sample.Clock", "Transaction.Begin", "Transaction.End", "Trigger", "Other"})
_LOCATIONS = (None, "Outlet", "Cable", "EV")
_FACTORS = {
    (_ENERGY, ""): 1,
    (_ENERGY, "Wh"): 1,
    (_ENERGY, "kWh"): 1000,
    (_POWER, ""): 1,
    (_POWER, "W"): 1,
    (_POWER, "kW"): 1000,
    (_CURRENT, ""): 1,
    (_CURRENT, "A"): 1,
    (_VOLTAGE, ""): 1,
    (_VOLTAGE, "V"): 1,
    (_SOC, ""): 1,
    (_SOC, "Percent"): 1,
    (_SOC, "%"): 1,
}
"""Measurands we use, and the factor from each of their units to ours (Wh, W, A, V, %)."""
_PLAUSIBLE = {
    _ENERGY: (-(2**62), 2**62),
    _POWER: (0, 2**31 - 1),
    _CURRENT: (0, 1e6),
    _VOLTAGE: (0, 1e6),
    _SOC: (0, 100),
}
