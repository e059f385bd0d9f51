"""A scripted station that also says what no honest station would."""

import json
from typing import Any

from tests.support.station import ScriptedStation


class Guest(ScriptedStation):
    """A scripted station that knows its identity and can send what no honest station would."""

    identity = ""

    async def say(self, frame: str | bytes) -> None:
        """Send ``frame`` as it stands, followed by a Heartbeat; see ``heard``."""
        await self.send_raw(frame)
        await self.send_raw('[2,"after","Heartbeat",{}]')

    async def heard(self) -> list[Any]:
        """The frames that came before the answer to that Heartbeat, decoded."""
        frames = []
        while (frame := json.loads(await self.socket.recv()))[:2] != [3, "after"]:
            frames.append(frame)
        return frames

    async def exchange(self, frame: str | bytes) -> list[Any]:
        """What ``frame`` is answered with, decoded: usually no or one frame."""
        await self.say(frame)
        return await self.heard()
