"""Many virtual stations in one process."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from stations.simulation.client import Patience
from stations.simulation.clock import Clock
from stations.simulation.makes import MAKES
from stations.simulation.station import Blueprint, Surroundings, VirtualStation
from stations.simulation.visits import installed_outlet, messages_per_second

CONNECTS_PER_SECOND = 200


@dataclass(frozen=True)
class Plan:
    """A fleet to run: ``stations`` named ``prefix`` + number at ``url``; their ``models`` take turns.

    A model that says nothing else gets so many ``connectors``.
    """

    url: str
    stations: int
    connectors: int = 2
    models: Sequence[str] = ("virtual",)
    prefix: str = "DEMO-"
    seed: int = 0
    sample_interval_s: int = 10
    has_visitors: bool = True
    clock: Clock = field(default_factory=Clock)
    patience: Patience = field(default_factory=Patience)

    def blueprints(self) -> list[Blueprint]:
        """The stations; every connector has its own badge, ``DEMO0001`` and on."""
        return [self._blueprint(index) for index in range(self.stations)]

    def _blueprint(self, index: int) -> Blueprint:
        identity = f"{self.prefix}{index + 1:04d}"
        most_connectors = max(self.connectors, *(MAKES[model].connectors or 1 for model in self.models))
        make = MAKES[self.models[index % len(self.models)]]
        first_badge = index * most_connectors + 1
        return Blueprint(
            identity=identity,
            outlet=make.outlet or installed_outlet(f"{self.seed}/{identity}"),
            badges=[f"DEMO{first_badge + n:04d}" for n in range(make.connectors or self.connectors)],
            seed=str(self.seed),
            sample_interval_s=self.sample_interval_s,
            make=make,
            has_visitors=self.has_visitors,
        )

    def surroundings(self) -> Surroundings:
        """Where all of them live."""
        tls = ssl.create_default_context() if self.url.startswith("wss:") else None
        return Surroundings(self.url, self.clock, self.patience, tls)


def clock_for(rate: float, *, stations: int, connectors: int, sample_interval_s: int) -> Clock:
    """The time with which a fleet sends about ``rate`` messages a second, heartbeats aside; energy stays true."""
    natural = messages_per_second(connectors=stations * connectors, sample_interval_s=sample_interval_s)
    return Clock(rate / natural, speeds_up_charging=False)


class Fleet:
    """The stations of a plan, all in one event loop."""

    def __init__(self, plan: Plan) -> None:
        surroundings = plan.surroundings()
        self.stations = [VirtualStation(blueprint, surroundings) for blueprint in plan.blueprints()]

    async def run(self) -> None:
        """Run until cancelled, or until the endpoint has refused every station."""
        async with asyncio.TaskGroup() as tasks:
            for station in self.stations:
                tasks.create_task(station.run())
                await asyncio.sleep(1 / CONNECTS_PER_SECOND)

    @property
    def online(self) -> int:
        """Stations that are connected and registered."""
        return sum(station.is_online for station in self.stations)

    @property
    def charging(self) -> int:
        """Sessions that are running."""
        return sum(connector.transaction is not None for s in self.stations for connector in s.connectors)

    @property
    def sent(self) -> int:
        """CALLs sent so far."""
        return sum(station.client.sent for station in self.stations)

    @property
    def are_all_refused(self) -> bool:
        """Whether nothing is left to run."""
        return all(station.refusal for station in self.stations)

    def troubles(self) -> Counter[str]:
        """Why stations are not connected, and how many for each reason."""
        reasons = (station.refusal or station.trouble for station in self.stations if not station.is_online)
        return Counter(reason for reason in reasons if reason)
