"""Kills the station endpoint again and again under load: ``python -m tests.durability.kill9 --kills 100 [--postgres]``."""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.durability.audit import Totals
    from tests.durability.ledger import Books
    from tests.support.servers import Endpoint

STATIONS = 30
MOST_ANSWERS_BETWEEN_KILLS = 600


async def kill_under_load(endpoint: "Endpoint", token: str, *, kills: int, seed: int = 0) -> "list[Books]":
    """Kill and restart ``endpoint`` while a fleet charges; returns the fleet's books once all has been reported."""
    from tests.durability.fleet import Fleet

    moments = random.Random(seed)
    async with Fleet(endpoint.url(token, "").rstrip("/"), STATIONS) as fleet:
        for _ in range(kills):
            # From the storm of returning stations to a steady load; the rest of the moment is the kernel's.
            await fleet.answered(moments.randint(0, MOST_ANSWERS_BETWEEN_KILLS))
            await asyncio.to_thread(endpoint.kill9)
            await asyncio.to_thread(endpoint.start)
    return fleet.books


def site_for_stations() -> str:
    """An onboarding token of a site area where any badge may charge."""
    from stations.services.credentials import create_onboarding_token
    from tests.support.factories import SiteAreaFactory

    return create_onboarding_token(description="Stubborn stations", site_area=SiteAreaFactory(any_badge=True))[1]


def main() -> None:
    """Run by hand; prints the totals, exit status 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(description="Kill the station endpoint under load and look for losses.")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--postgres", action="store_true")
    arguments = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.settings"
    os.environ["TEST_DATABASE"] = "postgres" if arguments.postgres else "sqlite"

    import django
    from django.test.utils import setup_databases, teardown_databases

    django.setup()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        totals = _run(arguments.kills, arguments.seed)
    finally:
        teardown_databases(databases, verbosity=0)
    print(f"{os.environ['TEST_DATABASE']}: kills {arguments.kills}, {totals}")  # noqa: T201
    sys.exit(bool(totals.lost or totals.doubled))


def _run(kills: int, seed: int) -> "Totals":
    from django.core.management import call_command

    from tests.durability.audit import audit
    from tests.support.servers import Endpoint

    with tempfile.TemporaryDirectory() as directory:
        endpoint = Endpoint("ocpp_endpoint", Path(directory))
        endpoint.start()
        try:
            books = asyncio.run(kill_under_load(endpoint, site_for_stations(), kills=kills, seed=seed))
        finally:
            endpoint.kill9()
    totals = audit(books)
    for finding in [*totals.lost, *totals.doubled]:
        print(finding)  # noqa: T201
    call_command("verify_history")
    return totals


if __name__ == "__main__":
    main()
