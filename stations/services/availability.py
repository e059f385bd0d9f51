"""In and out of service: disabling for maintenance is our own state; telling the station follows as soon as it can be told."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emobility.common.events import publish
from stations.enums import OperationState
from stations.models import ChargingStation, Operation

OPPOSITES = {"disable": "enable", "enable": "disable"}


def set_enabled(station_ids: Collection[int], enabled: bool) -> None:
    """Put stations into or out of service, inside the caller's transaction."""
    # Locked in the order in which the station endpoint locks them.
    locked = ChargingStation.objects.filter(pk__in=station_ids).order_by("pk").select_for_update(no_key=True)
    found = list(locked.values_list("pk", flat=True))
    ChargingStation.objects.filter(pk__in=found).update(enabled=enabled)
    transaction.on_commit(lambda: publish("stations", *(f"station-{pk}" for pk in found)))


def withdraw_opposite(station_ids: Collection[int], action: str) -> int:
    """Cancel what was to tell the stations the opposite of ``action``; returns how many.

    What is being sent at this moment stays: the new request follows it.
    """
    waiting = Operation.objects.filter(
        station__in=station_ids, action=OPPOSITES[action], state=OperationState.QUEUED
    ).order_by("pk")
    found = list(waiting.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
    return Operation.objects.filter(pk__in=found, state=OperationState.QUEUED).update(
        state=OperationState.CANCELLED,
        settled_at=timezone.now(),
        error=_("Replaced by a later request before it was sent."),
    )
