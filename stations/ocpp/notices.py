"""Hears from PostgreSQL what other processes tell this one: stations taken over, operations queued.

With SQLite there is one process and nothing to hear. A lost notification costs nothing but time: the rows are
the truth, and the hub looks at them every few seconds.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping

import psycopg
from django.db import connection
from psycopg import sql

RETRY_S = 2.0
POLL_S = 1.0

_log = logging.getLogger(__name__)


class NoticeListener:
    """A thread with a LISTENing connection; calls the handler of a channel with the payload, in the event loop."""

    def __init__(self, handlers: Mapping[str, Callable[[str], None]]) -> None:
        self._handlers = handlers
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen_forever, name="notices", daemon=True)

    def start(self) -> None:
        """Start listening."""
        self._thread.start()

    def stop(self) -> None:
        """Stop within ``POLL_S``."""
        self._stopping.set()

    def _listen_forever(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                _log.warning("not listening to other processes: %s", error)
                self._stopping.wait(RETRY_S)

    def _listen(self) -> None:
        parameters = connection.get_connection_params()
        wanted = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if parameters.get(key)}
        with psycopg.connect(**wanted, autocommit=True) as listening:
            for channel in self._handlers:
                listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            while not self._stopping.is_set():
                for notification in listening.notifies(timeout=POLL_S):
                    handler = self._handlers[notification.channel]
                    self._loop.call_soon_threadsafe(handler, notification.payload)
