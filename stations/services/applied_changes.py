"""Writes changes of a configuration into the rows they are about; only ``services.configuration`` calls this."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stations.configuration.changes import EXISTS, Change
from stations.models import EVSE, ChargingStation, Connector
from stations.models.evse_ids import normalised, written
from stations.services.errors import Conflict
from stations.services.parameters import want_values


def apply_changes(station: ChargingStation, changes: Sequence[Change]) -> None:
    """Write ``changes``; ``station`` comes from ``locked_station``. EVSEs come first and go last."""
    by_kind = defaultdict(list)
    for change in changes:
        by_kind[change.kind].append(change)
    removed = [change for change in by_kind["evse"] if change.field == EXISTS and change.after is None]
    _change_station(station, by_kind["station"])
    _change_evses(station, [change for change in by_kind["evse"] if change not in removed])
    _change_connectors(station, by_kind["connector"])
    for change in removed:
        _remove_evse(station, int(change.item))
    want_values(station, {change.item: change.after for change in by_kind["parameter"]})


def _change_station(station: ChargingStation, changes: Sequence[Change]) -> None:
    if changes:
        _assign(station, changes)
        station.save(update_fields=[change.field for change in changes])


def _assign(row: Any, changes: Sequence[Change]) -> None:
    for change in changes:
        setattr(row, change.field, change.after)


def _change_evses(station: ChargingStation, changes: Sequence[Change]) -> None:
    for number, of_evse in _by_item(changes).items():
        evse = EVSE.objects.filter(station=station, number=number).first() or EVSE(station=station, number=number)
        _assign(evse, [change for change in of_evse if change.field != EXISTS])
        save_evse(evse)


def _by_item(changes: Sequence[Change]) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = defaultdict(list)
    for change in changes:
        found[int(change.item)].append(change)
    return found


def save_evse(evse: EVSE) -> None:
    """Check and save; codes and eMI³ ids are unique over all EVSEs. Raises ``ValidationError`` by field."""
    evse.code = evse.code or None
    try:
        evse.emi3_id = written(evse.emi3_id) if evse.emi3_id else ""
    except ValidationError as error:
        raise ValidationError({"emi3_id": error.messages}) from error
    taken = EVSE.objects.filter(emi3_key=normalised(evse.emi3_id)).exclude(pk=evse.pk)
    if evse.emi3_id and taken.exists():
        raise ValidationError({"emi3_id": [_("Another EVSE has the eMI³ id {id}.").format(id=evse.emi3_id)]})
    evse.full_clean(exclude=["station"])
    evse.save()


def _remove_evse(station: ChargingStation, number: int) -> None:
    evse = EVSE.objects.filter(station=station, number=number).first()
    if evse is None:
        return
    if evse.connectors.exists():
        raise Conflict(_("EVSE {number} has connectors. Move or remove them first.").format(number=number))
    evse.delete()


def _change_connectors(station: ChargingStation, changes: Sequence[Change]) -> None:
    evses = {evse.number: evse for evse in EVSE.objects.filter(station=station)}
    connectors = {connector.number: connector for connector in Connector.objects.filter(station=station)}
    for number, of_connector in _by_item(changes).items():
        fields = {change.field: change.after for change in of_connector}
        if fields.get(EXISTS, number) is None:
            _remove_connector(station, connectors.get(number))
            continue
        connector = connectors.get(number) or Connector(station=station, number=number)
        _place(connector, fields.pop("evse", None), evses)
        _assign(connector, [change for change in of_connector if change.field not in (EXISTS, "evse")])
        connector.full_clean(exclude=["station", "evse"])
        connector.save()


def _place(connector: Connector, evse_number: Any, evses: dict[int, EVSE]) -> None:
    """Put the connector at the EVSE with that number, made when it is missing."""
    if evse_number is None and connector.pk:
        return
    number = int(evse_number or connector.number)
    if number not in evses:
        evses[number] = EVSE.objects.create(station=connector.station, number=number)
    connector.evse = evses[number]


def _remove_connector(station: ChargingStation, connector: Connector | None) -> None:
    """Only one that was entered by mistake: the station neither reported it nor charged through it, and is not there to do so now."""
    if connector is None:
        return
    if connector.status_at is not None or connector.sessions.exists():
        raise Conflict(_("Connector {number} exists: the station reported it.").format(number=connector.number))
    if station.endpoint_id is not None:
        raise Conflict(
            _("Connector {number} can be removed only while the station is not connected.").format(
                number=connector.number
            )
        )
    connector.delete()
