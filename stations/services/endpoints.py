"""Station endpoints and the leases that say whether they live."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from emobility.common.events import publish
from stations.models import ChargingStation, EndpointProcess
from stations.models.stations import LEASE_S


def release_dead_endpoints() -> int:
    """Forget endpoints that stopped renewing their lease; their stations are disconnected.

    Returns how many stations were released.
    """
    now = timezone.now()
    with transaction.atomic():
        dead = [
            process.pk
            for process in EndpointProcess.objects.select_for_update().filter(
                renewed_at__lt=now - timedelta(seconds=LEASE_S)
            )
        ]
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
