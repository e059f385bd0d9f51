"""A scripted station beside a browser, which occupies the test's thread."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any

from tests.support.station import ScriptedStation


class StationThread:
    """A scripted station in an event loop of its own; the browser occupies the test's thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._open = AsyncExitStack()
        self.station: ScriptedStation

    def does(self, what: Coroutine[Any, Any, Any]) -> Any:
        """Let the station do something, and wait until it has."""
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(timeout=20)

    def starts(self, what: Coroutine[Any, Any, Any]) -> None:
        """Let the station do something while the test goes on."""
        asyncio.run_coroutine_threadsafe(what, self._loop)

    def connect(self, url: str, identity: str) -> ScriptedStation:
        connecting = self._open.enter_async_context(ScriptedStation.connect(url, identity))
        self.station = self.does(connecting)
        return self.station

    def close(self) -> None:
        """Close the WebSocket as a station does that shuts down."""
        self.does(self._open.aclose())

    def end(self) -> None:
        self.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()
