"""Where entering a station's connectors can start: common kinds of connectors, and models of the catalogue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from stations.catalogue.documents import ModelDocument
from stations.catalogue.patterns import fits
from stations.configuration.electrical import EnteredConnector, EnteredStation
from stations.enums import ConnectorType

Places = Sequence[tuple[int, int]]
"""Number of each connector, and of its EVSE."""


@dataclass(frozen=True)
class Preset:
    """A common kind of connector; ``facts`` has no number of its own."""

    name: str
    label: Any
    meaning: Any
    facts: EnteredConnector


def _ac(
    name: str, phases: int, current_a: float, label: Any, meaning: Any, kind: ConnectorType = ConnectorType.TYPE_2
) -> Preset:
    facts = EnteredConnector(1, 1, kind.value, "AC", phases, voltage_v=230, current_a=current_a)
    return Preset(name, label, meaning, facts)


def _dc(name: str, current_a: float, power_w: int, label: Any, meaning: Any) -> Preset:
    kind = ConnectorType.CCS_2.value
    facts = EnteredConnector(1, 1, kind, "DC", voltage_v=400, current_a=current_a, maximum_power_w=power_w)
    return Preset(name, label, meaning, facts)


PRESETS = (
    _ac("type-2-22", 3, 32, _("22 kW wallbox"), _("Type 2, three phases, 32 A.")),
    _ac("type-2-11", 3, 16, _("11 kW wallbox"), _("Type 2, three phases, 16 A.")),
    _ac("type-2-7", 1, 32, _("7.4 kW wallbox"), _("Type 2, one phase, 32 A.")),
    _ac(
        "domestic-4",
        1,
        16,
        _("3.7 kW household socket"),
        _("Schuko, type E or similar; one phase, 16 A."),
        ConnectorType.DOMESTIC,
    ),
    _dc("ccs-50", 125, 50_000, _("50 kW fast charger"), _("CCS 2, direct current: 125 A at 400 V.")),
    _dc("ccs-150", 375, 150_000, _("150 kW fast charger"), _("CCS 2, direct current: 375 A at 400 V.")),
)


def preset_named(name: str) -> Preset | None:
    """The preset with the name, if there is one."""
    return next((preset for preset in PRESETS if preset.name == name), None)


def like_preset(preset: Preset, places: Places) -> EnteredStation:
    """A station with such a connector at each of ``places``; powers that follow from the rest are left open."""
    rows = [replace(preset.facts, number=number, evse=evse) for number, evse in places]
    return EnteredStation(tuple(rows))


def like_model(document: ModelDocument, places: Places) -> EnteredStation:
    """A station with the model's connectors; where others were reported, each gets the facts of one the model has."""
    known = _connectors(document)
    if not places or {number for number, _evse in places} == known.keys():
        return EnteredStation(tuple(known.values()), document.maximum_power_w, document.shares_power)
    first = next(iter(known.values()))
    rows = [replace(known.get(number, first), number=number, evse=evse) for number, evse in places]
    return EnteredStation(tuple(rows))


def _connectors(document: ModelDocument) -> dict[int, EnteredConnector]:
    return {
        facts.number: EnteredConnector(
            facts.number,
            evse.number,
            facts.type.value if facts.type else "",
            facts.current_type,
            facts.phases,
            facts.voltage_v,
            facts.current_a,
            facts.maximum_power_w,
        )
        for evse in document.evses
        for facts in evse.connectors
    }


@dataclass(frozen=True)
class Likeness:
    """Models of the catalogue that have something in common with a station."""

    label: Any
    documents: Sequence[ModelDocument]


def similar(documents: Iterable[ModelDocument], *, vendor: str, connectors: int) -> list[Likeness]:
    """The models by what they share with a station: its vendor first, then its number of connectors; none is left out."""
    same_vendor, same_number, others = [], [], []
    for document in sorted(documents, key=lambda each: each.label.lower()):
        if any(fits(pattern, vendor) for rule in document.matches for pattern in rule.vendor):
            same_vendor.append(document)
        elif connectors and len(_connectors(document)) == connectors:
            same_number.append(document)
        else:
            others.append(document)
    groups = (
        (_("Same vendor"), same_vendor),
        (_("Same number of connectors"), same_number),
        (_("Other models"), others),
    )
    return [Likeness(label, found) for label, found in groups if found]
