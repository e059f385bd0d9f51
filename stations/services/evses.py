"""EVSEs and connectors as people enter them."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from stations.configuration.changes import EXISTS, Change
from stations.configuration.electrical import EnteredConnector, EnteredStation, Problems, completed, problems
from stations.configuration.system import CONNECTOR_FACTS, EVSE_DETAILS, connector_difference, evse_removal
from stations.enums import ChangeCause, OperationSource
from stations.models import EVSE, ChargingStation, ConfigurationChange
from stations.services.configuration import change_configuration, locked_station, mark_entered
from stations.services.errors import Conflict

CONNECTOR_FIELDS = (*CONNECTOR_FACTS, "phase_rotation")


class ElectricalError(ValidationError):
    """What was entered cannot be; ``problems`` says where and why."""

    def __init__(self, found: Problems) -> None:
        super().__init__([_sentence(place, text) for place, texts in found.items() for text in texts])
        self.problems = found


def _sentence(place: tuple[int | None, str], text: str) -> str:
    number, _field = place
    where = _("Station") if number is None else _("Connector {number}").format(number=number)
    return f"{where}: {text}"


def entered_station(station: ChargingStation) -> EnteredStation:
    """The station's connectors as they are now; reads ``connectors`` with their EVSEs."""
    connectors = sorted(station.connectors.all(), key=lambda connector: connector.number)
    rows = [
        EnteredConnector(c.number, c.evse.number, **{field: getattr(c, field) for field in CONNECTOR_FIELDS})
        for c in connectors
    ]
    return EnteredStation(tuple(rows), station.maximum_power_w, station.shares_power)


def entry_changes(station: ChargingStation, entered: EnteredStation) -> list[Change]:
    """What entering ``entered`` changes; reads ``evses`` and ``connectors`` with their EVSEs."""
    changes = [
        Change("station", "", field, getattr(station, field), getattr(entered, field))
        for field in ("maximum_power_w", "shares_power")
        if getattr(station, field) != getattr(entered, field)
    ]
    existing = {connector.number: connector for connector in station.connectors.all()}
    for row in entered.connectors:
        wanted = {field: getattr(row, field) for field in CONNECTOR_FIELDS}
        changes += connector_difference(existing.get(row.number), row.number, row.evse, wanted)
    for number in sorted(existing.keys() - {row.number for row in entered.connectors}):
        changes.append(Change("connector", str(number), EXISTS, number, None))
    used = {row.evse for row in entered.connectors}
    for evse in station.evses.all():
        if evse.number not in used:
            changes += evse_removal(evse)
    return changes


def enter_connectors(
    station: ChargingStation, entered: EnteredStation, *, actor: Any, source: OperationSource
) -> ConfigurationChange | None:
    """Put the connectors in force as they were entered; what was left open and follows from the rest is filled in.

    Raises ``ElectricalError`` with what cannot be, ``Conflict`` when a connector that is left out exists for sure.
    """
    entered = completed(entered)
    if found := problems(entered):
        raise ElectricalError(found)
    with transaction.atomic():
        changes = entry_changes(locked_station(station), entered)
        row = change_configuration(station, changes, cause=ChangeCause.EDITED, actor=actor, source=source)
        mark_entered([station])
    return row


def change_evse(
    station: ChargingStation, number: int, values: Mapping[str, Any], *, actor: Any, source: OperationSource
) -> ConfigurationChange | None:
    """Change details of an EVSE (``EVSE_DETAILS``); only those that differ are written.

    Raises ``ValidationError`` by field, ``Conflict`` when there is no such EVSE.
    """
    if unknown := set(values) - set(EVSE_DETAILS):
        raise ValueError(f"no details of an EVSE: {sorted(unknown)}")
    with transaction.atomic():
        locked = locked_station(station)
        evse: EVSE | None = next((evse for evse in locked.evses.all() if evse.number == number), None)
        if evse is None:
            raise Conflict(_("The station has no EVSE {number} any more.").format(number=number))
        changes = [
            Change("evse", str(number), field, getattr(evse, field), value)
            for field, value in values.items()
            if not _is_same(getattr(evse, field), value)
        ]
        return change_configuration(station, changes, cause=ChangeCause.EDITED, actor=actor, source=source)


def _is_same(before: Any, after: Any) -> bool:
    """Empty is empty, however forms and columns write it."""
    return before == after or (before in (None, "") and after in (None, ""))
