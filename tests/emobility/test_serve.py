"""``serve`` as its users meet it: two lines, one process group on its data, a prompt end."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from django.conf import settings

from tests.support import require, wait_until
from tests.support.servers import MANAGE, free_port, manage_environment

PORTAL_LINE = re.compile(r"^Portal: (http://127\.0\.0\.1:\d+)  user admin  password (\S{12,})$", re.M)
STATIONS_LINE = re.compile(r"^Stations connect to: ws://127\.0\.0\.1:\d+/ocpp/[A-Za-z0-9_-]{20,64}/<station id>$", re.M)


class Serve:
    """A first start of ``manage.py serve`` with its demo, on data of its own."""

    def __init__(self, directory: Path, **variables: str | int) -> None:
        self.directory = directory
        self.port = free_port()
        self.output_file = directory / f"output-{self.port}"
        environment = manage_environment(directory, DEMO=1, PORT=self.port, OCPP_PORT=free_port(), **variables)
        for name in {"DATABASE_URL", "SECRET_KEY"} - variables.keys():
            del environment[name]
        with self.output_file.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(MANAGE), "serve"],
                cwd=settings.BASE_DIR,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.output_file.read_text()

    def waits_for(self, what: str, condition: Callable[[], object]) -> None:
        wait_until(lambda: self.process.poll() is not None or condition(), what, timeout_s=40)
        assert self.process.poll() is None, self.output

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def is_ready(self) -> bool:
        try:
            return httpx.get(self.url("/readyz"), trust_env=False).is_success
        except httpx.TransportError:
            return False

    def family(self) -> list[int]:
        """All processes it started, itself included."""
        return [pid for pid in psutil.pids() if _session_of(pid) == self.process.pid]

    def end(self) -> None:
        """End whatever a failed test left behind."""
        for pid in self.family():
            os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=10)


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid) if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else None
    except (ProcessLookupError, psutil.NoSuchProcess):
        return None


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., Serve]]:
    """``serve(**environment)`` starts one; all of a test share the data directory."""
    started: list[Serve] = []

    def start(**variables: str | int) -> Serve:
        started.append(Serve(tmp_path, **variables))
        return started[-1]

    yield start
    for each in started:
        each.end()


def test_two_lines_say_where_to_go(serve):
    running = serve()
    running.waits_for("portal and stations are served", running.is_ready)
    assert len(PORTAL_LINE.findall(running.output)) == 1
    assert len(STATIONS_LINE.findall(running.output)) == 1


def test_second_one_on_the_same_data_refuses_and_says_why(serve):
    first = serve()
    first.waits_for("the first one holds the data", lambda: PORTAL_LINE.search(first.output))
    second = serve()
    assert second.process.wait(timeout=20) == 1
    assert f"(process {first.process.pid}) already uses {first.directory}" in second.output
    assert first.process.poll() is None


def no_wait(running: Serve) -> None:
    """The signal comes while Python still imports."""


def until_lines(running: Serve) -> None:
    """The signal comes between the lines and the first answer."""
    running.waits_for("the lines are printed", lambda: STATIONS_LINE.search(running.output))


def until_demo(running: Serve) -> None:
    """The signal comes while portal and demo stations run."""
    running.waits_for("portal and stations are served", running.is_ready)
    running.waits_for("demo stations run", lambda: len(running.family()) > 1)


def fetch_until_gone(url: str) -> None:
    """Ask for a page again and again."""
    with httpx.Client(trust_env=False) as client, contextlib.suppress(httpx.TransportError):
        while True:
            client.get(url)


def under_requests(running: Serve) -> None:
    """The signal comes while pages are being made."""
    running.waits_for("portal and stations are served", running.is_ready)
    threads = [threading.Thread(target=fetch_until_gone, args=[running.url("/account/login/")]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        httpx.get(running.url("/account/login/"), trust_env=False)


@pytest.mark.parametrize("moment", [no_wait, until_lines, until_demo, under_requests])
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_it_ends_with_all_its_children(serve, moment, how):
    running = serve()
    moment(running)
    running.process.send_signal(how)
    running.process.wait(timeout=10)
    assert running.family() == []
    if moment in (until_demo, under_requests):
        assert running.process.returncode == 0, running.output


def test_killed_one_leaves_no_demo_stations_and_no_lock(serve):
    killed = serve()
    until_demo(killed)
    killed.process.kill()
    killed.process.wait(timeout=10)
    wait_until(lambda: killed.family() == [], "demo stations end by themselves")
    again = serve()
    again.waits_for("the data can be used again", again.is_ready)


def test_redis_needs_a_secret_key_all_processes_share(serve):
    refused = serve(REDIS_URL="redis://127.0.0.1:1/0")
    assert refused.process.wait(timeout=20) == 1
    assert "SECRET_KEY is not set. With REDIS_URL set every process needs the same one" in refused.output


def test_redis_means_the_processes_of_the_procfile(serve):
    refused = serve(REDIS_URL="redis://127.0.0.1:1/0", SECRET_KEY="x" * 50)
    assert refused.process.wait(timeout=20) == 1
    assert "start the processes of the Procfile instead" in refused.output


def test_make_run_serves_with_the_demo():
    make = require(shutil.which("make"), "make")
    plan = [make, "-n", "--no-print-directory", "run"]  # as typed by a user, also when make runs the tests
    planned = subprocess.run(plan, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert planned.stdout.splitlines()[-1] == "DEMO=${DEMO:-1} .venv/bin/python manage.py serve"
