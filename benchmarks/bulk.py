"""``make bench-bulk``: one bulk reset over a thousand simulated stations while people look at pages.

The product runs as ``serve`` on SQLite, and as processes on PostgreSQL and Redis. One client asks for page after
page, first during the bulk operation, then once everything is settled: the ratio tells what the operation costs.
"""

import argparse
import csv
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
import psutil
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from benchmarks.products import PASSWORD, PATIENCE_S, USER, products
from benchmarks.report import machine
from benchmarks.servers import ROOT, Postgres, pin, until

PAUSE_S = 0.1
"""Between two pages of the client: about as often as the live parts of several open pages are fetched."""
IDLE_S = 20
TARGET_MS = 300


class Browser:
    """A person signed in."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=60, trust_env=False, follow_redirects=True)
        login = "/account/login/"
        token = _field(self.client.get(login).text, "csrfmiddlewaretoken")
        values = {"login": USER, "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = self.client.post(login, data=values, headers={"Referer": url + login})
        if answer.url.path == login:
            raise RuntimeError("the login was refused")

    def get(self, path: str) -> str:
        """A page."""
        return self.client.get(path).raise_for_status().text

    def timed(self, path: str) -> float:
        """Milliseconds until a page is complete."""
        began = time.perf_counter()
        self.get(path)
        return (time.perf_counter() - began) * 1000

    def start_reset(self, per_minute: int) -> str:
        """Reset every connected station, as the form does it; returns the page of the progress."""
        began = time.perf_counter()
        page = self.get("/operations/bulk/reset/?all=1&connection=connected")
        previewed = time.perf_counter()
        names = ("csrfmiddlewaretoken", "stations", "source")
        values = {name: _field(page, name) for name in names} | {"per_minute": str(per_minute)}
        answer = self.client.post(
            "/operations/bulk/reset/", data=values, headers={"Referer": str(self.client.base_url)}
        )
        answer.raise_for_status()
        self.preview_ms, self.start_ms = (previewed - began) * 1000, (time.perf_counter() - previewed) * 1000
        return answer.url.path

    def connected(self) -> int:
        """Stations the portal shows as connected."""
        found = re.search(r'data-count="(\d+)"', self.get("/stations/?connection=connected"))
        return int(found[1]) if found else 0


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise RuntimeError(f"the page has no field {name}")
    return found[1]


@dataclass
class Times:
    """How long pages took, in milliseconds, by page; ``updates`` counts what the live socket was told."""

    during: dict[str, list[float]] = field(default_factory=dict)
    idle: dict[str, list[float]] = field(default_factory=dict)
    updates: int = 0


class LiveSocket(threading.Thread):
    """An open page: counts how often it is told that operations changed."""

    def __init__(self, browser: Browser, url: str) -> None:
        super().__init__(daemon=True)
        self.told = 0
        self.url = url.replace("http", "ws", 1) + "/live/"
        self.origin = url
        self.cookie = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())

    def run(self) -> None:
        """Until the server ends."""
        headers = {"Cookie": self.cookie}
        with (
            suppress(ConnectionClosed),
            connect(self.url, origin=self.origin, additional_headers=headers, proxy=None) as socket,
        ):
            socket.send(json.dumps(["operations"]))
            for _names in socket:
                self.told += 1


@dataclass
class Result:
    """What one product did."""

    times: Times
    rows: list[dict[str, str]]
    preview_ms: float
    start_ms: float

    @property
    def states(self) -> Counter[str]:
        """Stations by outcome."""
        return Counter(row["state"] for row in self.rows)

    @property
    def effects(self) -> Counter[str]:
        """Stations by effect."""
        return Counter(row["effect"] for row in self.rows if row["effect"])

    def span_s(self, first: str, last: str) -> float:
        """Seconds from the first moment in one column to the last in another."""
        return (max(self.moments(last)) - min(self.moments(first))).total_seconds()

    def moments(self, column: str) -> list[datetime]:
        """All moments in a column."""
        return [datetime.fromisoformat(row[column]) for row in self.rows if row[column]]

    @property
    def late_s(self) -> list[float]:
        """How long after its time each station was asked."""
        pairs = [(row["due_at"], row["sent_at"]) for row in self.rows if row["sent_at"]]
        return [(datetime.fromisoformat(sent) - datetime.fromisoformat(due)).total_seconds() for due, sent in pairs]


@dataclass(frozen=True)
class Bench:
    """The sizes of a run."""

    stations: int
    per_minute: int
    time_scale: float

    def run(self, product: Any) -> Result:
        """Connect the stations, reset them all, look at pages meanwhile and afterwards."""
        product.start()
        product.wait()
        simulator = self._simulate(product)
        try:
            browser = Browser(product.url)
            until(
                lambda: browser.connected() >= self.stations,
                f"{self.stations} stations are connected",
                timeout_s=PATIENCE_S,
                pause_s=1,
            )
            return self._measure(browser, product.url)
        finally:
            simulator.terminate()
            simulator.wait(30)

    def _simulate(self, product: Any) -> psutil.Popen:
        url = f"ws://127.0.0.1:{product.port}{product.path.rstrip('/')}"
        size = ("--stations", str(self.stations), "--time-scale", str(self.time_scale), "--sample-interval", "60")
        command = [sys.executable, "manage.py", "simulate", "--url", url, *size, "--quiet"]
        simulator = psutil.Popen(command, cwd=ROOT, env=product.environment, stdin=subprocess.DEVNULL)
        pin(simulator, (psutil.cpu_count() or 1) - 1)
        return simulator

    def _measure(self, browser: Browser, url: str) -> Result:
        socket = LiveSocket(browser, url)
        socket.start()
        say("bulk reset")
        progress = browser.start_reset(self.per_minute)
        station = re.search(r'class="row-link" href="([^"]+)"', browser.get("/stations/"))
        assert station is not None
        pages = ["/", "/stations/", "/stations/?per_page=100", station[1], progress, "/operations/"]
        times = Times()
        self._look(browser, pages, times.during, until=lambda: self._is_settled(browser, progress))
        say("effects")
        until(lambda: not self._awaited(browser, progress), "every effect is known", timeout_s=PATIENCE_S, pause_s=1)
        say("idle")
        end = time.monotonic() + IDLE_S
        self._look(browser, pages, times.idle, until=lambda: time.monotonic() > end)
        times.updates = socket.told
        rows = list(csv.DictReader(io.StringIO(browser.get(f"{progress}?export=csv"))))
        return Result(times, rows, browser.preview_ms, browser.start_ms)

    def _look(self, browser: Browser, pages: list[str], times: dict[str, list[float]], *, until: Any) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not until():
            if time.monotonic() > deadline:
                raise RuntimeError("the bulk operation does not end")
            for page in pages:
                times.setdefault(page, []).append(browser.timed(page))
                time.sleep(PAUSE_S)

    def _is_settled(self, browser: Browser, progress: str) -> bool:
        found = re.search(r'<progress [^>]*max="(\d+)" value="(\d+)"', browser.get(progress))
        return found is not None and found[1] == found[2]

    def _awaited(self, browser: Browser, progress: str) -> bool:
        return "Watching" in browser.get(f"{progress}?state=skipped")


def percentile(times: list[float], percent: int) -> float:
    """A percentile of ``times``."""
    return quantiles(times, n=100, method="inclusive")[percent - 1] if len(times) > 1 else times[0]


def render(name: str, bench: Bench, result: Result) -> str:
    """One product's figures, in Markdown."""
    late = result.late_s
    facts = [
        f"## {name}",
        f"{bench.stations} stations, {bench.per_minute} a minute. Preview {result.preview_ms:.0f} ms, start "
        f"{result.start_ms:.0f} ms. All asked {result.span_s('due_at', 'sent_at'):.1f} s after the first was due "
        f"(planned {(len(result.rows) - 1) * 60 / bench.per_minute:.1f} s; late by {percentile(late, 50):.2f} s in the "
        f"median, {percentile(late, 99):.2f} s at the 99th percentile), all settled after "
        f"{result.span_s('due_at', 'settled_at'):.1f} s. Outcomes: {words(result.states)}. Effects: "
        f"{words(result.effects)}. Live updates: {result.times.updates}.",
        "| page | idle p50 ms | idle p95 ms | during p50 ms | during p95 ms | × idle (p95) |\n|---|--:|--:|--:|--:|--:|",
    ]
    rows = [_row(page, result.times.idle[page], times) for page, times in result.times.during.items()]
    return "\n\n".join(facts) + "\n" + "\n".join(rows) + "\n"


