"""The bell that tells station endpoints to look for operations to send.

Only a bell: the rows are the truth, and endpoints look every few seconds anyway.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import connection

_here: list[Callable[[], None]] = []


def channel(endpoint_id: UUID) -> str:
    """PostgreSQL channel on which an endpoint hears the bell."""
    return f"operations_{endpoint_id.hex}"


def listen_here(bell: Callable[[], None]) -> None:
    """Have ``bell`` called, from any thread, when operations were queued in this process."""
    _here.append(bell)


def stop_listening(bell: Callable[[], None]) -> None:
    """Undo ``listen_here``."""
    if bell in _here:
        _here.remove(bell)


def ring(endpoint_ids: Iterable[UUID]) -> None:
    """Tell the endpoints that operations wait for their stations; after the commit that queued them."""
    for bell in list(_here):
        bell()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for endpoint_id in set(endpoint_ids):
                cursor.execute("SELECT pg_notify(%s, '')", [channel(endpoint_id)])
