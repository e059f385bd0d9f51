"""``manage.py prune``: retention of frames and samples."""

from typing import Any

from django.core.management.base import BaseCommand

from stations.services.retention import prune


class Command(BaseCommand):
    help = "Delete frames, refused handshakes and meter samples older than FRAME_/SAMPLE_RETENTION_DAYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prune and print the counts."""
        pruned = prune()
        self.stdout.write(
            f"deleted {pruned.frames} frames, {pruned.samples} samples, {pruned.refusals} refused handshakes"
        )
