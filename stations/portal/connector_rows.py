"""EVSEs and connectors as the page shows them: values in words, marked where they are not the recommended ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from emobility.common.templatetags.portal import kilowatts
from stations.configuration.changes import EXISTS, Change, shown
from stations.configuration.electrical import EnteredStation, problems
from stations.configuration.system import CONNECTOR_FACTS, EVSE_DETAILS, system_changes
from stations.models import EVSE, ChargingStation, Connector
from stations.portal.changes import ShownChange, in_words
from stations.services.evses import entered_station
from stations.services.queries import reading_is_stale

STATION_VALUES = ("maximum_power_w", "shares_power")
CONNECTOR_VALUES = (*CONNECTOR_FACTS, "phase_rotation")
UNITS = {"voltage_v": "V", "current_a": "A"}
Differences = Mapping[tuple[str, str, str], Change]


@dataclass(frozen=True)
class ShownValue:
    """A value in words; ``change`` is what would put the recommended one in force, where another is."""

    subject: Any
    name: str
    label: str
    text: str
    change: Change | None = None

    @property
    def recommended(self) -> str:
        """What the system would have."""
        assert self.change is not None
        return in_unit(self.subject, self.name, self.change.after)


@dataclass(frozen=True)
class ConnectorRow:
    """A connector with its electrical values."""

    connector: Connector
    values: Sequence[ShownValue]
    place: ShownValue
    """Number of its EVSE."""

    @property
    def is_stale(self) -> bool:
        """Whether its power reading is too old to be called the power now."""
        return reading_is_stale(self.connector)


@dataclass(frozen=True)
class EvseRow:
    """An EVSE, what people said of it, and its connectors."""

    evse: EVSE
    details: Sequence[ShownValue]
    connectors: Sequence[ConnectorRow]

    @property
    def is_unnamed(self) -> bool:
        """Whether nobody has said anything of it yet."""
        return not any(getattr(self.evse, name) not in (None, "") for name in EVSE_DETAILS)


@dataclass(frozen=True)
class Electrics:
    """All of a station's tab: what it delivers, its EVSEs, what is missing, and what it has too little or too much of."""

    station: Sequence[ShownValue]
    evses: Sequence[EvseRow]
    incomplete: Sequence[str]
    structure: Sequence[tuple[Change, ShownChange]]


def electrics(station: ChargingStation) -> Electrics:
    """The rows of ``station``, which comes with ``NEEDS``."""
    different = differences(station)
    return Electrics(
        _values(station, STATION_VALUES, "station", "", different),
        [_evse_row(evse, station, different) for evse in sorted(station.evses.all(), key=lambda evse: evse.number)],
        _incomplete(entered_station(station)),
        [(change, in_words(change)) for change in different.values() if change.field == EXISTS],
    )


def differences(station: ChargingStation) -> Differences:
    """What would put the recommended connectors in force, by kind, item and field; empty where no model is in force."""
    configuration = getattr(station, "configuration", None)
    model = configuration.station_model if configuration else None
    changes: Iterable[Change] = system_changes(station, model) if model else ()
    return {(change.kind, change.item, change.field): change for change in changes if change.kind != "parameter"}


def _evse_row(evse: EVSE, station: ChargingStation, different: Differences) -> EvseRow:
    connectors = sorted(station.connectors.all(), key=lambda connector: connector.number)
    return EvseRow(
        evse,
        _values(evse, EVSE_DETAILS, "evse", str(evse.number), {}),
        [_connector_row(connector, different) for connector in connectors if connector.evse_id == evse.pk],
    )


def _connector_row(connector: Connector, different: Differences) -> ConnectorRow:
    item = str(connector.number)
    place = ShownValue(connector, "evse", _label(connector, "evse"), str(connector.evse.number),
                       different.get(("connector", item, "evse")))  # fmt: skip
    return ConnectorRow(connector, _values(connector, CONNECTOR_VALUES, "connector", item, different), place)


def _values(subject: Any, names: Sequence[str], kind: str, item: str, different: Differences) -> list[ShownValue]:
    return [
        ShownValue(
            subject,
            name,
            _label(subject, name),
            in_unit(subject, name, getattr(subject, name)),
            different.get((kind, item, name)),
        )
        for name in names
    ]


def _label(subject: Any, name: str) -> str:
    """Name of the field without its unit: that stands with the value."""
    return str(subject._meta.get_field(name).verbose_name).partition(" (")[0]


def in_unit(subject: Any, name: str, value: Any) -> str:
    """``value`` of the field ``name`` for people: the name of a choice, or a number with its unit."""
    if value is None or value == "":
        return "–"
    if name == "maximum_power_w":
        return kilowatts(value)
    if name in UNITS:
        return f"{number_format(f'{value:g}')} {UNITS[name]}"
    return str(dict(subject._meta.get_field(name).choices or ()).get(value) or shown(value))


def _incomplete(entered: EnteredStation) -> list[str]:
    """Which values are missing or do not fit together, one sentence for each part of the station."""
    found: dict[int | None, list[str]] = {}
    for (number, name), texts in problems(entered).items() if entered.connectors else ():
        model = ChargingStation if number is None else Connector
        found.setdefault(number, []).append(f"{_label(model, name)} – {' '.join(texts)}")
    return [f"{_part(number)}: {'; '.join(texts)}" for number, texts in found.items()]


def _part(number: int | None) -> str:
    return _("Station") if number is None else _("Connector {number}").format(number=number)
