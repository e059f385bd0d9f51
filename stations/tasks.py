"""Background tasks; each calls one service."""

from celery import shared_task

from stations.services import configuration_upkeep, endpoints, operation_upkeep, retention


@shared_task(name="stations.release_dead_endpoints")
def release_dead_endpoints() -> None:
    """Show stations as disconnected whose endpoint has died."""
    endpoints.release_dead_endpoints()


@shared_task(name="stations.prune")
def prune() -> None:
    """Delete what is past its retention."""
    retention.prune()


@shared_task(name="stations.keep_operations")
def keep_operations() -> None:
    """Settle operations nobody will answer any more, and see which have taken effect."""
    operation_upkeep.expire_operations()
    operation_upkeep.settle_lost_operations()
    operation_upkeep.follow_effects()


@shared_task(name="stations.keep_configuration")
def keep_configuration() -> None:
    """Compare stations that have booted with the catalogue, and send what waits to be sent."""
    configuration_upkeep.review_stations()
    configuration_upkeep.send_waiting()
    configuration_upkeep.reboot_waiting()
