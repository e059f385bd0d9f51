"""All connections of this process: newest wins, leases are renewed, readings and last seen are flushed.

One hub per process. Its state lives in the event loop; what other processes must know stands in the database.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from django.db import connection as database

from emobility.common.events import publish, run_flusher
from stations import gateway
from stations.ocpp.connection import Connection
from stations.ocpp.intake import Announced, Intake
from stations.ocpp.notices import NoticeListener
from stations.ocpp.operations import OperationRunner
from stations.services.connection import DisconnectStation, FindUnwelcome, RenewLease, SeeStations, superseded_channel
from stations.services.metering import FlushReadings

FLUSH_READINGS_S = 1.0
RENEW_LEASE_S = 8.0
FLUSH_SEEN_S = 30.0
DROP_UNWELCOME_S = 3.0
SWEEP_OPERATIONS_S = 1.0
"""A bell that was lost costs an operation no more than this."""
SUPERSEDED = 4001
"""Close code for a connection that a newer one of the same station replaces."""
LEAVE = 1001, "server restart"

_log = logging.getLogger(__name__)


class Hub:
    """The connections of one process, by station."""

    def __init__(self) -> None:
        self.id = uuid.uuid4()
        self.intake = Intake()
        self.connections: dict[int, Connection] = {}
        self.is_leaving = False
        """The process ends: who is let in just now is sent away like the others."""
        self._tasks: list[asyncio.Task[None]] = []
        self._started: asyncio.Future[None] | None = None
        self._notices: NoticeListener | None = None
        self._operations: OperationRunner | None = None

    async def start(self) -> None:
        """Start the intake and the rounds; once, whoever asks first."""
        if self._started is not None:
            await asyncio.shield(self._started)
            return
        self._started = asyncio.get_running_loop().create_future()
        self.intake.start()
        await self._renew_lease()
        self._operations = runner = OperationRunner(self.id, self.intake, self.connections)
        gateway.listen_here(runner.ring)
        self._tasks = [
            asyncio.create_task(run_flusher()),
            asyncio.create_task(self._every(FLUSH_READINGS_S, self._flush_readings)),
            asyncio.create_task(self._every(RENEW_LEASE_S, self._renew_lease)),
            asyncio.create_task(self._every(FLUSH_SEEN_S, self._flush_seen)),
            asyncio.create_task(self._every(DROP_UNWELCOME_S, self._drop_unwelcome)),
            asyncio.create_task(self._every(SWEEP_OPERATIONS_S, self._sweep_operations)),
        ]
        if database.vendor == "postgresql":
            channels = {superseded_channel(self.id): self._on_superseded, gateway.channel(self.id): self._on_bell}
            self._notices = NoticeListener(channels)
            self._notices.start()
        self._started.set_result(None)

    def add(self, connection: Connection) -> None:
        """A station connected; an older connection of it is closed."""
        older = self.connections.get(connection.state.pk)
        self.connections[connection.state.pk] = connection
        if older is not None:
            older.close(SUPERSEDED, "replaced by a newer connection")
        publish(f"station-{connection.state.pk}", "stations")

    def remove(self, connection: Connection) -> None:
        """A socket is gone; the station is disconnected unless a newer connection holds it."""
        connection.lost()
        if self.connections.get(connection.state.pk) is not connection:
            return
        del self.connections[connection.state.pk]
        self._flush_readings_of([connection])
        effect = DisconnectStation(
            connection.state.pk, connection.state.generation, self.id, datetime.now(UTC), connection.last_seen_at
        )
        self.intake.submit(Announced(effect, f"station-{connection.state.pk}", *effect.live_names))

    def _on_superseded(self, payload: str) -> None:
        station, generation = payload.split()
        self.supersede(int(station), int(generation))

    def _on_bell(self, payload: str) -> None:
        if self._operations is not None:
            self._operations.wake()

    def supersede(self, station_id: int, generation: int) -> None:
        """Another process holds the station with a newer generation."""
        connection = self.connections.get(station_id)
        if connection is not None and connection.state.generation < generation:
            del self.connections[station_id]
            connection.close(SUPERSEDED, "replaced by a newer connection")

    async def stop(self) -> None:
        """Say goodbye to every station and write everything out."""
        if self._started is None:
            return
        for task in self._tasks:
            task.cancel()
        if self._operations is not None:
            gateway.stop_listening(self._operations.ring)
        if self._notices is not None:
            self._notices.stop()
        self.is_leaving = True
        for connection in self.connections.values():
            connection.hold()
        await self.intake.settle()
        for connection in list(self.connections.values()):
            connection.close(*LEAVE)
            self.remove(connection)
        await self.intake.settle()
        self.intake.stop()

    # --- rounds ----------------------------------------------------------------

    async def _every(self, interval_s: float, round_: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(interval_s)
            try:
                await round_()
            except Exception:
                _log.exception("a round of the station endpoint failed")

    def _flush_readings_of(self, connections: Iterable[Connection]) -> None:
        effect = FlushReadings()
        for connection in connections:
            if connection.state.changed_connectors:
                effect.collect(connection.state)
        if effect.connectors:
            self.intake.submit(Announced(effect, *effect.live_names))

    async def _flush_readings(self) -> None:
        self._flush_readings_of(self.connections.values())

    async def _renew_lease(self) -> None:
        await self.intake.apply(RenewLease(self.id, datetime.now(UTC)))

    async def _drop_unwelcome(self) -> None:
        """Close the sockets of stations whose token was withdrawn together with its stations."""
        question = FindUnwelcome(self.id, datetime.now(UTC))
        if self.connections:
            await self.intake.apply(question)
        for station_id in question.station_ids:
            if (connection := self.connections.get(station_id)) is not None:
                connection.close(1008, "token withdrawn")

    async def _sweep_operations(self) -> None:
        if self._operations is not None:
            self._operations.wake()

    async def _flush_seen(self) -> None:
        seen = [(c.state.pk, c.last_seen_at) for c in self.connections.values()]
        if seen:
            await self.intake.apply(SeeStations(seen))