def _row(page: str, idle: list[float], during: list[float]) -> str:
    cells = [percentile(times, percent) for times in (idle, during) for percent in (50, 95)]
    return f"| {page} | " + " | ".join(f"{cell:.0f}" for cell in cells) + f" | {cells[3] / cells[1]:.1f} |"


def words(counts: Counter[str]) -> str:
    """Counts, the largest first."""
    return ", ".join(f"{count} {word}" for word, count in counts.most_common())


def say(what: str) -> None:
    """Progress, beside the result."""
    print(f"  {what}", file=sys.stderr, flush=True)


def main() -> int:
    """Run it; exit status 1 when a page was slower than the target or an operation stayed open."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--per-minute", type=int, default=1200, help="pace of the bulk operation")
    parser.add_argument("--time-scale", type=float, default=5, help="of the simulated stations")
    parser.add_argument("--only", choices=["postgresql", "sqlite"], help="run one of the two products")
    arguments = parser.parse_args()
    bench = Bench(arguments.stations, arguments.per_minute, arguments.time_scale)
    directory = Path(tempfile.mkdtemp(prefix="emobility-bench-"))
    results: dict[str, Result] = {}
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        postgres = Postgres(directory / "postgres")
        stack.callback(postgres.stop)
        for product in products(directory, postgres, arguments.only):
            stack.callback(product.stop)
            say(product.name)
            results[product.name] = bench.run(product)
            product.stop()
        heading = machine(postgres.version())
    print("\n\n".join([heading, *(render(name, bench, result) for name, result in results.items())]))
    return int(not all(map(is_good, results.values())))


def is_good(result: Result) -> bool:
    """Whether every page met the target, and every operation has its outcome."""
    slowest = max(percentile(times, 95) for times in result.times.during.values())
    return slowest < TARGET_MS and not {"queued", "sent"} & set(result.states)


if __name__ == "__main__":
    sys.exit(main())
