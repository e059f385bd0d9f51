"""What time does to configurations: a station that has booted is compared with the catalogue, what waits is sent."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from emobility.common.actions import find
from emobility.common.events import publish
from stations.actions.reasons import capabilities_of, not_supported
from stations.catalogue.matching import best
from stations.commands import ReadParameters
from stations.configuration.system import facts_of
from stations.enums import ConfigurationStatus, OperationSource, PushOutcome, RegistrationStatus, SessionState
from stations.models import ChargingStation, Configuration, OcppParameter, Operation, StationModel
from stations.models.operations import OPEN_STATES
from stations.models.stations import LEASE_S
from stations.services.configuration import configuration_of, locked_station, refresh_status, use_system_configuration
from stations.services.errors import Conflict, QueueFull
from stations.services.operations import request_operation
from stations.services.parameters import booted, recommend_values, record_unsent
from stations.services.rules.configuration import RESUMES

MOST_AT_ONCE = 50
READ_AGAIN_AFTER = timedelta(hours=1)
"""A boot may have reset parameters; what was read this short a time ago is not read again all the same."""
UNFINISHED = (PushOutcome.NOT_SENT, PushOutcome.UNKNOWN)
"""Values that were to be sent and were not, or nobody knows; what somebody has only saved is not among them."""
ACTIONS = ("pull-parameters", "push-parameters", "set-parameters", "use-system-configuration")
_log = logging.getLogger(__name__)


def review_stations(limit: int = MOST_AT_ONCE) -> int:
    """Compare at most ``limit`` stations that have booted since the last time with the catalogue; returns how many."""
    never = Q(configuration=None) | Q(configuration__reviewed_at=None)
    booted_since = never | Q(rebooted_at__gt=F("configuration__reviewed_at"))
    stations = ChargingStation.objects.filter(booted_since, rebooted_at__isnull=False).order_by("pk")
    known = stations.select_related("capabilities", "configuration").annotate(awaits_reboot=_AWAITS_REBOOT)
    found = list(known[:limit])
    models = list(StationModel.objects.all()) if found else []
    for station in found:
        _review_safely(station, models)
    return len(found)


def _review_safely(station: ChargingStation, models: Sequence[StationModel]) -> None:
    """One station that cannot be configured does not keep the others waiting; it has its next turn when it boots."""
    try:
        review(station, models)
    except Exception:
        _log.exception("station %s could not be compared with the catalogue", station.identity)
        Configuration.objects.update_or_create(station=station, defaults={"reviewed_at": timezone.now()})


_AWAITS_REBOOT = Exists(OcppParameter.objects.filter(station=OuterRef("pk"), awaits_reboot=True))


def review(station: Any, models: Sequence[StationModel]) -> None:
    """Find the station's model; at its first boot put the recommended configuration in force, later keep it up to date."""
    reviewed_at = timezone.now()
    if not _is_as_before(station, models):
        _review(station, models)
    elif station.capabilities.read_at < reviewed_at - READ_AGAIN_AFTER:
        _request("pull-parameters", station, _("The station has booted."))
    Configuration.objects.filter(pk=station.pk).update(reviewed_at=reviewed_at)


def _is_as_before(station: Any, models: Sequence[StationModel]) -> bool:
    """Whether nothing has changed since the last review: most boots are such, and all come at once after a power cut."""
    configuration, learnt = getattr(station, "configuration", None), capabilities_of(station)
    if configuration is None or configuration.reviewed_at is None or station.awaits_reboot:
        return False
    if learnt is None or learnt.read_at is None:
        return False
    found = _best(station, models)
    model = found[0] if found else None
    if model is None:
        return configuration.matching_model_id is None
    return model.pk == configuration.matching_model_id and model.updated_at <= configuration.reviewed_at


def _review(station: ChargingStation, models: Sequence[StationModel]) -> None:
    with transaction.atomic():
        booted(locked_station(station))
        configuration = match(station, models)
        model = configuration.matching_model
        is_new = configuration.reviewed_at is None and configuration.entered_at is None
        in_force = configuration.status == ConfigurationStatus.DEFINED_BY_SYSTEM
        if model and (
            (is_new and configuration.station_model is None) or (in_force and not configuration.offered_model)
        ):
            _configure(station, model, is_new=is_new)
        else:
            recommend_values(locked_station(station))
            refresh_status(locked_station(station))
    _ask(station)
    publish(f"station-{station.pk}", "stations")


