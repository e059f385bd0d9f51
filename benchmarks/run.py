"""``make bench``: the station endpoint on PostgreSQL and on SQLite against the floor, in alternating rounds.

The figure to trust is CPU seconds of the server process per 1,000 request/answer pairs, as a ratio within
one round: the clock is at the mercy of everything else on the machine.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.report import Figures, Round, Storm, render
from benchmarks.servers import ROOT, Cost, Endpoint, Floor, Postgres, PostgresEndpoint, Server, SqliteEndpoint, pin

ANSWER_TIMEOUT_S = 300


@dataclass(frozen=True)
class Plan:
    """How much is run."""

    stations: int
    cycles: int
    rounds: int
    rate: int
    open_s: float
    storm: int
    idle: int
    waiting: tuple[int, ...] = (64, 256)


FULL = Plan(stations=500, cycles=1, rounds=5, rate=500, open_s=6, storm=3000, idle=1000)
QUICK = Plan(stations=300, cycles=1, rounds=2, rate=200, open_s=4, storm=500, idle=500)


class Generator:
    """A load generator process; ``generator.closed(cycles=1)`` runs that command and returns its result."""

    def __init__(self, server: Server) -> None:
        command = [sys.executable, "-m", "benchmarks.load", str(server.port), server.path]
        self.process = psutil.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        pin(self.process, (psutil.cpu_count() or 1) - 1)

    def __getattr__(self, command: str) -> Any:
        return lambda **arguments: self._do(command, arguments)

    def _do(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        self.process.stdin.write(json.dumps({"do": command, **arguments}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the load generator ended during {command}")
        return json.loads(answer)

    def stop(self) -> None:
        """End the process and with it every connection."""
        self.process.stdin.close()
        self.process.kill()
        self.process.wait(5)


@contextmanager
def load_on(server: Server) -> Iterator[Generator]:
    """A load generator against ``server``."""
    generator = Generator(server)
    try:
        yield generator
    finally:
        generator.stop()


@dataclass
class Bench:
    """One run over all servers."""

    plan: Plan
    servers: list[Server]
    figures: dict[str, Figures] = field(default_factory=dict)

    def run(self) -> dict[str, Figures]:
        """Measure everything; returns the figures by server name."""
        self.figures = {server.name: Figures() for server in self.servers}
        self.measure_load()
        for server in self.servers:
            self.measure_storm(server)
            self.measure_memory(server)
        return self.figures

    def measure_load(self) -> None:
        """Alternate the servers under load, then compare what was answered with what was stored."""
        with ExitStack() as stack:
            generators = {}
            for server in self.servers:
                server.start()
                generators[server] = stack.enter_context(load_on(server))
                generators[server].connect(stations=self.plan.stations)
                generators[server].stagger()
            for number in range(self.plan.rounds):
                for server, generator in generators.items():
                    say(f"round {number + 1} of {self.plan.rounds}: {server.name}")
                    self.figures[server.name].rounds.append(self._round(server, generator))
            for server, generator in generators.items():
                self._verify(server, generator.report())

    def _round(self, server: Server, generator: Generator) -> Round:
        full = {
            waiting: costing(
                server, lambda waiting=waiting: generator.closed(cycles=self.plan.cycles, outstanding=waiting)
            )
            for waiting in self.plan.waiting
        }
        paced, paced_cost = costing(server, lambda: generator.open(rate=self.plan.rate, seconds=self.plan.open_s))
        return Round(full, paced, paced_cost)

    def _verify(self, server: Server, answered: dict[str, int]) -> None:
        if (stored := server.journal()) is not None:
            self.figures[server.name].unstored = {
                action: count - stored.get(action, 0)
                for action, count in answered.items()
                if stored.get(action, 0) != count
            }

    def measure_storm(self, server: Server) -> None:
        """Everybody comes back at once after the server was away."""
        say(f"reconnect storm: {server.name}")
        with load_on(server) as generator:
            first = generator.connect(stations=self.plan.storm, at_once=500)
            generator.close()
            server.stop()
            server.start()
            again, cost = costing(server, lambda: generator.connect(stations=self.plan.storm, at_once=500))
        self.figures[server.name].storm = Storm(first, again, cost)

    def measure_memory(self, server: Server) -> None:
        """Resident memory with 0, N and 2N idle stations."""
        say(f"idle memory: {server.name}")
        server.stop()
        server.start()
        sizes = [server.rss_mb()]
        with load_on(server) as generator:
            for _ in range(2):
                generator.connect(stations=self.plan.idle)
                sizes.append(server.rss_mb())
        server.stop()
        figures = self.figures[server.name]
        figures.base_mb, figures.mb_per_1000 = sizes[0], (sizes[2] - sizes[1]) * 1000 / self.plan.idle


def costing(server: Server, work: Any) -> tuple[dict[str, Any], Cost]:
    """The result of ``work`` and what the server spent on it."""
    before = server.cost()
    result = work()
    return result, server.cost() - before


def say(what: str) -> None:
    """Progress, beside the result."""
    print(f"  {what}", file=sys.stderr, flush=True)


def main() -> int:
    """Run the benchmarks; exit status 1 when an answered message is not in the database."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a short run: fewer stations, rounds and seconds")
    parser.add_argument("--save", action="store_true", help="also write benchmarks/results.md")
    parser.add_argument("--only", choices=["postgresql", "sqlite"], help="measure one database beside the floor")
    arguments = parser.parse_args()
    plan = QUICK if arguments.quick else FULL
    directory = Path(tempfile.mkdtemp(prefix="emobility-bench-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        postgres = Postgres(directory / "postgres")
        stack.callback(postgres.stop)
        servers: list[Server] = [Floor(directory), *endpoints(directory, postgres, arguments.only)]
        for server in servers:
            stack.callback(server.stop)
        figures = Bench(plan, servers).run()
        text = render(figures, plan, postgres.version())
    print(text)
    if arguments.save:
        (Path(__file__).parent / "results.md").write_text(text)
    return int(any(figure.unstored for figure in figures.values()))


def endpoints(directory: Path, postgres: Postgres, only: str | None) -> list[Endpoint]:
    """The product on both databases, or on one."""
    made: list[Endpoint] = []
    if only != "sqlite":
        made.append(PostgresEndpoint(directory, postgres))
    if only != "postgresql":
        made.append(SqliteEndpoint(directory))
    return made


if __name__ == "__main__":
    sys.exit(main())
