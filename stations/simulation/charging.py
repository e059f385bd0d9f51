"""The physics of a charging car, as pure functions of time: power curve, energy register, state of charge."""

from dataclasses import dataclass
from typing import Literal

MAINS_VOLTAGE_V = 230.0
CABLE_RESISTANCE_OHM = 0.06
MINIMUM_CURRENT_A = 6.0
"""Below this current IEC 61851 knows no charging: a lower limit suspends the session."""
MINIMUM_DC_POWER_W = 1_000.0
STEP_S = 10.0
"""Longest span over which power is taken as constant."""


@dataclass(frozen=True)
class Outlet:
    """What one connector can give: AC power over all its phases, or DC power."""

    current_type: Literal["AC", "DC"]
    maximum_power_w: int
    phases: int = 3

    def power_on(self, phases: int) -> float:
        """The most power a session on ``phases`` phases gets."""
        return self.maximum_power_w * (1.0 if self.current_type == "DC" else phases / self.phases)

    def minimum_power_w(self, phases: int) -> float:
        """The least power a session on ``phases`` phases can run at."""
        return MINIMUM_DC_POWER_W if self.current_type == "DC" else MINIMUM_CURRENT_A * MAINS_VOLTAGE_V * phases


@dataclass
class Car:
    """A plugged-in car; ``charge_wh`` grows while it charges, up to ``target`` (share of the capacity)."""

    capacity_wh: int
    charge_wh: float
    maximum_ac_w: int = 11_000
    maximum_dc_w: int = 150_000
    phases: int = 3
    target: float = 1.0

    @property
    def state_of_charge(self) -> float:
        """Share of the capacity that is filled, 0 to 1."""
        return min(1.0, self.charge_wh / self.capacity_wh)

    @property
    def is_full(self) -> bool:
        """Whether the car wants no more."""
        return self.room_wh < 1.0

    @property
    def room_wh(self) -> float:
        """Energy until the car wants no more."""
        return max(0.0, self.target * self.capacity_wh - self.charge_wh)

    def acceptance_w(self, outlet: Outlet) -> float:
        """Power the car asks for at its present state of charge, whatever the outlet could give."""
        if self.is_full:
            return 0.0
        if outlet.current_type == "DC":
            return self.maximum_dc_w * dc_taper(self.state_of_charge)
        share_of_phases = min(self.phases, outlet.phases) / self.phases
        return self.maximum_ac_w * share_of_phases * ac_taper(self.state_of_charge)


def dc_taper(state_of_charge: float) -> float:
    """Share of its top power a car takes from a DC charger: all up to half full, then less and less."""
    if state_of_charge <= 0.5:
        return 1.0
    if state_of_charge <= 0.8:
        return 1.0 - (state_of_charge - 0.5) * 2.0
    return max(0.04, 0.4 - (state_of_charge - 0.8) * 1.8)


def ac_taper(state_of_charge: float) -> float:
    """Share of its top power a car takes on AC: all, until the last three percent."""
    return 1.0 if state_of_charge <= 0.97 else max(0.4, 1.0 - (state_of_charge - 0.97) * 20.0)


@dataclass(frozen=True)
class Reading:
    """What the connector's meter shows at one moment."""

    energy_wh: int
    power_w: float
    current_type: Literal["AC", "DC"]
    phases: int
    voltage_v: float
    state_of_charge: float

    @property
    def current_a(self) -> float:
        """Current in each used phase, or in the DC cable."""
        return self.power_w / (self.voltage_v * self.phases)


@dataclass
class Charge:
    """A car at an outlet. ``limit_w`` is the power allowed now (None: no limit); change it after ``advance``."""

    car: Car
    outlet: Outlet
    register_wh: float
    limit_w: float | None = None

    @property
    def phases(self) -> int:
        """Phases in use; 1 for DC."""
        return 1 if self.outlet.current_type == "DC" else min(self.car.phases, self.outlet.phases)

    @property
    def is_held_back(self) -> bool:
        """Whether the limit leaves too little to charge at all."""
        return self.limit_w is not None and self.limit_w < self.outlet.minimum_power_w(self.phases)

    @property
    def power_w(self) -> float:
        """Power that flows now."""
        if self.is_held_back:
            return 0.0
        available = self.outlet.power_on(self.phases)
        allowed = available if self.limit_w is None else min(available, self.limit_w)
        return min(allowed, self.car.acceptance_w(self.outlet))

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass: energy flows from the meter into the car."""
        while seconds > 0 and self.power_w > 0:
            step = min(seconds, STEP_S)
            energy_wh = min(self.power_w * step / 3600, self.car.room_wh)
            self.car.charge_wh += energy_wh
            self.register_wh += energy_wh
            seconds -= step

    def reading(self) -> Reading:
        """What the meter shows now."""
        return Reading(
            energy_wh=int(self.register_wh),
            power_w=self.power_w,
            current_type=self.outlet.current_type,
            phases=self.phases,
            voltage_v=self._voltage_v(),
            state_of_charge=self.car.state_of_charge,
        )

    def _voltage_v(self) -> float:
        if self.outlet.current_type == "DC":
            return 350.0 + 80.0 * self.car.state_of_charge
        return MAINS_VOLTAGE_V - CABLE_RESISTANCE_OHM * self.power_w / (MAINS_VOLTAGE_V * self.phases)


def idle_reading(outlet: Outlet, register_wh: float) -> Reading:
    """What the meter shows while no car is there."""
    is_dc = outlet.current_type == "DC"
    return Reading(int(register_wh), 0.0, outlet.current_type, 1 if is_dc else outlet.phases, MAINS_VOLTAGE_V, 0.0)
