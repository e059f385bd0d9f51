"""Group commit: the effects of a burst go to the database in one transaction on one thread.

Every answer leaves after the commit that holds its effect. A batch that fails is halved until the message
that poisons it stands alone; that one is journalled with the error and its sender answered, the
others are written. While the database is away nothing is answered and nothing is dropped.
"""

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from queue import SimpleQueue

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from emobility.common.bulk import stamp
from emobility.common.events import publish
from emobility.common.writers import Row, transaction
from stations.services.effects import Effect
from stations.services.journal import write_exchanges

WINDOW_S = 0.005
"""How long a message may wait for company; a transaction costs the same for one as for fifty."""
ENOUGH = 16
"""So many are company enough: they are written once the event loop reads no more of them."""
MAX_BATCH = 500
RETRY_S = 0.5

_log = logging.getLogger(__name__)


class Item:
    """One unit of work. ``effect`` is what it changes; ``error`` what kept this item alone from being written.

    ``stored`` is False where not even its journal row could be written.
    """

    __slots__ = ("effect", "error", "stored")

    def __init__(self, effect: Effect | None) -> None:
        self.effect = effect
        self.error: Exception | None = None
        self.stored = True

    def record(self, now: str) -> Row | None:
        """The journal row; asked for once the effect is applied, still inside the transaction, at ``now`` (stamped)."""
        return None

    def done(self) -> None:
        """Called in the event loop after the commit."""


class Announced(Item):
    """An effect whose commit open pages are told of."""

    __slots__ = ("names",)

    def __init__(self, effect: Effect, *names: str) -> None:
        super().__init__(effect)
        self.names = names

    def done(self) -> None:
        publish(*self.names)


class _Awaited(Item):
    """An item somebody waits for."""

    __slots__ = ("_effect", "written")

    def __init__(self, effect: Effect, written: asyncio.Future[None]) -> None:
        super().__init__(effect)
        self._effect, self.written = effect, written

    def done(self) -> None:
        if self.written.cancelled():
            return
        if self.error is None:
            publish(*self._effect.live_names)
            self.written.set_result(None)
        else:
            self.written.set_exception(self.error)


class Intake:
    """Collects items in the event loop and writes them in batches from its own thread."""

    def __init__(self) -> None:
        self._pending: list[Item] = []
        self._in_flight = False
        self._gathering = False
        self._timer: asyncio.TimerHandle | None = None
        self._batches: SimpleQueue[list[Item] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_forever, name="intake", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._settled: asyncio.Future[None] | None = None
        self._stopping = threading.Event()
        self.commits = 0
        self.written = 0

    def start(self) -> None:
        """Start the writer; call it in the event loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def submit(self, item: Item) -> None:
        """Have ``item`` written with the next batch; event loop only."""
        self._pending.append(item)
        self._schedule()

    async def apply(self, effect: Effect) -> None:
        """Write ``effect`` and wait for its commit; raises what made it fail."""
        assert self._loop is not None
        item = _Awaited(effect, self._loop.create_future())
        self.submit(item)
        await item.written

    async def settle(self) -> None:
        """Wait until everything submitted so far is written and answered."""
        assert self._loop is not None
        if self._pending or self._in_flight:
            self._settled = self._loop.create_future()
            self._flush()
            await self._settled

    def stop(self) -> None:
        """End the writer; call ``settle`` before."""
        self._stopping.set()
        self._batches.put(None)

    def _schedule(self) -> None:
        """Have what is pending written soon: what is enough after this burst, else with what the window brings."""
        if self._in_flight or not self._pending or self._loop is None:
            return
        if len(self._pending) >= MAX_BATCH or self._settled is not None:
            self._flush()
        elif len(self._pending) >= ENOUGH:
            if not self._gathering:
                self._gathering = True
                self._loop.call_soon(self._gather, 0)
        elif self._timer is None:
            self._timer = self._loop.call_later(WINDOW_S, self._flush)

    def _gather(self, before: int) -> None:
        """Wait for as long as every turn of the event loop brings more."""
        assert self._loop is not None
        self._gathering = len(self._pending) > before
        if self._gathering:
            self._loop.call_soon(self._gather, len(self._pending))
        else:
            self._flush()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._in_flight or not self._pending:
            return
        batch, self._pending = self._pending[:MAX_BATCH], self._pending[MAX_BATCH:]
        self._in_flight = True
        self._batches.put(batch)

    def _committed(self, batch: Sequence[Item]) -> None:
        self._in_flight = False
        self.commits += 1
        self.written += len(batch)
        for item in batch:
            try:
                item.done()
            except Exception:
                _log.exception("answering failed")
        self._schedule()
        if self._settled is not None and not self._in_flight and not self._pending:
            self._settled.set_result(None)
            self._settled = None

    # --- writer thread ---------------------------------------------------------

    def _write_forever(self) -> None:
        while (batch := self._batches.get()) is not None:
            self._write_until_done(batch)
            assert self._loop is not None
            self._loop.call_soon_threadsafe(self._committed, batch)
        connection.close()

    def _write_until_done(self, batch: list[Item]) -> None:
        """Write ``batch``: halve what fails, wait out a database that is away."""
        parts = [batch]
        while parts and not self._stopping.is_set():
            try:
                write(parts[0])
            except (OperationalError, InterfaceError) as error:
                _log.error("database unavailable, answers are held back: %s", error)
                close_old_connections()
                self._stopping.wait(RETRY_S)
            except Exception as error:
                parts[:1] = self._halves(parts[0], error)
            else:
                del parts[0]

    def _halves(self, part: list[Item], error: Exception) -> list[list[Item]]:
        """The two halves of a batch that failed; a single item is taken out of its effect and only journalled."""
        if len(part) > 1:
            middle = len(part) // 2
            return [part[:middle], part[middle:]]
        item = part[0]
        if item.error is not None:  # not even its journal row can be written
            _log.error("frame not stored, it is not answered", exc_info=error)
            item.stored = False
            return []
        _log.error("message quarantined", exc_info=error)
        item.error, item.effect = error, None
        return [part]


def write(batch: Sequence[Item]) -> None:
    """Write all effects, then all journal rows, in one transaction."""
    by_kind: dict[type[Effect], list[Effect]] = defaultdict(list)
    for item in batch:
        if item.effect is not None:
            by_kind[type(item.effect)].append(item.effect)
    kinds = sorted(by_kind, key=lambda kind: kind.order)
    with transaction() as database:
        for kind in kinds:
            kind.prepare(by_kind[kind])
        for kind in kinds:
            kind.apply(database, by_kind[kind])
        now = stamp(datetime.now(UTC))
        write_exchanges(database, [row for item in batch if (row := item.record(now)) is not None])
