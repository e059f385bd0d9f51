"""Connectors of a station as somebody enters them: what follows from what, and what cannot be."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from stations.catalogue.electricity import (
    phases_problem,
    possible_power_w,
    power_problem,
    station_power_problem,
)
from stations.enums import PhaseRotation

Problems = dict[tuple[int | None, str], list[str]]
"""Sentences by connector number (None: the station) and field."""
NEEDED = ("current_type", "voltage_v", "current_a")
"""The power follows from these and the phases."""
HIGHEST_NUMBER = 200


@dataclass(frozen=True)
class EnteredConnector:
    """One plug; ``current_a`` is per phase."""

    number: int
    evse: int
    type: str = ""
    current_type: str = ""
    phases: int | None = None
    voltage_v: int | None = None
    current_a: float | None = None
    maximum_power_w: int | None = None
    phase_rotation: str = ""


@dataclass(frozen=True)
class EnteredStation:
    """All connectors of a station, and its power as a whole."""

    connectors: tuple[EnteredConnector, ...]
    maximum_power_w: int | None = None
    shares_power: bool = False

    @property
    def evse_powers_w(self) -> list[int]:
        """Power of each EVSE, in watts: it charges one car at a time, so that of its strongest connector."""
        strongest: dict[int, int] = defaultdict(int)
        for connector in self.connectors:
            strongest[connector.evse] = max(strongest[connector.evse], connector.maximum_power_w or 0)
        return [power for _number, power in sorted(strongest.items())]


def completed(entered: EnteredStation) -> EnteredStation:
    """``entered`` with what was left open and follows from the rest: powers, and the phase rotation of one phase or DC."""
    filled = replace(entered, connectors=tuple(map(_completed, entered.connectors)))
    if filled.maximum_power_w is None and not filled.shares_power and all(filled.evse_powers_w):
        filled = replace(filled, maximum_power_w=sum(filled.evse_powers_w) or None)
    return filled


def _completed(connector: EnteredConnector) -> EnteredConnector:
    values: dict[str, Any] = {}
    is_open = connector.maximum_power_w is None and connector.current_type
    if is_open and connector.voltage_v and connector.current_a and not _phases(connector):
        values["maximum_power_w"] = possible_power_w(connector.phases, connector.voltage_v, connector.current_a)
    if not connector.phase_rotation and (connector.current_type == "DC" or connector.phases == 1):
        values["phase_rotation"] = PhaseRotation.NOT_APPLICABLE.value
    return replace(connector, **values)


def problems(entered: EnteredStation) -> Problems:
    """Everything that cannot be as it was entered; empty when all is well. Give it what ``completed`` returns."""
    found: Problems = defaultdict(list)
    if not entered.connectors:
        found[None, "connectors"].append(_("A station has at least one connector."))
    for rule in (_numbers, _each_connector, _one_supply, _whole_station):
        for place, text in rule(entered):
            found[place].append(text)
    return dict(found)


Found = list[tuple[tuple[int | None, str], str]]


def _numbers(entered: EnteredStation) -> Found:
    found: Found = []
    seen = set()
    for connector in entered.connectors:
        if connector.number in seen:
            found.append(((connector.number, "number"), _("Another connector has this number.")))
        seen.add(connector.number)
        for field in ("number", "evse"):
            if not 1 <= getattr(connector, field) <= HIGHEST_NUMBER:
                found.append(((connector.number, field), _("A number from 1 to {most}.").format(most=HIGHEST_NUMBER)))
    return found


def _each_connector(entered: EnteredStation) -> Found:
    found: Found = []
    for connector in entered.connectors:
        missing = [field for field in NEEDED if not getattr(connector, field)]
        found += [((connector.number, field), _("This is needed.")) for field in missing]
        checks: list[tuple[str, Callable[[EnteredConnector], str | None]]] = [
            ("phases", _phases),
            ("phase_rotation", _rotation),
            ("maximum_power_w", _power),
        ]
        found += [((connector.number, field), text) for field, check in checks if (text := check(connector))]
    return found


def _phases(connector: EnteredConnector) -> str | None:
    return phases_problem(connector.current_type, connector.phases)


def _power(connector: EnteredConnector) -> str | None:
    voltage_v, current_a, power_w = connector.voltage_v, connector.current_a, connector.maximum_power_w
    if not (connector.current_type and voltage_v and current_a and power_w) or _phases(connector):
        return None
    return power_problem(connector.current_type, connector.phases, voltage_v, current_a, power_w)


def _rotation(connector: EnteredConnector) -> str | None:
    is_order = connector.phase_rotation not in ("", PhaseRotation.NOT_APPLICABLE)
    if is_order and connector.current_type == "DC":
        return _("DC has no phases: choose “{choice}”.").format(choice=PhaseRotation.NOT_APPLICABLE.label)
    return None


def _one_supply(entered: EnteredStation) -> Found:
    """The AC connectors of an EVSE hang on one supply, so they have its voltage."""
    supplies: dict[int, set[int]] = defaultdict(set)
    for connector in entered.connectors:
        if connector.current_type == "AC" and connector.voltage_v:
            supplies[connector.evse].add(connector.voltage_v)
    text = _("All AC connectors of EVSE {number} have the same voltage.")
    return [
        ((connector.number, "voltage_v"), text.format(number=connector.evse))
        for connector in entered.connectors
        if connector.current_type == "AC" and len(supplies[connector.evse]) > 1
    ]


def _whole_station(entered: EnteredStation) -> Found:
    powers: Sequence[int] = entered.evse_powers_w
    if not powers or not all(powers):
        return []
    if entered.maximum_power_w is None:
        return [((None, "maximum_power_w"), _("Enter the power the EVSEs share."))]
    wrong = station_power_problem(powers, entered.maximum_power_w, is_shared=entered.shares_power)
    return [((None, "maximum_power_w"), wrong)] if wrong else []
