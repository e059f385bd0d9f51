"""Live names: what changed, said to every open page at most twice a second.

``publish("station-12")`` may be called from any thread and costs a set insertion. A flusher
sends the names collected since its last round as one channel-layer message; the browser's
socket (``stations.portal.live``) passes on those its page asked for, and the page fetches again.
Nothing here is durable: a lost name costs a page one late refresh, never a wrong number.
"""

import asyncio
import logging
import threading

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

GROUP = "live"
FLUSH_INTERVAL_S = 0.5

_lock = threading.Lock()
_names: set[str] = set()
_running = False
_tasks: set[asyncio.Task[None]] = set()
_log = logging.getLogger(__name__)


def publish(*names: str) -> None:
    """Announce that ``names`` changed; call it after the commit that changed them."""
    with _lock:
        _names.update(names)
    if _running:
        return
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        async_to_sync(flush)()
    else:
        _tasks.add(task := loop.create_task(flush()))
        task.add_done_callback(_tasks.discard)


async def flush() -> None:
    """Send the collected names now. A broken channel layer is logged and costs only liveness."""
    with _lock:
        names = sorted(_names)
        _names.clear()
    layer = get_channel_layer()
    if not names or layer is None:
        return
    try:
        await asyncio.wait_for(layer.group_send(GROUP, {"type": "live.names", "names": names}), timeout=2)
    except Exception as error:
        _log.warning("live update lost: %s", error)


async def run_flusher() -> None:
    """Flush twice a second until cancelled; the station endpoint runs one."""
    global _running
    _running = True
    try:
        while True:
            await asyncio.sleep(FLUSH_INTERVAL_S)
            await flush()
    finally:
        _running = False
