"""Station endpoints and the leases that say whether they live."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from emobility.common.events import publish
from stations.models import ChargingStation, EndpointProcess
from stations.models.stations import LEASE_S


def release_dead_endpoints() -> int:
    """Forget endpoints that stopped renewing their lease; their stations are disconnected.

    Returns how many stations were released.
    """
    return _release(EndpointProcess.objects.filter(renewed_at__lt=timezone.now() - timedelta(seconds=LEASE_S)))


def release_all_endpoints() -> int:
    """Forget every endpoint; only for a caller who knows that none is running. Returns how many stations were released."""
    return _release(EndpointProcess.objects.all())


def _release(processes: QuerySet[EndpointProcess]) -> int:
    now = timezone.now()
    with transaction.atomic():
        dead = [process.pk for process in processes.select_for_update()]
        held = ChargingStation.objects.filter(endpoint__in=dead)
        released = list(held.values_list("pk", flat=True))
        held.update(endpoint=None, connection_changed_at=now)
        EndpointProcess.objects.filter(pk__in=dead).delete()
    if released:
        publish("stations", *(f"station-{pk}" for pk in released))
    return len(released)


def is_endpoint_alive() -> bool:
    """Whether any station endpoint holds a valid lease."""
    return EndpointProcess.objects.filter(renewed_at__gte=timezone.now() - timedelta(seconds=LEASE_S)).exists()
