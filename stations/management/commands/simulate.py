"""Runs virtual charging stations against a central system."""

import asyncio
import itertools
import signal
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from stations.simulation.client import without_secrets
from stations.simulation.clock import Clock
from stations.simulation.fleet import Fleet, Plan, clock_for
from stations.simulation.makes import MAKES

PLAIN_PROGRESS_EVERY_S = 10
ALL_REFUSED = 2


class Command(BaseCommand):
    """``manage.py simulate --url ws://127.0.0.1:9000/ocpp/<token> --stations 10``."""

    help = (
        "Virtual charging stations: they boot, charge and obey commands until stopped with Ctrl-C. "
        "Exit code 2 when the endpoint refuses all of them."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", required=True, help="ws[s]://host:port/ocpp/<token>, without a station id")
        parser.add_argument("--stations", type=positive, default=1, help="how many (default 1)")
        parser.add_argument("--ocpp", choices=["1.6"], default="1.6", help="OCPP version")
        parser.add_argument("--connectors", type=positive, default=2, help="connectors of each station (default 2)")
        parser.add_argument(
            "--model",
            type=models,
            default=["virtual"],
            help=f"models of the stations, which take turns: of {', '.join(MAKES)}, separated by commas",
        )
        parser.add_argument("--prefix", default="DEMO-", help="start of the station ids (default DEMO-)")
        parser.add_argument("--seed", type=int, default=0, help="the same seed draws the same stations and drivers")
        parser.add_argument("--sample-interval", type=positive, default=10, help="seconds between meter values")
        parser.add_argument(
            "--no-visitors", action="store_true", help="no drivers come by themselves; stations only obey commands"
        )
        parser.add_argument("--quiet", action="store_true", help="say nothing but what goes wrong")
        parser.add_argument("--until-eof", action="store_true", help="stop when standard input ends, as with its owner")
        pace = parser.add_mutually_exclusive_group()
        pace.add_argument(
            "--time-scale",
            type=positive_float,
            default=1.0,
            help="live so many times faster: pauses, sampling and charging; timestamps and heartbeats stay real",
        )
        pace.add_argument(
            "--rate",
            type=positive_float,
            help="shorten or stretch pauses, sessions and sampling so that all stations together send about so many "
            "messages a second, heartbeats aside; cars charge at real speed",
        )

    def handle(self, **options: Any) -> None:
        """Run until stopped."""
        if not options["url"].startswith(("ws://", "wss://")):
            raise CommandError("--url must start with ws:// or wss://")
        plan = plan_of(options)
        self._is_quiet, self._told = options["quiet"], set[str]()
        if not self._is_quiet:
            where = without_secrets(plan.url)
            self.stdout.write(f"{plan.stations} stations connect to {where}, time scale {plan.clock.scale:.3g}")
        fleet = Fleet(plan)
        asyncio.run(self._run(fleet, until_eof=options["until_eof"]))
        if fleet.are_all_refused:
            sys.exit(ALL_REFUSED)

    async def _run(self, fleet: Fleet, *, until_eof: bool) -> None:
        loop, fleet_task = asyncio.get_running_loop(), asyncio.ensure_future(fleet.run())
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, fleet_task.cancel)
        if until_eof:
            loop.add_reader(sys.stdin, lambda: loop.remove_reader(sys.stdin) and fleet_task.cancel())
        progress = asyncio.ensure_future(self._show_progress(fleet))
        try:
            await asyncio.wait([fleet_task])
        finally:
            progress.cancel()
        if not fleet_task.cancelled():
            self._show_troubles(fleet)
            fleet_task.result()

    async def _show_progress(self, fleet: Fleet) -> None:
        """One line, rewritten on a terminal; elsewhere a plain line now and then until all are connected."""
        is_terminal, is_complete = self.stdout.isatty(), False
        sent, at = 0, time.monotonic()
        for tick in itertools.count(1):
            await asyncio.sleep(1)
            self._show_troubles(fleet)
            is_due = is_terminal or (tick % PLAIN_PROGRESS_EVERY_S == 0 and not is_complete)
            if is_due and not self._is_quiet:
                self._show_line(fleet, (fleet.sent - sent) / (time.monotonic() - at), is_terminal)
                sent, at = fleet.sent, time.monotonic()
                is_complete = fleet.online == len(fleet.stations)

    def _show_line(self, fleet: Fleet, rate: float, is_terminal: bool) -> None:
        line = f"{fleet.online} of {len(fleet.stations)} connected, {fleet.charging} charging, {rate:.1f} messages/s"
        self.stdout.write(f"\r{line:<78}" if is_terminal else line, ending="" if is_terminal else "\n")
        self.stdout.flush()

    def _show_troubles(self, fleet: Fleet) -> None:
        """Say each reason that keeps stations away once."""
        for reason, stations in fleet.troubles().items():
            if reason not in self._told:
                self._told.add(reason)
                self.stderr.write(f"{stations} stations: {reason}")


def plan_of(options: dict[str, Any]) -> Plan:
    """The fleet the command line asks for."""
    size = {"stations": options["stations"], "connectors": options["connectors"]}
    interval_s, rate = options["sample_interval"], options["rate"]
    clock = clock_for(rate, **size, sample_interval_s=interval_s) if rate else Clock(options["time_scale"])
    return Plan(
        url=options["url"],
        **size,
        models=options["model"],
        prefix=options["prefix"],
        seed=options["seed"],
        sample_interval_s=interval_s,
        has_visitors=not options["no_visitors"],
        clock=clock,
    )


def models(text: str) -> list[str]:
    """Names of models, separated by commas."""
    names = text.split(",")
    if not MAKES.keys() >= set(names):
        raise ValueError(text)
    return names


def positive(text: str) -> int:
    """An argument of at least 1."""
    return int(positive_float(text))


def positive_float(text: str) -> float:
    """An argument above 0."""
    value = float(text)
    if value <= 0:
        raise ValueError(text)
    return value
