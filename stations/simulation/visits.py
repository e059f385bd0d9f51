"""Who comes to charge: drawn at random, the same every time for the same seed."""

import math
import random
from dataclasses import dataclass
from typing import Any

from stations.simulation.charging import Car, Outlet

FIRST_PAUSE_S = (2.0, 90.0)
PAUSE_S = (60.0, 600.0)
STAY_S = (600.0, 3_600.0)
MESSAGES_PER_VISIT = 8
"""Authorize, StartTransaction, StopTransaction and five StatusNotifications."""
FAULT_SHARE = 0.03
FAULTS = ("ConnectorLockFailure", "GroundFailure", "HighTemperature", "OverCurrentFailure", "PowerMeterFailure")
CAPACITIES_WH = (40_000, 58_000, 77_000, 100_000)
AC_CHARGERS = ((7_400, 1), (11_000, 3), (11_000, 3), (22_000, 3))


@dataclass(frozen=True)
class Visit:
    """One driver's stop at a connector. ``is_authorized``: the central system started it, the badge needs no check."""

    car: Car
    badge: str
    stay_s: float
    leaves_with: str
    is_authorized: bool = False
    profile: dict[str, Any] | None = None


class Drivers:
    """The drivers who come to one connector: by themselves (``come``), or only when the central system sends one."""

    def __init__(self, seed: str, badge: str, *, come: bool = True) -> None:
        self._come = come
        self._random = random.Random(seed)
        self._badge = badge
        self._is_first = True

    def pause_s(self) -> float:
        """How long the connector stays free; short before the first driver, for ever when none comes by himself."""
        if not self._come:
            return math.inf
        bounds, self._is_first = (FIRST_PAUSE_S if self._is_first else PAUSE_S), False
        return self._random.uniform(*bounds)

    def handling_s(self) -> float:
        """How long plugging in or out takes."""
        return self._random.uniform(2.0, 15.0)

    def visit(self) -> Visit:
        """The next driver who comes by."""
        stay_s = self._random.uniform(*STAY_S)
        return Visit(self.car(), self._badge, stay_s, self._random.choice(("EVDisconnected", "Local")))

    def remote_visit(self, badge: str, profile: dict[str, Any] | None, *, is_authorized: bool) -> Visit:
        """A driver the central system starts a session for."""
        stay_s = self._random.uniform(*STAY_S)
        return Visit(self.car(), badge, stay_s, "EVDisconnected", is_authorized, profile)

    def car(self) -> Car:
        """A car that has driven here."""
        capacity_wh = self._random.choice(CAPACITIES_WH)
        ac_power_w, phases = self._random.choice(AC_CHARGERS)
        return Car(
            capacity_wh=capacity_wh,
            charge_wh=capacity_wh * self._random.uniform(0.08, 0.75),
            maximum_ac_w=ac_power_w,
            maximum_dc_w=self._random.choice((50_000, 100_000, 170_000)),
            phases=phases,
            target=self._random.choice((0.8, 1.0)),
        )

    def fault(self) -> str | None:
        """The error code of a fault that shows now; mostly None."""
        return self._random.choice(FAULTS) if self._random.random() < FAULT_SHARE else None


def messages_per_second(*, connectors: int, sample_interval_s: float) -> float:
    """Messages of so many connectors in a second of station time, on average."""
    stay_s = sum(STAY_S) / 2
    samples = stay_s / sample_interval_s if sample_interval_s else 0
    return connectors * (MESSAGES_PER_VISIT + samples) / (stay_s + sum(PAUSE_S) / 2)


def installed_outlet(seed: str) -> Outlet:
    """What kind of connectors a station has."""
    outlets = (
        Outlet("AC", 11_000),
        Outlet("AC", 22_000),
        Outlet("AC", 22_000),
        Outlet("DC", 50_000),
        Outlet("DC", 150_000),
    )
    return random.Random(seed).choice(outlets)
