"""``manage.py create_onboarding_token``: the URL new stations connect to."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from stations.models import SiteArea
from stations.services.credentials import create_onboarding_token, station_url_prefix

LONGEST_DAYS = 36500


class Command(BaseCommand):
    help = "Make an onboarding token; prints the URL stations connect to, up to their identity, once."

    def add_arguments(self, parser: CommandParser) -> None:
        """What for, where, and for how long."""
        parser.add_argument("--description", required=True, help="what the token is for")
        parser.add_argument("--site-area", help="id or 'Site › Area' of the area new stations are placed in")
        parser.add_argument("--expires-days", type=_days, help="days until no new station can register with it")

    def handle(
        self, *args: Any, description: str, site_area: str | None, expires_days: int | None, **options: Any
    ) -> None:
        """Print the URL prefix and nothing else."""
        expires_at = None if expires_days is None else timezone.now() + timedelta(days=expires_days)
        _token, secret = create_onboarding_token(
            description=description, site_area=_area(site_area), expires_at=expires_at
        )
        self.stdout.write(station_url_prefix(secret))


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError
    return days


def _area(wanted: str | None) -> SiteArea:
    """The area called ``wanted`` (id or name); without a name the only one there is."""
    areas = list(SiteArea.objects.select_related("site"))
    matching = [area for area in areas if wanted is None or wanted in (str(area.pk), str(area), area.name)]
    if len(matching) == 1:
        return matching[0]
    if not areas:
        raise CommandError("There is no site area yet. Make a company, a site and a site area in the admin first.")
    known = "\n".join(f"  {area.pk}: {area}" for area in areas)
    raise CommandError(f"Name one of these site areas with --site-area (id or name):\n{known}")
