"""Changes to a station's configuration: connectors, EVSEs, parameters. One way in, with history and a way back."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emobility.common.events import publish
from stations.configuration.changes import Change, from_history, reversed_changes
from stations.configuration.entered import parameter_changes
from stations.configuration.standing import from_now
from stations.configuration.system import NEEDS, system_changes
from stations.enums import ChangeCause, ConfigurationStatus, OperationSource
from stations.models import ChargingStation, Configuration, ConfigurationChange, Operation, StationModel
from stations.services.applied_changes import apply_changes
from stations.services.errors import Conflict
from stations.services.parameters import recommend_values

_log = logging.getLogger(__name__)


def locked_station(station: ChargingStation) -> ChargingStation:
    """The station's row, locked, with all that belongs to its configuration; inside a transaction."""
    ChargingStation.objects.select_for_update().only("pk").get(pk=station.pk)
    return ChargingStation.objects.select_related("configuration").prefetch_related(*_PREFETCHED).get(pk=station.pk)


_PREFETCHED = [need for need in NEEDS if not need.startswith("configuration")]


def configuration_of(station: ChargingStation) -> Configuration:
    """The station's row of the configuration table, made when it is missing."""
    found = getattr(station, "configuration", None)
    return found or Configuration.objects.get_or_create(station=station)[0]


def change_configuration(
    station: ChargingStation,
    changes: Sequence[Change],
    *,
    cause: ChangeCause,
    actor: Any,
    source: OperationSource,
    operation: Operation | None = None,
) -> ConfigurationChange | None:
    """Put ``changes`` in force in the portal and write the history; returns its row, None when nothing changes.

    Raises ``ValidationError`` when a value does not fit its field, ``Conflict`` when something may not be taken away.
    """
    if not changes:
        return None
    with transaction.atomic():
        locked = locked_station(station)
        apply_changes(locked, changes)
        row = ConfigurationChange.objects.create(
            station=locked,
            cause=cause,
            changes=[change.kept() for change in changes],
            actor=actor,
            source=source,
            operation=operation,
        )
        refresh_status(locked_station(station))
        transaction.on_commit(lambda: publish(f"station-{station.pk}", "stations"))
    _log.info("%s changed %s values of station %s", actor or source, len(changes), station.identity)
    return row


def refresh_status(station: ChargingStation) -> Configuration:
    """Say whose values are in force now; ``station`` comes from ``locked_station``."""
    configuration = configuration_of(station)
    model = configuration.station_model
    if model is None:
        status = ConfigurationStatus.DEFINED_BY_USER
    elif system_changes(station, model):
        status = ConfigurationStatus.SYSTEM_VALUES_OVERWRITTEN
    else:
        status = ConfigurationStatus.DEFINED_BY_SYSTEM
    if configuration.status != status:
        configuration.status = status
        configuration.save(update_fields=["status"])
    return configuration


def set_parameters(
    station: ChargingStation,
    values: Mapping[str, str | None],
    *,
    actor: Any,
    source: OperationSource,
    cause: ChangeCause = ChangeCause.EDITED,
    operation: Operation | None = None,
) -> ConfigurationChange | None:
    """Set the wanted values of parameters (None: nobody sets it any more); they are sent by *Update OCPP Parameters*.

    Raises ``ValidationError`` by key, with nothing changed.
    """
    with transaction.atomic():
        changes = parameter_changes(locked_station(station), values)
        return change_configuration(station, changes, cause=cause, actor=actor, source=source, operation=operation)


def use_system_configuration(
    station: ChargingStation,
    model: StationModel,
    *,
    actor: Any,
    source: OperationSource,
    operation: Operation | None = None,
) -> ConfigurationChange | None:
    """Put the recommended connectors and parameters of ``model`` in force here; sending them is the caller's."""
    with transaction.atomic():
        locked = locked_station(station)
        configuration = configuration_of(locked)
        configuration.station_model = model
        configuration.save(update_fields=["station_model"])
        row = change_configuration(
            station,
            system_changes(locked, model),
            cause=ChangeCause.SYSTEM,
            actor=actor,
            source=source,
            operation=operation,
        )
        recommend_values(locked_station(station))
        refresh_status(locked_station(station))
        transaction.on_commit(lambda: publish(f"station-{station.pk}", "stations"))
    return row


def revert_change(change: ConfigurationChange, *, actor: Any, source: OperationSource) -> ConfigurationChange | None:
    """Take ``change`` back: the values before it are wanted again. Raises ``Conflict`` where later changes stand on it."""
    try:
        with transaction.atomic():
            back = from_now(locked_station(change.station), reversed_changes(from_history(change.changes)))
            return change_configuration(change.station, back, cause=ChangeCause.REVERTED, actor=actor, source=source)
    except ValidationError as error:
        raise Conflict(_("It cannot be taken back: {why}").format(why=" ".join(error.messages))) from error


def mark_entered(stations: Iterable[ChargingStation]) -> None:
    """Remember that somebody entered the connectors of ``stations`` by hand."""
    for station in stations:
        configuration = configuration_of(station)
        configuration.entered_at = timezone.now()
        configuration.save(update_fields=["entered_at"])
