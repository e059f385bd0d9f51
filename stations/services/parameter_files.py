"""OCPP parameters from a file: what it would change, what is wrong with it, and doing it."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from emobility.common.csv_cells import plain
from stations.catalogue.values import same, type_of
from stations.configuration.changes import MASK, Change
from stations.configuration.entered import parameter_changes
from stations.configuration.parameters import types_of
from stations.enums import ChangeCause, OperationSource, Role
from stations.models import ChargingStation
from stations.services.configuration import set_parameters

MOST_BYTES = 512 * 1024
MOST_LINES = 10_000
MOST_STATIONS = 500
"""Each of them is a transaction of its own."""
VALUE_COLUMNS = ("value", "active_value")
"""A file may have either; the second is what an export calls it."""


@dataclass(frozen=True)
class Line:
    """One value of the file; ``number`` is the line it stands in."""

    number: int
    station: str
    key: str
    value: str


@dataclass(frozen=True)
class Wrong:
    """A line that cannot be taken, and why."""

    line: Line
    reason: str


@dataclass(frozen=True)
class StationPlan:
    """What the file changes at one station."""

    station: ChargingStation
    changes: list[Change]

    @property
    def values(self) -> dict[str, str | None]:
        """The values to set."""
        return {change.item: change.after for change in self.changes}


@dataclass
class Plan:
    """What a file would do: what changes, how much is so already, and what cannot be."""

    stations: list[StationPlan] = field(default_factory=list)
    same: int = 0
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """How many values change."""
        return sum(len(each.changes) for each in self.stations)


def read_lines(content: bytes) -> list[Line]:
    """The values in a CSV file with the columns station, key and value.

    An empty value, and one that an export hid, is left out. Raises ``ValidationError`` for what is no such file.
    """
    if len(content) > MOST_BYTES:
        raise ValidationError(_("The file is too large: at most {count} kB.").format(count=MOST_BYTES // 1024))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(_("The file is no text in UTF-8. Save it as CSV UTF-8.")) from error
    if "\0" in text:
        raise ValidationError(_("The file is no text in UTF-8. Save it as CSV UTF-8."))
    lines = [line for line in _lines(text) if line.value not in ("", MASK)]
    if len(lines) > MOST_LINES:
        raise ValidationError(_("The file has too many values: at most {count}.").format(count=MOST_LINES))
    if not lines:
        raise ValidationError(_("The file has no values."))
    return lines


def _lines(text: str) -> Iterator[Line]:
    header, _newline, _rest = text.partition("\n")
    reader = csv.DictReader(text.splitlines(), delimiter=";" if header.count(";") > header.count(",") else ",")
    try:
        names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
        value = next((names[name] for name in VALUE_COLUMNS if name in names), None)
        if value is None or not {"station", "key"} <= names.keys():
            raise ValidationError(_("The first line must name the columns station, key and value."))
        for row in reader:
            found = (plain((row.get(name) or "").strip()) for name in (names["station"], names["key"], value))
            yield Line(reader.line_num, *found)
    except csv.Error as error:
        raise ValidationError(_("The file is no CSV: {why}").format(why=error)) from error


def plan_import(lines: Iterable[Line], *, actor: Any) -> Plan:
    """What ``actor`` would change with ``lines``; nothing is written."""
    plan, by_station = Plan(), _by_station(lines)
    if len(by_station) > MOST_STATIONS:
        raise ValidationError(_("The file is about too many stations: at most {count}.").format(count=MOST_STATIONS))
    visible = ChargingStation.objects.visible_to(actor).filter(identity_key__in=by_station)
    known = {station.identity_key: station for station in _with_values(visible)}
    operated = set(visible.visible_to(actor, Role.OPERATOR).values_list("identity_key", flat=True))
    for identity, own in by_station.items():
        if identity not in known:
            plan.wrong += [Wrong(line, _("You see no station with this identity.")) for line in own]
        elif identity not in operated:
            plan.wrong += [Wrong(line, _("Only operators of its site may change this station.")) for line in own]
        else:
            _plan_station(plan, known[identity], own)
    plan.wrong.sort(key=lambda wrong: wrong.line.number)
    return plan


def _by_station(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.station.lower(), []).append(line)
    return found


def _with_values(stations: Any) -> Any:
    related = ("configuration__station_model", "configuration__matching_model")
    return stations.select_related(*related).prefetch_related("parameters").order_by("identity_key")


def _plan_station(plan: Plan, station: ChargingStation, lines: list[Line]) -> None:
    once: dict[str, Line] = {}
    for line in lines:
        if line.key.lower() in once:
            first = once[line.key.lower()].number
            plan.wrong.append(Wrong(line, _("Line {number} has the same parameter.").format(number=first)))
        else:
            once[line.key.lower()] = line
    news = _not_there_yet(station, once)
    plan.same += len(once) - len(news)
    changes, reasons = _checked(station, {line.key: line.value for line in news.values()})
    plan.wrong += [Wrong(news[key.lower()], reason) for key, reason in reasons.items()]
    if changes:
        plan.stations.append(StationPlan(station, changes))


def _not_there_yet(station: Any, lines: Mapping[str, Line]) -> dict[str, Line]:
    """Those of ``lines``, by lower key, whose parameter does not have the value already."""
    types = types_of(station)
    active = {p.key_lower: p.active_value for p in station.parameters.all() if p.active_value is not None}
    return {
        lower: line
        for lower, line in lines.items()
        if lower not in active or not same(type_of(line.key, types), active[lower], line.value)
    }


def _checked(station: ChargingStation, values: Mapping[str, str]) -> tuple[list[Change], dict[str, str]]:
    """The changes that can be, and for each other parameter why it cannot."""
    try:
        return parameter_changes(station, values), {}
    except ValidationError as error:
        reasons = {key: " ".join(texts) for key, texts in error.message_dict.items()}
    rest = {key: value for key, value in values.items() if key not in reasons}
    return parameter_changes(station, rest), reasons


def import_values(plan: Plan, *, actor: Any, source: OperationSource) -> list[str]:
    """Set what ``plan`` changes, station by station; returns a sentence for each station that could not be."""
    failures = []
    for each in plan.stations:
        try:
            set_parameters(each.station, each.values, actor=actor, source=source, cause=ChangeCause.IMPORTED)
        except ValidationError as error:
            failures.append(f"{each.station.identity}: {' '.join(error.messages)}")
    return failures
