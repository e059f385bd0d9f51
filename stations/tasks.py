"""Background tasks; each calls one service."""

from celery import shared_task

from stations.services import endpoints, retention


@shared_task(name="stations.release_dead_endpoints")
def release_dead_endpoints() -> None:
    """Show stations as disconnected whose endpoint has died."""
    endpoints.release_dead_endpoints()


@shared_task(name="stations.prune")
def prune() -> None:
    """Delete what is past its retention."""
    retention.prune()
