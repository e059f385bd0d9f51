"""The load generator: many virtual stations in one process of its own, driven by commands on stdin.

Each line on stdin is a JSON object ``{"do": NAME, ...}``, each answer a JSON line on stdout. One process keeps its
stations connected from command to command, so that rounds against several servers can alternate.
"""

import json
import random
import resource
import select
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from statistics import quantiles

import orjson

from benchmarks import wire
from benchmarks.station import CYCLE, Station

PATIENCE_S = 60
"""Without any answer for this long the run is given up."""


class Connection:
    """One station's socket."""

    __slots__ = ("began", "buffer", "due", "sock", "station", "upgraded")

    def __init__(self, station: Station, port: int) -> None:
        self.station = station
        self.sock = wire.connect(port)
        self.buffer = b""
        self.upgraded = False
        self.began = self.due = time.perf_counter()

    def send(self, message: bytes) -> None:
        """Send one text frame; stations wait for each answer, so the kernel's buffer always has room."""
        self.sock.send(wire.frame(message))


class Load:
    """All stations against one server."""

    def __init__(self, port: int, path: str) -> None:
        self.port = port
        self.path = path
        self.poll = select.epoll()
        self.by_fd: dict[int, Connection] = {}
        self.connections: list[Connection] = []
        self.answered: Counter[str] = Counter()
        self.run = random.getrandbits(32)

    def connect(self, stations: int, at_once: int = 64) -> dict:
        """Connect and boot that many more stations, ``at_once`` at a time."""
        first = len(self.connections)
        waiting = deque(range(first, first + stations))
        times: list[float] = []

        def open_next() -> None:
            if waiting:
                self._open(Station(waiting.popleft(), self.run))

        def booted(connection: Connection) -> None:
            times.append(time.perf_counter() - connection.began)
            open_next()

        started = time.perf_counter()
        for _ in range(min(at_once, stations)):
            open_next()
        self._until(lambda: len(times) == stations, booted)
        elapsed = time.perf_counter() - started
        return {"stations": stations, "seconds": elapsed, "per_second": stations / elapsed, **percentiles(times)}

    def stagger(self) -> dict:
        """Bring station n to position n of its cycle, so that every kind of message is under way at any time."""
        return self._closed({c: c.station.number % len(CYCLE) for c in self.connections}, outstanding=64)

    def closed(self, cycles: int, outstanding: int = 64) -> dict:
        """Let every station work through its cycle, ``outstanding`` of them waiting for an answer at any time."""
        return self._closed(dict.fromkeys(self.connections, cycles * len(CYCLE)), outstanding)

    def _closed(self, left: dict[Connection, int], outstanding: int) -> dict:
        ready = deque(connection for connection in left if left[connection])
        total, times = sum(left.values()), []

        def send_next() -> None:
            if ready:
                connection = ready.popleft()
                left[connection] -= 1
                connection.due = time.perf_counter()
                connection.send(connection.station.next())

        def answered(connection: Connection) -> None:
            times.append(time.perf_counter() - connection.due)
            if left[connection]:
                ready.append(connection)
            send_next()

        started = time.perf_counter()
        for _ in range(min(outstanding, len(ready))):
            send_next()
        self._until(lambda: len(times) == total, answered)
        elapsed = time.perf_counter() - started
        return {"pairs": total, "seconds": elapsed, "per_second": total / elapsed, **percentiles(times)}

    def open(self, rate: int, seconds: float) -> dict:
        """Send ``rate`` messages a second, station after station; latency counts from the scheduled time."""
        total, times = int(rate * seconds), []
        busy: set[Connection] = set()
        late: dict[Connection, deque[float]] = {}
        started = time.perf_counter() + 0.05

        def send(connection: Connection, due: float) -> None:
            connection.due = due
            busy.add(connection)
            connection.send(connection.station.next())

        def answered(connection: Connection) -> None:
            times.append(time.perf_counter() - connection.due)
            busy.discard(connection)
            if queue := late.get(connection):
                send(connection, queue.popleft())

        for number in range(total):
            connection, due = self.connections[number % len(self.connections)], started + number / rate
            while (pause := due - time.perf_counter()) > 0:
                self._turn(pause, answered)
            if connection in busy:
                late.setdefault(connection, deque()).append(due)
            else:
                send(connection, due)
        self._until(lambda: len(times) == total, answered)
        return {"pairs": total, "seconds": time.perf_counter() - started, **percentiles(times)}

    def close(self) -> dict:
        """Close every connection at once, as a network outage would."""
        for connection in self.connections:
            self.poll.unregister(connection.sock)
            connection.sock.close()
        closed = len(self.connections)
        self.connections, self.by_fd = [], {}
        self.run = random.getrandbits(32)
        return {"closed": closed}

    def report(self) -> dict:
        """Answered CALLs by action, since the process started."""
        return dict(self.answered)

    def _open(self, station: Station) -> None:
        connection = Connection(station, self.port)
        self.connections.append(connection)
        self.by_fd[connection.sock.fileno()] = connection
        self.poll.register(connection.sock, select.EPOLLOUT)

    def _until(self, done: Callable[[], bool], answered: Callable[[Connection], None]) -> None:
        heard = time.perf_counter()
        while not done():
            if self._turn(1, answered):
                heard = time.perf_counter()
            elif time.perf_counter() - heard > PATIENCE_S:
                raise TimeoutError(f"no answer for {PATIENCE_S} s")

    def _turn(self, timeout_s: float, answered: Callable[[Connection], None]) -> int:
        events = self.poll.poll(timeout_s)
        for fd, event in events:
            connection = self.by_fd[fd]
            if event & select.EPOLLOUT:
                path = self.path + connection.station.identity
                connection.sock.send(wire.upgrade_request(self.port, path))
                self.poll.modify(fd, select.EPOLLIN)
            else:
                self._read(connection, answered)
        return len(events)

    def _read(self, connection: Connection, answered: Callable[[Connection], None]) -> None:
        received = connection.sock.recv(65536)
        if not received:
            raise ConnectionError(f"{connection.station.identity}: the server closed the connection")
        connection.buffer += received
        if not connection.upgraded and not self._upgrade(connection):
            return
        while found := wire.split_frame(connection.buffer):
            opcode, payload, connection.buffer = found
            if opcode == wire.TEXT:
                self._take(connection, payload, answered)
            elif opcode == wire.PING:
                connection.sock.send(wire.frame(payload, wire.PONG))
            elif opcode == wire.CLOSE:
                raise ConnectionError(f"{connection.station.identity}: closed with {payload!r}")

    def _upgrade(self, connection: Connection) -> bool:
        head, found, rest = connection.buffer.partition(b"\r\n\r\n")
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(f"{connection.station.identity}: {head!r} {rest!r}")
        connection.upgraded = True
        connection.buffer = rest
        connection.send(connection.station.boot())
        return True

    def _take(self, connection: Connection, payload: bytes, answered: Callable[[Connection], None]) -> None:
        message = orjson.loads(payload)
        if message[0] == 2:
            connection.send(orjson.dumps([4, message[1], "NotSupported", "", {}]))
            return
        connection.station.take(message)
        self.answered[connection.station.action] += 1
        answered(connection)


def percentiles(times: list[float]) -> dict[str, float]:
    """Median, 99th percentile and maximum of ``times``, in milliseconds."""
    if len(times) < 2:
        return {}
    cuts = quantiles(times, n=100)
    return {"p50_ms": 1000 * cuts[49], "p99_ms": 1000 * cuts[98], "max_ms": 1000 * max(times)}


def main(port: int, path: str) -> None:
    """Obey the commands on stdin until it ends."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    load = Load(port, path)
    for line in sys.stdin:
        command = json.loads(line)
        result = getattr(load, command.pop("do"))(**command)
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
