"""``manage.py verify_history``: do the sessions agree with what the stations reported?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stations.ocpp.history import Tally, differences


class Command(BaseCommand):
    help = "Derive sessions, energy and samples again from the raw frames; exit 1 when the rows differ."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each difference as it is found, then what was compared."""
        tally, found = Tally(), 0
        for difference in differences(tally):
            found += 1
            self.stdout.write(difference)
        self.stdout.write(
            f"compared {tally.frames} answered frames of {tally.stations} stations with "
            f"{tally.sessions} sessions and {tally.samples} samples"
        )
        if found:
            raise CommandError(f"{found} differences")
        self.stdout.write("no differences")
