"""OCPP parameters of stations: what is wanted, recommended, reported, and what came of sending it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from stations.catalogue.standard_keys import is_secret
from stations.commands import ReportedParameter, WrittenParameter
from stations.configuration.changes import MASK
from stations.configuration.parameters import TAKEN, assess, types_of
from stations.configuration.system import recommended_parameters
from stations.enums import PushOutcome
from stations.models import ChargingStation, OcppParameter

_FIELDS = (
    "key", "wanted_value", "recommended_value", "reported_value", "read_only", "reboot_required", "is_hidden",
    "awaits_reboot", "status", "differs", "drifts", "push_outcome", "pushed_at", "pulled_at",
)  # fmt: skip


class ParameterTable:
    """The parameters of one station, changed together and written at once."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self._rows = {row.key_lower: row for row in station.parameters.all()}
        self._changed: dict[str, OcppParameter] = {}

    def change(self, key: str) -> OcppParameter:
        """The row of ``key``, made when it is missing; it is written by ``save``."""
        lower = key.strip().lower()
        row = self._rows.get(lower) or OcppParameter(station=self._station, key=key.strip(), key_lower=lower)
        self._rows[lower] = self._changed[lower] = row
        return row

    def rows(self) -> Collection[OcppParameter]:
        """All of them."""
        return self._rows.values()

    def save(self) -> None:
        """Write what changed, with the status that follows from the values; rows nobody needs any more go."""
        types = types_of(self._station)
        for row in self._changed.values():
            assess(row, types)
        empty = [row for row in self._changed.values() if _is_empty(row)]
        kept = [row for row in self._changed.values() if not _is_empty(row)]
        OcppParameter.objects.filter(pk__in=[row.pk for row in empty if row.pk]).delete()
        OcppParameter.objects.bulk_create(
            kept, update_conflicts=True, unique_fields=["station", "key_lower"], update_fields=list(_FIELDS)
        )


def _is_empty(row: OcppParameter) -> bool:
    return row.wanted_value is None and row.recommended_value is None and row.pulled_at is None


def want_values(station: ChargingStation, values: Mapping[str, str | None]) -> None:
    """Set wanted values; what came of sending an earlier one does not count for them."""
    table = ParameterTable(station)
    for key, value in values.items():
        row = table.change(key)
        if row.wanted_value is not None:
            row.push_outcome, row.awaits_reboot = "", False
        row.wanted_value = value
        row.is_hidden = row.pulled_at is None
    table.save()


def recommend_values(station: ChargingStation) -> None:
    """Keep beside each parameter what the model in force recommends for the present firmware."""
    configuration = getattr(station, "configuration", None)
    model = configuration.station_model if configuration else None
    recommended = {k.lower(): (k, v) for k, v in recommended_parameters(station, model).items()} if model else {}
    table = ParameterTable(station)
    for row in list(table.rows()):
        if row.recommended_value is not None and row.key_lower not in recommended:
            table.change(row.key).recommended_value = None
    for key, value in recommended.values():
        table.change(key).recommended_value = value
    table.save()


def learn_reported(station: ChargingStation, reported: Iterable[ReportedParameter], at: datetime) -> None:
    """Keep what the station reported of itself; parameters it does not list stay as they are."""
    table = ParameterTable(station)
    for entry in reported:
        row = table.change(entry.key[:255])
        row.pulled_at, row.read_only, row.is_hidden = at, entry.read_only, False
        row.reported_value = entry.value if not is_secret(entry.key) or not entry.value else MASK
    table.save()


def _booted_since(station: ChargingStation, at: datetime | None) -> bool:
    return at is not None and station.rebooted_at is not None and station.rebooted_at > at


def record_written(station: ChargingStation, written: Sequence[WrittenParameter], at: datetime) -> None:
    """Keep what the station answered to each parameter it was sent."""
    table = ParameterTable(station)
    for entry in written:
        row = table.change(entry.key)
        row.push_outcome, row.pushed_at = entry.outcome, at
        row.awaits_reboot = entry.outcome == PushOutcome.REBOOT_REQUIRED
        row.reboot_required = row.reboot_required or row.awaits_reboot
        if entry.outcome == PushOutcome.ACCEPTED:
            row.reported_value = MASK if is_secret(entry.key) else entry.value
    table.save()


def record_unsent(station: ChargingStation, keys: Mapping[str, PushOutcome]) -> None:
    """Keep for which parameters no answer came, or that they were never sent."""
    table = ParameterTable(station)
    for key, outcome in keys.items():
        row = table.change(key)
        row.push_outcome = outcome
        if outcome == PushOutcome.UNKNOWN:
            row.pushed_at = timezone.now()
    table.save()


def booted(station: ChargingStation) -> None:
    """The station has restarted: values that waited for it are in use now, until it reports otherwise."""
    table = ParameterTable(station)
    for row in list(table.rows()):
        if row.awaits_reboot and _booted_since(station, row.pushed_at):
            changed = table.change(row.key)
            changed.awaits_reboot = False
            changed.reported_value = changed.wanted_value if changed.push_outcome in TAKEN else changed.reported_value
    table.save()
