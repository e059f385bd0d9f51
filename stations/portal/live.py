"""The browser's live socket: passes on the names of what changed, as far as the user may see it."""

import re
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from emobility.common.events import GROUP
from stations.models import ChargingStation

ANY_STATION = "any-station"
SHARED_NAMES = {ANY_STATION, "stations", "sessions", "refusals", "onboarding-tokens", "operations"}
STATION_NAME = re.compile(r"station-([1-9][0-9]{0,17})")
MAXIMUM_NAMES = 500
MAXIMUM_CHARACTERS = 32_000

BAD_INPUT = 4400


class LiveConsumer(AsyncJsonWebsocketConsumer):
    """The browser sends the list of names on its page and receives lists of those that changed.

    Names say only *that* something changed; the page fetches *what* under its ordinary permissions.
    """

    groups = [GROUP]

    async def connect(self) -> None:
        """Take signed-in people only."""
        self.names: set[str] = set()
        if self.scope["user"].is_authenticated:
            await self.accept()
        else:
            await self.close()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Subscribe to the names of the page; anything but a short list of names closes the socket."""
        if text_data is None or len(text_data) > MAXIMUM_CHARACTERS:
            await self.close(BAD_INPUT)
            return
        try:
            wanted = await self.decode_json(text_data)
        except (ValueError, RecursionError):
            wanted = None
        if _is_list_of_names(wanted):
            self.names = await allowed_names(self.scope["user"], set(wanted))
        else:
            await self.close(BAD_INPUT)

    async def live_names(self, event: dict[str, Any]) -> None:
        """Pass on what the page asked for; ``any-station`` stands for every station there is."""
        names = set(event["names"])
        if any(map(STATION_NAME.fullmatch, names)):
            names.add(ANY_STATION)
        if changed := sorted(self.names & names):
            await self.send_json(changed)


def _is_list_of_names(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MAXIMUM_NAMES and all(isinstance(name, str) for name in value)


@database_sync_to_async
def allowed_names(user: Any, wanted: set[str]) -> set[str]:
    """Those of ``wanted`` that exist for ``user``."""
    pks = {int(match[1]) for name in wanted if (match := STATION_NAME.fullmatch(name))}
    visible = ChargingStation.objects.visible_to(user).filter(pk__in=pks).values_list("pk", flat=True) if pks else []
    return (wanted & SHARED_NAMES) | {f"station-{pk}" for pk in visible}
