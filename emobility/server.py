"""The portal's Daphne server beside the station endpoint in one process."""

from typing import Any

from daphne.server import Server
from twisted.internet import defer

from emobility.asgi import application


class PortalServer(Server):
    """Listens without running the reactor; the station endpoint in the same process runs it."""

    def __init__(self, *, port: int, bind: str) -> None:
        super().__init__(
            application,
            endpoints=[f"tcp:{port}:interface={bind.replace(':', chr(92) + ':')}"],
            ping_interval=40,
            ping_timeout=30,
            server_name="",
        )

    def listen(self) -> None:
        """Open the port; connections are served once the reactor runs."""
        self.abort_start = True  # Daphne's way to set everything up and not run the reactor
        self.run()

    def kill_all_applications(self) -> Any:
        """Cancel the applications that still run; Daphne's own version trips over upgraded connections."""
        for details in self.connections.values():
            running = details.get("application_instance")
            if running is not None and not running.done():
                running.cancel()
        return defer.succeed(None)
