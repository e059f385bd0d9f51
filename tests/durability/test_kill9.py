"""Whatever a station was told is stored, once, however the server or its database ends."""

import asyncio
import os
import signal

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections

from tests.durability.audit import Totals, audit
from tests.durability.fleet import HABITS, Fleet
from tests.durability.kill9 import kill_under_load, site_for_stations
from tests.durability.ledger import Books
from tests.support import wait_until
from tests.support.servers import Endpoint

KILLS = 5
STATIONS = 20


@pytest.fixture
def token(endpoint) -> str:
    """An onboarding token in a place of its own for each test; the stations of the last test are gone."""
    call_command("flush", verbosity=0, interactive=False)
    endpoint.restart()
    return site_for_stations()


def assert_nothing_lost_nothing_doubled(books: list[Books]) -> Totals:
    totals = audit(books)
    assert (totals.lost, totals.doubled) == ([], [])
    assert totals.frames_answered > 0
    assert totals.sessions >= len(books)
    call_command("verify_history")
    return totals


def test_killed_endpoint_loses_nothing_and_doubles_nothing(endpoint, token):
    books = asyncio.run(kill_under_load(endpoint, token, kills=KILLS))
    totals = assert_nothing_lost_nothing_doubled(books)
    assert totals.reports_repeated > KILLS
    assert totals.stored_though_unanswered > 0


def test_stopped_endpoint_takes_leave_of_every_station(endpoint, token):
    async def stop_under_load() -> tuple[list[Books], int]:
        async with Fleet(endpoint.url(token, "").rstrip("/"), STATIONS, HABITS) as fleet:
            await fleet.answered(200)
            status = await asyncio.to_thread(endpoint.stop)
            await asyncio.to_thread(endpoint.start)
        return fleet.books, status

    books, status = asyncio.run(stop_under_load())
    assert status == 0
    assert_nothing_lost_nothing_doubled(books)
    assert {each.identity: each.close_codes for each in books if 1001 not in each.close_codes} == {}


def test_journal_that_cannot_be_written_confirms_nothing(endpoint, token):
    async def hide_journal_under_load() -> list[Books]:
        async with Fleet(endpoint.url(token, "").rstrip("/"), 3, HABITS) as fleet:
            await fleet.answered(30)
            await asyncio.to_thread(hide_journal, endpoint)
            await fleet.answered(30)
        return fleet.books

    assert_nothing_lost_nothing_doubled(asyncio.run(hide_journal_under_load()))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lives and dies with the endpoint")
def test_crashing_database_loses_nothing_and_doubles_nothing(endpoint, token):
    async def crash_under_load() -> list[Books]:
        async with Fleet(endpoint.url(token, "").rstrip("/"), STATIONS) as fleet:
            for _ in range(3):
                await fleet.answered(150)
                await asyncio.to_thread(crash_database)
        return fleet.books

    connections.close_all()
    connection.close_pool()  # its connections will not survive
    assert_nothing_lost_nothing_doubled(asyncio.run(crash_under_load()))
    assert "database unavailable" in endpoint.log_file.read_text()


def hide_journal(endpoint: Endpoint) -> None:
    """Take the journal's table away until the endpoint has noticed, as a failed migration would."""
    noticed = endpoint.log_file.stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE stations_ocppexchange RENAME TO hidden")
        try:
            wait_until(lambda: "answer" in endpoint.log_file.read_text()[noticed:], "it says that it does not answer")
        finally:
            endpoint.kill9()  # it must not see the table come back between two attempts
            cursor.execute("ALTER TABLE hidden RENAME TO stations_ocppexchange")
    connection.close()
    endpoint.start()


def crash_database() -> None:
    """Kill one server process of PostgreSQL: it ends all others, forgets its memory and recovers from its log."""
    others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
    with wait_until(_own_connection, "the database takes connections") as database:
        [(victim,), *_] = wait_until(database.execute(others).fetchall, "the endpoint uses the database")
        os.kill(victim, signal.SIGKILL)


def _own_connection() -> psycopg.Connection | None:
    database = connection.settings_dict
    try:
        return psycopg.connect(dbname=database["NAME"], user=database["USER"], host=database["HOST"], autocommit=True)
    except psycopg.OperationalError:
        return None