def _best(station: ChargingStation, models: Sequence[StationModel]) -> tuple[StationModel, list[str]] | None:
    """The model the station is, and why."""
    by_slug = {model.slug: model for model in models}
    found = best([model.facts for model in models], facts_of(station))
    return (by_slug[found.document.id], found.because) if found else None


def match(station: ChargingStation, models: Sequence[StationModel]) -> Configuration:
    """Keep which of ``models`` the station is, and why; inside a transaction."""
    configuration = configuration_of(locked_station(station))
    configuration.matching_model, configuration.match_reasons = _best(station, models) or (None, [])
    configuration.save(update_fields=["matching_model", "match_reasons"])
    return configuration


def _configure(station: ChargingStation, model: StationModel, *, is_new: bool) -> None:
    changed = use_system_configuration(station, model, actor=None, source=OperationSource.SYSTEM)
    if changed or is_new:
        fresh: Any = locked_station(station)
        record_unsent(
            fresh, {p.key: PushOutcome.NOT_SENT for p in fresh.parameters.all() if p.differs and p.recommended_value}
        )
        Configuration.objects.filter(pk=station.pk).update(pushes_left=RESUMES, reboots_itself=is_new)


def _ask(station: ChargingStation) -> None:
    """Have the station report its parameters where they are not known with this firmware, or have just come into use."""
    fresh = current(station)
    learnt = capabilities_of(fresh)
    is_known = learnt is not None and learnt.read_at is not None
    if (is_known and not _has_changed_at_boot(fresh)) or not_supported(fresh, ReadParameters):
        return
    _request("pull-parameters", fresh, _("The station has booted."))


def current(station: ChargingStation) -> ChargingStation:
    """The station as it is now."""
    return ChargingStation.objects.select_related("capabilities", "configuration").get(pk=station.pk)


def _has_changed_at_boot(station: Any) -> bool:
    """Whether values came into use with the boot; the station has not reported them yet."""
    return station.parameters.filter(reboot_required=True, pushed_at__gt=F("pulled_at")).exists()


def _request(name: str, station: ChargingStation, reason: str, **parameters: Any) -> bool:
    action = find(name)
    assert action is not None, "the action is declared"
    try:
        request_operation(station, action, parameters, actor=None, source=OperationSource.SYSTEM, reason=reason)
    except (Conflict, QueueFull) as obstacle:
        _log.debug("%s is not asked to %s: %s", station.identity, name, obstacle)
        return False
    return True


def send_waiting(limit: int = MOST_AT_ONCE) -> int:
    """Send values that wait for their station, to at most ``limit`` of those that are there; returns to how many."""
    return sum(map(_send, _reachable().filter(configuration__pushes_left__gt=0)[:limit]))


def _reachable() -> QuerySet[ChargingStation]:
    """Connected stations in service with none of our questions about parameters open."""
    alive_since = timezone.now() - timedelta(seconds=LEASE_S)
    stations: QuerySet[ChargingStation] = ChargingStation.objects.filter(
        endpoint__renewed_at__gte=alive_since, enabled=True, registration_status=RegistrationStatus.ACCEPTED
    )
    busy = Operation.objects.filter(Q(state__in=OPEN_STATES) | Q(effect="awaited"), action__in=ACTIONS)
    return stations.exclude(pk__in=busy.values("station")).select_related("configuration").order_by("pk")


def _send(station: ChargingStation) -> bool:
    parameters = station.parameters.filter(push_outcome__in=UNFINISHED, differs=True, read_only=False)
    if keys := list(parameters.values_list("key", flat=True)):
        return _request("push-parameters", station, _("Values wait to be sent."), keys=keys)
    Configuration.objects.filter(pk=station.pk).update(pushes_left=0)
    return False


def reboot_waiting(limit: int = MOST_AT_ONCE) -> int:
    """Restart stations just onboarded whose new values need it, where nobody is charging; returns how many."""
    waiting = _reachable().filter(configuration__reboots_itself=True, configuration__pushes_left=0)
    idle = waiting.exclude(sessions__state=SessionState.ACTIVE).distinct()
    return sum(map(_reboot, list(idle[:limit])))


def _reboot(station: ChargingStation) -> bool:
    is_mine = Configuration.objects.filter(pk=station.pk, reboots_itself=True).update(reboots_itself=False)
    if not is_mine or not station.parameters.filter(awaits_reboot=True).exists():
        return False
    return _request("reset", station, _("New values need a restart."))
