"""The browser's live socket, for everybody: it tells of what is in scope, and takes no orders."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from emobility.asgi import application
from emobility.common import actions
from emobility.common.events import flush, publish
from stations.models import Operation
from tests.support.cast import Cast, Person, Scope, make_cast
from tests.support.world import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def cast() -> Cast:
    return await database_sync_to_async(lambda: make_cast(make_world()))()


def cookie_of(person: Person) -> bytes:
    client = Client()
    if person.user is None:
        return b""
    client.force_login(person.user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}".encode()


async def open_socket(person: Person) -> tuple[WebsocketCommunicator, bool]:
    """A socket of ``person``, and whether it was taken."""
    cookie = await database_sync_to_async(cookie_of)(person)
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost"), (b"cookie", cookie)]
    communicator = WebsocketCommunicator(application, "/live/", headers=headers)
    accepted, _ = await communicator.connect()
    return communicator, accepted


async def heard(communicator: WebsocketCommunicator, wanted: list[str], published: list[str]) -> set[str]:
    """The names that come through until one that everybody may hear."""
    await communicator.send_to(text_data=json.dumps([*wanted, "sessions"]))
    names: set[str] = set()
    while "sessions" not in names:
        publish(*published, "sessions")
        await flush()
        if not await communicator.receive_nothing(timeout=0.05, interval=0.01):
            names |= set(await communicator.receive_json_from())
    return names - {"sessions"}


async def test_everybody_hears_of_stations_in_scope_alone(cast):
    ours, theirs = (f"station-{side.station.pk}" for side in (cast.world.ours, cast.world.theirs))
    for person in cast.people:
        communicator, accepted = await open_socket(person)
        assert accepted == (person.user is not None), person.name
        if accepted:
            found = await heard(communicator, [ours, theirs], [ours, theirs])
            assert (ours in found) == (person.holds[Scope.SITE] is not None), person.name
            sees_theirs = person.name == "foreign administrator" or person.holds[Scope.EVERYWHERE] is not None
            assert (theirs in found) == sees_theirs, person.name
        await communicator.disconnect()


async def test_what_belongs_to_all_names_nobody(cast):
    """Shared names carry no key of a station, an operation or a person."""
    for person in cast.people[1:]:
        communicator, _ = await open_socket(person)
        published = [f"station-{cast.world.theirs.station.pk}", "operations", "stations"]
        found = await heard(communicator, ["operations", "stations", "any-station"], published)
        assert found == {"operations", "stations", "any-station"}, person.name
        await communicator.disconnect()


ORDERS: list[Callable[[Cast], Any]] = [
    lambda cast: {"action": "reset", "station": cast.things.station.pk},
    lambda cast: {"type": "live.names", "names": [f"station-{cast.world.theirs.station.pk}"]},
    lambda cast: {"cancel": cast.things.operation.pk},
    lambda cast: [{"action": "reset", "station": "OURS-1"}],
    lambda cast: [action.name for action in actions.actions()],
    lambda cast: [f"/stations/{cast.things.station.pk}/actions/reset/", "operations:cancel", "set-unavailable"],
]


@pytest.mark.parametrize("order", ORDERS)
async def test_nobody_gives_orders_through_it(cast, order):
    read = database_sync_to_async(lambda: list(Operation.objects.order_by("pk").values()))
    before = await read()
    for person in cast.people[1:]:
        communicator, _ = await open_socket(person)
        await communicator.send_to(text_data=json.dumps(order(cast)))
        if await communicator.receive_nothing(timeout=0.05, interval=0.01):
            assert await heard(communicator, [], ["operations"]) == set(), person.name
        else:
            assert (await communicator.receive_output())["type"] == "websocket.close", person.name
        await communicator.disconnect()
    assert await read() == before
