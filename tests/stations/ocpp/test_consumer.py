"""The consumer under any ASGI server: no extension of ours, no thread per message."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from channels.testing import WebsocketCommunicator

from stations.models import ChargingSession, ChargingStation, OcppExchange, Refusal
from stations.ocpp import consumer
from stations.ocpp.consumer import StationConsumer
from stations.ocpp.handshake import FailureLimit
from stations.ocpp.hub import Hub
from tests.support import wait_until

BOOT = {"chargePointVendor": "Acme", "chargePointModel": "Wallbox 11"}


@pytest.fixture
async def hub(live_database, monkeypatch) -> AsyncIterator[Hub]:
    """A hub of this test's event loop."""
    own = Hub()
    monkeypatch.setattr(consumer, "hub", own)
    monkeypatch.setattr(consumer, "failures", FailureLimit())
    yield own
    await own.stop()
    await asyncio.to_thread(own.intake._thread.join, 5)


@pytest.fixture
def path(live_world, identity) -> str:
    return f"/ocpp/{live_world.ours.secret}/{identity}"


def application(path: str, *subprotocols: str) -> WebsocketCommunicator:
    return WebsocketCommunicator(StationConsumer(), path, subprotocols=list(subprotocols))


async def call(socket: WebsocketCommunicator, action: str, payload: dict) -> dict:
    await socket.send_to(text_data=json.dumps([2, "m", action, payload]))
    kind, message_id, answer = json.loads(await socket.receive_from(timeout=10))
    assert (kind, message_id) == (3, "m")
    return answer


async def test_station_connects_charges_and_leaves(hub, path, identity):
    socket = application(path, "ocpp2.0.1", "ocpp1.6")
    assert await socket.connect(timeout=10) == (True, "ocpp1.6")
    assert (await call(socket, "BootNotification", BOOT))["status"] == "Accepted"
    start = {"connectorId": 1, "idTag": "A", "meterStart": 0, "timestamp": "2026-05-01T10:00:00Z"}
    transaction = (await call(socket, "StartTransaction", start))["transactionId"]
    stop = {"transactionId": transaction, "meterStop": 5, "timestamp": "2026-05-01T11:00:00Z"}
    assert await call(socket, "StopTransaction", stop) == {}
    await socket.disconnect(timeout=10)
    await hub.intake.settle()
    station = ChargingStation.objects.get(identity=identity)
    assert station.endpoint_id is None
    assert ChargingSession.objects.get(station=station).energy_wh == 5
    assert OcppExchange.objects.filter(station=station).count() == 3


async def test_unknown_token_is_refused(hub, identity):
    connected, _ = await application(f"/ocpp/{'x' * 32}/{identity}", "ocpp1.6").connect(timeout=10)
    assert not connected
    await hub.intake.settle()
    assert Refusal.objects.get(identity=identity).reason == "wrong_token"


async def test_no_common_version_is_said_after_the_upgrade(hub, path):
    socket = application(path, "ocpp1.5")
    assert await socket.connect(timeout=10) == (True, None)
    assert (await socket.receive_output(timeout=10))["code"] == 1002


async def test_binary_frame_closes(hub, path):
    socket = application(path, "ocpp1.6")
    await socket.connect(timeout=10)
    await socket.send_to(bytes_data=b"x")
    assert (await socket.receive_output(timeout=10))["code"] == 1003
    await socket.disconnect(timeout=10)


async def test_newer_connection_closes_the_older_one(hub, path, identity):
    older, newer = application(path, "ocpp1.6"), application(path, "ocpp1.6")
    await older.connect(timeout=10)
    await newer.connect(timeout=10)
    assert (await older.receive_output(timeout=10))["code"] == 4001
    await older.disconnect(timeout=10)
    assert (await call(newer, "BootNotification", BOOT))["status"] == "Accepted"
    await hub.intake.settle()
    assert ChargingStation.objects.get(identity=identity).endpoint_id == hub.id
    await newer.disconnect(timeout=10)


async def test_stopping_says_goodbye_and_answers_what_is_in_work(hub, path, identity):
    socket = application(path, "ocpp1.6")
    await socket.connect(timeout=10)
    await socket.send_to(text_data=json.dumps([2, "m", "BootNotification", BOOT]))
    await asyncio.sleep(0)
    await hub.stop()
    events = [await socket.receive_output(timeout=10)]
    if events[0]["type"] == "websocket.send":
        events.append(await socket.receive_output(timeout=10))
    assert events[-1]["code"] == 1001
    wait_until(
        lambda: ChargingStation.objects.get(identity=identity).endpoint_id is None, "the station is disconnected"
    )
    await socket.disconnect(timeout=10)


async def test_message_a_handler_fails_on_is_answered_and_the_next_one_too(hub, path, identity, monkeypatch):
    def fail(state, payload, now):
        raise RuntimeError("no")

    for action in ("Heartbeat", "StartTransaction"):
        monkeypatch.setitem(consumer.v16.HANDLERS, action, fail)
    socket = application(path, "ocpp1.6")
    await socket.connect(timeout=10)
    await call(socket, "BootNotification", BOOT)
    await socket.send_to(text_data='[2,"h","Heartbeat",{}]')
    assert json.loads(await socket.receive_from(timeout=10))[:3] == [4, "h", "InternalError"]
    answer = await call(socket, "StartTransaction", {})
    assert 0 < answer["transactionId"] < 2**31
    assert answer["idTagInfo"] == {"status": "Invalid"}
    assert await call(socket, "DataTransfer", {"vendorId": "x"}) == {"status": "UnknownVendorId"}
    notes = OcppExchange.objects.filter(station__identity=identity).order_by("pk").values_list("note", flat=True)
    assert list(notes) == ["", "quarantined: RuntimeError: no", "quarantined: RuntimeError: no", ""]
    await socket.disconnect(timeout=10)
