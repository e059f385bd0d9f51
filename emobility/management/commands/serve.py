"""Everything in one process: portal, station endpoint and periodic tasks, on SQLite without Redis."""

import logging
import os
import subprocess
import sys
import threading
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from emobility.common.lock import AlreadyRunning, hold
from stations.services.credentials import station_url_prefix
from stations.services.demo import FirstRun, ensure_administrator, ensure_demo
from stations.services.endpoints import release_all_endpoints

DEMO_MODELS = ("virtual", "bender", "virtual", "delta", "virtual", "unknown")
"""One station each. The last one is in no catalogue: it shows what somebody has to enter by hand."""


class Command(BaseCommand):
    demo: subprocess.Popen[bytes] | None = None
    help = "Run portal, station endpoint and periodic tasks in one process (and, with DEMO=1, demo stations)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, make what a first start needs, run until SIGTERM or Ctrl-C."""
        if not settings.EMBEDDED:
            raise CommandError("REDIS_URL is set: start the processes of the Procfile instead (make up).")
        try:
            lock = hold(settings.DATA_DIR / "lock")
        except AlreadyRunning as holder:
            raise CommandError(
                f"Another process group (process {holder}) already uses {settings.DATA_DIR}. Stop it, or set DATA_DIR "
                "to another directory, or set DATABASE_URL and REDIS_URL to run several processes."
            ) from None
        with lock:
            self._prepare()
            self._run()
        logging.shutdown()
        # Everything is written. Threads of requests in work wait for an event loop that is gone: Python would join them.
        os._exit(0)

    def _prepare(self) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        release_all_endpoints()  # we hold the lock: whoever held sockets here is gone
        kept = FirstRun()
        password = ensure_administrator(kept)
        self.token = ensure_demo(kept) if settings.DEMO else None
        login = f"  user admin  password {password}" if password else ""
        self.stdout.write(f"Portal: {settings.PUBLIC_URL}{login}")
        prefix = station_url_prefix(self.token or "<token>")
        self.stdout.write(f"Stations connect to: {prefix}<station id>")
        self.stdout.flush()

    def _run(self) -> None:
        from daphne.server import reactor

        from emobility.scheduler import run_periodic
        from emobility.server import PortalServer
        from stations.ocpp.endpoint import StationServer

        stopping = threading.Event()
        periodic = threading.Thread(target=run_periodic, args=(stopping,), name="periodic", daemon=True)
        periodic.start()
        if self.token:
            reactor.callWhenRunning(self._start_demo)
        try:
            PortalServer(port=settings.PORT, bind=settings.BIND).listen()
            StationServer(port=settings.OCPP_PORT, bind=settings.BIND).run()
        finally:
            stopping.set()
            if self.demo is not None:
                self.demo.terminate()
                self.demo.wait(timeout=10)
            periodic.join(timeout=5)

    def _start_demo(self) -> None:
        """Demo stations are a process of their own, as real stations are; it ends with this one, however that ends."""
        url = f"ws://{settings.BIND}:{settings.OCPP_PORT}/ocpp/{self.token}"
        command = [
            sys.executable,
            "manage.py",
            "simulate",
            "--url",
            url,
            "--stations",
            str(len(DEMO_MODELS)),
            "--model",
            ",".join(DEMO_MODELS),
            "--rate",
            "3",
            "--quiet",
            "--until-eof",
        ]
        self.demo = subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE)  # noqa: S603 -- our own command
