"""Hears from PostgreSQL that other processes took over stations of this one.

With SQLite there is one process and nothing to hear. A lost notification costs nothing but time: the old
socket lives until its station closes it or a ping fails.
"""

import asyncio
import logging
import threading
from collections.abc import Callable

import psycopg
from django.db import connection
from psycopg import sql

RETRY_S = 2.0
POLL_S = 1.0

_log = logging.getLogger(__name__)


class TakeoverListener:
    """A thread with a LISTENing connection; calls ``superseded(station_pk, generation)`` in the event loop."""

    def __init__(self, channel: str, superseded: Callable[[int, int], None]) -> None:
        self._channel = channel
        self._superseded = superseded
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen_forever, name="takeover", daemon=True)

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
                _log.warning("not listening for take-overs: %s", error)
                self._stopping.wait(RETRY_S)

    def _listen(self) -> None:
        parameters = connection.get_connection_params()
        wanted = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if parameters.get(key)}
        with psycopg.connect(**wanted, autocommit=True) as listening:
            listening.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
            while not self._stopping.is_set():
                for notification in listening.notifies(timeout=POLL_S):
                    station, generation = notification.payload.split()
                    self._loop.call_soon_threadsafe(self._superseded, int(station), int(generation))
