"""The browser's live socket, through the real ASGI application."""

import json
from collections.abc import Awaitable, Callable

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from emobility.asgi import application
from emobility.common.events import flush, publish
from stations.portal.live import BAD_INPUT, MAXIMUM_NAMES
from tests.support.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)
HOST = b"localhost"


def cookie_of(user) -> bytes:
    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}".encode()


def socket(cookie: bytes = b"", origin: bytes = b"http://localhost") -> WebsocketCommunicator:
    headers = [(b"host", HOST), (b"origin", origin), (b"cookie", cookie)]
    return WebsocketCommunicator(application, "/live/", headers=headers)


@pytest.fixture
async def world():
    return await database_sync_to_async(make_world)()


@pytest.fixture
async def connect() -> Callable[..., Awaitable[WebsocketCommunicator]]:
    """``connect(user)`` opens a socket; all are closed at the end."""
    opened = []

    async def open_socket(user) -> WebsocketCommunicator:
        communicator = socket(await database_sync_to_async(cookie_of)(user))
        accepted, _ = await communicator.connect()
        assert accepted
        opened.append(communicator)
        return communicator

    yield open_socket
    for communicator in opened:
        await communicator.disconnect()


async def subscribe(communicator: WebsocketCommunicator, *names: str) -> None:
    """Ask for ``names`` and wait until the consumer has them: ``sessions`` is echoed by a flush."""
    await communicator.send_to(text_data=json.dumps([*names, "sessions"]))
    while True:
        publish("sessions")
        await flush()
        if not await communicator.receive_nothing(timeout=0.05, interval=0.01):
            assert await communicator.receive_json_from() == ["sessions"]
            return


async def test_anonymous_people_are_refused(world):
    accepted, _ = await socket().connect()
    assert not accepted


async def test_a_page_of_another_site_is_refused(world):
    cookie = await database_sync_to_async(cookie_of)(world.operator)
    accepted, _ = await socket(cookie, origin=b"https://elsewhere.example").connect()
    assert not accepted


async def test_a_change_of_a_subscribed_name_is_passed_on(world, connect):
    station = f"station-{world.ours.station.pk}"
    communicator = await connect(world.viewer)
    await subscribe(communicator, station, "stations")
    publish(station, "stations", "refusals")
    await flush()
    assert await communicator.receive_json_from() == [station, "stations"]


async def test_a_new_list_replaces_the_old_one(world, connect):
    communicator = await connect(world.viewer)
    await subscribe(communicator, "stations")
    await subscribe(communicator, "refusals")
    publish("stations", "refusals")
    await flush()
    assert await communicator.receive_json_from() == ["refusals"]


async def test_a_station_of_another_company_stays_silent(world, connect):
    ours, theirs = f"station-{world.ours.station.pk}", f"station-{world.theirs.station.pk}"
    communicator = await connect(world.viewer)
    await subscribe(communicator, ours, theirs)
    publish(theirs)
    await flush()
    publish(ours, theirs)
    await flush()
    assert await communicator.receive_json_from() == [ours]


async def test_a_page_may_follow_any_station(world, connect):
    communicator = await connect(world.viewer)
    await subscribe(communicator, "any-station")
    publish("stations", "refusals")
    await flush()
    publish(f"station-{world.ours.station.pk}")
    await flush()
    assert await communicator.receive_json_from() == ["any-station"]


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        '"stations"',
        '{"stations": 1}',
        "[1, 2]",
        json.dumps(["stations"] * (MAXIMUM_NAMES + 1)),
        "[" * 10_000,
        json.dumps(["x" * 40_000]),
    ],
    ids=["no json", "string", "object", "numbers", "too many", "too deep", "too long"],
)
async def test_bad_input_closes_the_socket(world, connect, text):
    communicator = await connect(world.viewer)
    await communicator.send_to(text_data=text)
    assert await communicator.receive_output() == {"type": "websocket.close", "code": BAD_INPUT}


async def test_binary_input_closes_the_socket(world, connect):
    communicator = await connect(world.viewer)
    await communicator.send_to(bytes_data=b"[]")
    assert (await communicator.receive_output())["code"] == BAD_INPUT


@pytest.mark.parametrize("name", ["station-0", "station-x", "station-99999999999999999999", "secrets", ""])
async def test_names_that_do_not_exist_are_ignored(world, connect, name):
    communicator = await connect(world.superuser)
    await subscribe(communicator, name)
    publish(name or "nothing")
    publish("sessions")
    await flush()
    assert await communicator.receive_json_from() == ["sessions"]
