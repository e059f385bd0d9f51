"""A station that connects for the first time is asked what it can do, without anybody's doing."""

from collections.abc import Iterator

import pytest

from stations.models import Capabilities, Operation
from tests.stations.ocpp.conftest import booted
from tests.support import wait_until
from tests.support.servers import Portal, running

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def curious(live_database, tmp_path_factory) -> Iterator[Portal]:
    """A portal that reads the parameters of stations it does not know."""
    yield from running(Portal("serve", tmp_path_factory.mktemp("curious"), CONFIGURE_STATIONS=1))


async def test_station_is_asked_once(curious, live_world, identity, row_of):
    async with booted(curious.url(live_world.ours.secret, "").rstrip("/"), identity) as guest:
        message_id, payload = (await guest.receive(patience_s=15))[1::2]
        assert payload == {}
        key = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core,Reservation"}
        await guest.answer(message_id, {"configurationKey": [key]})
        learnt = wait_until(Capabilities.objects.filter(station=row_of(guest)).first, "what it can do is known")
        assert learnt.profiles == {"Core", "Reservation"}
        operation = Operation.objects.get(station=row_of(guest))
        assert (operation.action, operation.actor, operation.source) == ("pull-parameters", None, "system")
