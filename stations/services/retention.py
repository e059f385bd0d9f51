"""Deletes what is older than it must be kept (settings ``FRAME_RETENTION_DAYS``, ``SAMPLE_RETENTION_DAYS``).

What belongs to a session that is not finished stays, however old.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from stations.enums import SessionState
from stations.models import ChargingSession, MeterSample, OcppExchange, Refusal
from stations.services.journal_index import first_id_since

CHUNK = 1000
"""Rows per transaction: stations are answered between two chunks."""


@dataclass(frozen=True)
class Pruned:
    """How many rows were deleted."""

    frames: int
    samples: int
    refusals: int


def prune() -> Pruned:
    """Delete frames, refused handshakes and samples past their retention."""
    now = timezone.now()
    frames_until = now - timedelta(days=settings.FRAME_RETENTION_DAYS)
    samples_until = now - timedelta(days=settings.SAMPLE_RETENTION_DAYS)
    return Pruned(
        frames=_delete_in_chunks(_old_frames(frames_until)),
        samples=_delete_in_chunks(_old_samples(samples_until)),
        refusals=_delete_in_chunks(Refusal.objects.filter(last_at__lt=frames_until)),
    )


def _old_frames(until: datetime) -> QuerySet:
    """Frames received before ``until``, but those since an unfinished session of their station was reported."""
    started_before = _unfinished().filter(
        station=OuterRef("station"), received_at__lte=OuterRef("received_at") + timedelta(minutes=1)
    )
    return OcppExchange.objects.filter(
        ~Exists(started_before),
        pk__lt=first_id_since(OcppExchange.objects.all(), "received_at", until),
        received_at__lt=until,
    )


def _old_samples(until: datetime) -> QuerySet:
    """Samples measured before ``until``, but those of unfinished sessions."""
    return MeterSample.objects.filter(
        ~Exists(_unfinished().filter(pk=OuterRef("session"))),
        pk__lt=first_id_since(MeterSample.objects.all(), "sampled_at", until),
        sampled_at__lt=until,
    )


def _unfinished() -> QuerySet:
    return ChargingSession.objects.filter(state__in=[SessionState.ACTIVE, SessionState.INTERRUPTED])


def _delete_in_chunks(rows: QuerySet) -> int:
    deleted = last = 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        deleted += rows.model._base_manager.filter(pk__in=ids).delete()[0]
        last = ids[-1]
    return deleted
