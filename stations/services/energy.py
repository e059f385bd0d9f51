"""How much energy a session delivered, from its meter register. Pure."""

from datetime import datetime
from typing import NamedTuple

MAX_PLAUSIBLE_W = 1_500_000
"""No connector delivers more; an average above it means a wrong register."""


class Settlement(NamedTuple):
    """Energy in Wh (None: cannot be told) and, when a person should look, why."""

    energy_wh: int | None
    review_reason: str = ""


def energy_between(start_wh: int | None, register_wh: int | None) -> int | None:
    """Energy up to ``register_wh``, in Wh; None while either end is unknown or the register ran backwards."""
    if start_wh is None or register_wh is None or register_wh < start_wh:
        return None
    return register_wh - start_wh


def settle(
    *, start_wh: int | None, stop_wh: int | None, last_wh: int | None, started_at: datetime, stopped_at: datetime
) -> Settlement:
    """The final energy of a session.

    ``stop_wh`` is the register of the stop report; where a station does not know it (absent or −1) the last
    register of the session's samples, ``last_wh``, stands in. A register that is one step below the start is a
    known rounding of some stations and counts as no energy.
    """
    stop_wh = last_wh if stop_wh is None or stop_wh < 0 else stop_wh
    if start_wh is None or stop_wh is None:
        return Settlement(None, "The station reported no usable meter value.")
    if stop_wh == start_wh - 1:
        return Settlement(0)
    if stop_wh < start_wh:
        return Settlement(0, "The meter ran backwards: its end is below its start.")
    energy = stop_wh - start_wh
    hours = max((stopped_at - started_at).total_seconds(), 60) / 3600
    if energy / hours > MAX_PLAUSIBLE_W:
        return Settlement(energy, "More energy than any connector can deliver in this time.")
    return Settlement(energy)
