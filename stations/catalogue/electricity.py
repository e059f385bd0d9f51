"""What phases, voltage, current and power of connectors and stations have to do with each other."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

TOLERANCE = 0.05
"""Nominal powers are rounded: 22 kW is 3 × 230 V × 32 A = 22 080 W."""


def possible_power_w(phases: int | None, voltage_v: float, current_a: float) -> int:
    """Power that voltage and current give, in watts; ``phases`` None for DC."""
    return round((phases or 1) * voltage_v * current_a)


def phases_problem(current_type: str, phases: int | None) -> str | None:
    """What is wrong with the number of phases; None when nothing is."""
    if current_type == "AC" and phases is None:
        return _("AC has one, two or three phases: say how many.")
    if current_type == "DC" and phases is not None:
        return _("DC has no phases: leave it empty.")
    return None


def power_problem(
    current_type: str, phases: int | None, voltage_v: float, current_a: float, power_w: int
) -> str | None:
    """Why a connector cannot have this power; None when it can. A DC output may be weaker than voltage times current."""
    possible = possible_power_w(phases, voltage_v, current_a)
    if power_w > possible * (1 + TOLERANCE):
        return _("{power} W is more than the {possible} W that voltage and current give.").format(
            power=power_w, possible=possible
        )
    if current_type == "AC" and power_w < possible * (1 - TOLERANCE):
        return _("{power} W is less than the {possible} W that voltage and current give.").format(
            power=power_w, possible=possible
        )
    return None


def station_power_problem(evse_powers_w: Sequence[int], power_w: int, *, is_shared: bool) -> str | None:
    """Why a station with EVSEs of these powers cannot have ``power_w`` in all; None when it can."""
    together, strongest = sum(evse_powers_w), max(evse_powers_w)
    if not is_shared:
        if abs(power_w - together) <= together * TOLERANCE:
            return None
        text = _("Without sharing, the station has the power of its EVSEs together: {together} W.")
        return text.format(together=together)
    if strongest * (1 - TOLERANCE) <= power_w < together:
        return None
    text = _(
        "A shared power is at least that of the strongest EVSE, {strongest} W, and less than all together, {together} W."
    )
    return text.format(strongest=strongest, together=together)
