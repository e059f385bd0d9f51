"""Runs a station endpoint: the process that holds the stations' WebSockets."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Listen for charging stations on OCPP_PORT until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the reactor; returns when the process is told to stop."""
        from stations.ocpp.endpoint import StationServer

        self.stdout.write(f"Stations connect to: {settings.PUBLIC_OCPP_URL}/ocpp/<token>/<station id>")
        self.stdout.flush()
        StationServer(port=settings.OCPP_PORT, bind=settings.BIND).run()
