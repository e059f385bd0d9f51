"""A token that is withdrawn together with its stations takes their sockets with it."""

import asyncio
from collections.abc import Callable

import pytest

from stations.models import ChargingStation, OnboardingToken
from stations.services.credentials import create_onboarding_token, revoke_onboarding_token
from tests.stations.ocpp.guest import Guest
from tests.support import wait_until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def made(live_world) -> Callable[[], tuple[OnboardingToken, str]]:
    """Makes a token of our area; gives it and its secret."""
    return lambda: create_onboarding_token(description="To be withdrawn", site_area=live_world.ours.area)


async def test_only_a_token_withdrawn_with_its_stations_closes_their_sockets(endpoint, station, identity, made):
    (alone, its_secret), (withdrawn, secret) = made(), made()
    async with (
        Guest.connect(endpoint.url(its_secret, "").rstrip("/"), f"{identity}-STAYS") as stays,
        Guest.connect(endpoint.url(secret, "").rstrip("/"), f"{identity}-GOES") as goes,
    ):
        await stays.boot()
        await goes.boot()
        revoke_onboarding_token(alone, refuse_stations=False)
        revoke_onboarding_token(withdrawn, refuse_stations=True)
        await asyncio.wait_for(goes.socket.wait_closed(), timeout=20)
        assert goes.socket.close_code == 1008
        await stays.call("Heartbeat")
        await station.call("Heartbeat")
    gone = ChargingStation.objects.filter(identity=f"{identity}-GOES", endpoint=None)
    wait_until(gone.exists, "the station is shown as disconnected")
