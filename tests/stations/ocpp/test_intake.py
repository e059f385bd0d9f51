"""Group commit: one poisoned message spoils nothing else, and nothing is answered before it is stored."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from stations.enums import ConnectorStatus
from stations.models import ChargingSession, Connector, OcppExchange
from stations.models.journal import Direction, Outcome
from stations.ocpp.intake import ENOUGH, Intake, Item
from stations.services.connectors import ReportStatus
from stations.services.effects import Effect
from stations.services.journal import exchange_row
from stations.services.sessions import StartSession
from tests.support.factories import ChargingStationFactory

NOW = datetime(2026, 5, 1, 10, tzinfo=UTC)
NOBODY = 2**40


class Written(Item):
    """An item with a journal row; tells when it is done."""

    def __init__(self, effect: Effect | None, message_id: str, station_id: int) -> None:
        super().__init__(effect)
        self.message_id, self.station_id = message_id, station_id
        self.finished = asyncio.get_running_loop().create_future()

    def record(self, now: str):
        outcome = Outcome.ERROR if self.error else Outcome.RESULT
        return exchange_row(
            self.station_id, Direction.IN, "Test", self.message_id, "[]", NOW, outcome=outcome, answered_at=now
        )

    def done(self) -> None:
        self.finished.set_result(None)


@pytest.fixture
async def intake(live_database) -> AsyncIterator[Intake]:
    running = Intake()
    running.start()
    yield running
    await running.settle()
    running.stop()
    await asyncio.to_thread(running._thread.join, 5)


def start(station_id: int, **values) -> StartSession:
    return StartSession(
        **{
            "station_id": station_id,
            "number": 1,
            "connector_id": None,
            "id_tag": "A",
            "report": (station_id, "start"),
            "clock_trusted": True,
            "started_at": NOW,
            "received_at": NOW,
            "meter_start_wh": 0,
            "reservation_id": None,
            "replaces": None,
        }
        | values
    )


def status(station_id: int, number: int) -> ReportStatus:
    return ReportStatus(station_id, number, None, ConnectorStatus.CHARGING, "Charging", "NoError", "", NOW)


async def test_poisoned_message_is_quarantined_and_the_others_are_stored(intake):
    stations = ChargingStationFactory.create_batch(8)
    items = [Written(start(station.pk), f"poison-{n}", station.pk) for n, station in enumerate(stations)]
    poisoned = Written(start(NOBODY), "poisoned", stations[0].pk)
    for item in (*items[:5], poisoned, *items[5:]):
        intake.submit(item)
    await asyncio.wait_for(asyncio.gather(*(item.finished for item in (*items, poisoned))), 10)

    assert ChargingSession.objects.filter(station__in=stations).count() == 8
    assert [item.error for item in items] == [None] * 8
    assert poisoned.error is not None
    rows = dict(OcppExchange.objects.filter(station__in=stations).values_list("message_id", "outcome"))
    assert rows == {f"poison-{n}": "result" for n in range(8)} | {"poisoned": "error"}


async def test_connectors_made_in_a_batch_that_failed_are_made_again(intake):
    stations = ChargingStationFactory.create_batch(4)
    items = [Written(status(station.pk, 1), "status", station.pk) for station in stations]
    items += [Written(start(station.pk), "start", station.pk) for station in ChargingStationFactory.create_batch(2)]
    poisoned = Written(start(NOBODY), "poisoned", stations[0].pk)
    for item in (*items, poisoned):
        intake.submit(item)
    await asyncio.wait_for(asyncio.gather(*(item.finished for item in (*items, poisoned))), 10)

    assert [item.error for item in items] == [None] * 6
    for item in items:
        connector = Connector.objects.get(station=item.station_id)
        assert item.effect.connector_id == connector.pk
    assert {c.status for c in Connector.objects.filter(station__in=stations)} == {"charging"}


async def test_waiter_learns_what_failed(intake):
    with pytest.raises((KeyError, IntegrityError)):
        await asyncio.wait_for(intake.apply(start(NOBODY)), 10)
    await asyncio.wait_for(intake.apply(status(ChargingStationFactory().pk, 1)), 10)


async def test_settle_waits_for_everything(intake):
    station = ChargingStationFactory()
    items = [Written(None, f"settle-{n}", station.pk) for n in range(700)]
    for item in items:
        intake.submit(item)
    await asyncio.wait_for(intake.settle(), 10)
    assert all(item.finished.done() for item in items)
    assert OcppExchange.objects.filter(station=station).count() == 700
    assert intake.commits <= 8


async def test_a_burst_leaves_in_one_batch_once_no_more_of_it_comes(intake, monkeypatch):
    monkeypatch.setattr("stations.ocpp.intake.WINDOW_S", 60)
    station = ChargingStationFactory()
    items = [Written(None, f"burst-{n}", station.pk) for n in range(ENOUGH * 3)]
    for item in items:
        intake.submit(item)
        await asyncio.sleep(0)  # a turn of the event loop
    await asyncio.wait_for(asyncio.gather(*(item.finished for item in items)), 10)
    assert intake.commits == 1


async def test_a_few_wait_for_company_no_longer_than_the_window(intake, monkeypatch):
    monkeypatch.setattr("stations.ocpp.intake.WINDOW_S", 0.2)
    station = ChargingStationFactory()
    items = [Written(None, f"few-{n}", station.pk) for n in range(ENOUGH - 1)]
    for item in items:
        intake.submit(item)
        await asyncio.sleep(0)
    await asyncio.wait_for(asyncio.gather(*(item.finished for item in items)), 10)
    assert intake.commits == 1
