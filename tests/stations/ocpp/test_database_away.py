"""While the database is away nothing is answered; when it is back everything is."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from stations.models import ChargingSession
from tests.support.servers import Endpoint, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2026-05-01T10:00:00Z"}


@pytest.fixture(scope="module")
def endpoint(live_database, tmp_path_factory) -> Iterator[Endpoint]:
    """An endpoint whose connections to PostgreSQL are told apart from the tests' own by their name."""
    yield from running(Endpoint("ocpp_endpoint", tmp_path_factory.mktemp("endpoint"), PGAPPNAME="endpoint"))


@contextmanager
def database_away() -> Iterator[None]:
    """SQLite is locked; PostgreSQL has cut all connections of the endpoint and takes no new ones."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            yield
            lock.execute("ROLLBACK")
        return
    allow_connections(False)
    try:
        cut_connections()
        yield
    finally:
        allow_connections(True)


def allow_connections(allowed: bool) -> None:
    database = connection.settings_dict
    with psycopg.connect(dbname="template1", user=database["USER"], host=database["HOST"], autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{database["NAME"]}" ALLOW_CONNECTIONS {allowed}')


def cut_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'endpoint'")


async def test_message_is_answered_when_the_database_is_back(station, control):
    with database_away():
        await station.send_raw('[2,"beat","Heartbeat",{}]')
        await control.send_raw('[2,"start","StartTransaction",{"connectorId":1,"idTag":"A","meterStart":0}]')
        with pytest.raises(TimeoutError):
            await station.receive(1)
    assert set(await station.answer_to("beat")) == {"currentTime"}
    answer = await control.answer_to("start")
    session = ChargingSession.objects.get(station__identity=control.identity)
    assert session.transaction_id == str(answer["transactionId"])
    assert await station.call("Heartbeat")


@pytest.mark.skipif(settings.SQLITE, reason="SQLite has no connections to cut")
async def test_cut_connection_costs_no_message(station):
    for number in range(5):
        cut_connections()
        await station.call("StartTransaction", START | {"meterStart": number})
    assert ChargingSession.objects.filter(station__identity=station.identity).count() == 5
