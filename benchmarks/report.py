"""The figures of a benchmark run and the table they make."""

import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median
from typing import Any, Protocol

import psutil

from benchmarks.servers import Cost

PACKAGES = ("django", "channels", "daphne", "websockets", "orjson", "jsonschema-rs", "psycopg")


class PlanLike(Protocol):
    """The sizes named in the report."""

    stations: int
    rounds: int
    rate: int
    storm: int
    waiting: tuple[int, ...]


@dataclass
class Round:
    """One round: the server kept busy by so many waiting stations, then a steady rate."""

    full: dict[int, tuple[dict[str, Any], Cost]]
    paced: dict[str, Any]
    paced_cost: Cost

    def app(self, waiting: int) -> float:
        """CPU seconds of the server per 1,000 pairs with ``waiting`` stations waiting."""
        result, cost = self.full[waiting]
        return per_1000(cost.app, result["pairs"])


@dataclass
class Storm:
    """Stations connecting for the first time, and again after a restart."""

    first: dict[str, Any]
    again: dict[str, Any]
    cost: Cost


@dataclass
class Figures:
    """Everything measured on one server; ``unstored`` is what was answered but is not in its database."""

    rounds: list[Round] = field(default_factory=list)
    unstored: dict[str, int] = field(default_factory=dict)
    storm: Storm | None = None
    base_mb: float = 0
    mb_per_1000: float = 0


def per_1000(amount: float, count: int) -> float:
    """``amount`` per 1,000."""
    return amount * 1000 / count


def render(figures: dict[str, Figures], plan: PlanLike, postgres_version: str) -> str:
    """The whole report, in Markdown."""
    floor = figures["floor"]
    parts = [
        f"# Benchmarks of {datetime.now(UTC):%Y-%m-%d}",
        machine(postgres_version),
        f"Full load: {plan.stations} stations, some of them waiting for an answer at any time; 70 % MeterValues, 15 % "
        "Heartbeat, 10 % StatusNotification, 5 % Start/StopTransaction. The endpoint validates against the schemas and "
        "answers after the commit; the floor validates and stores nothing. CPU is seconds of user and system time per "
        f"1,000 request/answer pairs. Medians of {plan.rounds} alternating rounds; × floor within each round.",
        *[
            f"With {waiting} stations waiting:\n\n"
            + table(FULL_COLUMNS, {name: full_row(one, floor, waiting) for name, one in figures.items()})
            for waiting in plan.waiting
        ],
        f"Steady load: {plan.rate} messages a second; latency counts from the scheduled time.",
        table(PACED_COLUMNS, {name: paced_row(one) for name, one in figures.items()}),
        f"Reconnect storm: {plan.storm} stations connect and boot, 500 at once, after a restart of the server.",
        table(STORM_COLUMNS, {name: storm_row(one) for name, one in figures.items()}),
        *[
            f"**{name}: answered but not in the journal: {one.unstored}**"
            for name, one in figures.items()
            if one.unstored
        ],
    ]
    return "\n\n".join(parts) + "\n"


def machine(postgres_version: str) -> str:
    """What it ran on."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{psutil.cpu_count()} × {processor()}, {psutil.virtual_memory().total / 1e9:.0f} GB, {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}, PostgreSQL {postgres_version}; {packages}. "
        f"Load average at the end {psutil.getloadavg()[0]:.1f}."
    )


def processor() -> str:
    """The processor's name."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


FULL_COLUMNS = ("CPU s", "× floor", "database CPU s", "pairs/s", "p50 ms", "p99 ms")
PACED_COLUMNS = ("CPU s", "database CPU s", "p50 ms", "p99 ms", "max ms")
STORM_COLUMNS = (
    "first time/s",
    "again/s",
    "CPU ms each",
    "database CPU ms each",
    "p99 ms",
    "MB base",
    "MB per 1,000 idle",
)


def full_row(one: Figures, floor: Figures, waiting: int) -> list[str]:
    """Cells of the table under full load."""
    ratios = [mine.app(waiting) / its.app(waiting) for mine, its in zip(one.rounds, floor.rounds, strict=True)]
    results = [r.full[waiting][0] for r in one.rounds]
    database = [per_1000(r.full[waiting][1].database, r.full[waiting][0]["pairs"]) for r in one.rounds]
    return [
        f"{median(r.app(waiting) for r in one.rounds):.4f}",
        f"{median(ratios):.2f}",
        f"{median(database):.4f}",
        f"{median(result['per_second'] for result in results):,.0f}",
        *medians(results, ("p50_ms", "p99_ms")),
    ]


def paced_row(one: Figures) -> list[str]:
    """Cells of the table under steady load."""
    app = [per_1000(r.paced_cost.app, r.paced["pairs"]) for r in one.rounds]
    database = [per_1000(r.paced_cost.database, r.paced["pairs"]) for r in one.rounds]
    return [
        f"{median(app):.3f}",
        f"{median(database):.3f}",
        *medians([r.paced for r in one.rounds], ("p50_ms", "p99_ms", "max_ms")),
    ]


def medians(results: list[dict[str, Any]], names: tuple[str, ...]) -> list[str]:
    """Medians over the rounds of these figures."""
    return [f"{median(result[name] for result in results):.1f}" for name in names]


def storm_row(one: Figures) -> list[str]:
    """Cells of the table of connecting stations."""
    assert one.storm is not None
    stations = one.storm.again["stations"]
    return [
        f"{one.storm.first['per_second']:,.0f}",
        f"{one.storm.again['per_second']:,.0f}",
        f"{per_1000(one.storm.cost.app, stations):.2f}",
        f"{per_1000(one.storm.cost.database, stations):.2f}",
        f"{one.storm.again['p99_ms']:.0f}",
        f"{one.base_mb:.0f}",
        f"{one.mb_per_1000:.1f}",
    ]


def table(columns: tuple[str, ...], rows: dict[str, list[str]]) -> str:
    """A Markdown table with one row per server."""
    head = ["| server | " + " | ".join(columns) + " |", "|---|" + "--:|" * len(columns)]
    return "\n".join(head + [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()])
