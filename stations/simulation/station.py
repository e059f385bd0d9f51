"""A virtual OCPP 1.6 station: boots, reports, charges cars on its connectors, obeys commands."""

import asyncio
import random
import ssl
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from stations.simulation.authorization import LocalAuthorization
from stations.simulation.charging import Outlet
from stations.simulation.client import Answer, CallError, Client, Disconnected, Patience, Refused
from stations.simulation.clock import Clock, now, timestamp
from stations.simulation.commands import COMMANDS
from stations.simulation.configuration import Configuration
from stations.simulation.connector import NO_ERROR, Connector
from stations.simulation.makes import VIRTUAL, Make
from stations.simulation.outbox import Message, Outbox
from stations.simulation.profiles import Profiles
from stations.simulation.transaction import Transaction
from stations.simulation.visits import Drivers

BOOT_S = 15.0
BOOT_RETRY_S = 60.0
FLUSH_S = 5.0
"""Real seconds a soft reset waits for the last messages to be told."""


@dataclass(frozen=True)
class Blueprint:
    """What makes one station: ``badges`` has one badge per connector, the same ``seed`` the same drivers."""

    identity: str
    outlet: Outlet
    badges: list[str]
    seed: str
    sample_interval_s: int = 10
    make: Make = VIRTUAL
    has_visitors: bool = True
    """Whether drivers come by themselves."""

    @property
    def model(self) -> str:
        """The model name the station reports."""
        return self.make.name(self.outlet, len(self.badges))

    def configuration(self) -> Configuration:
        """The key table of a new station."""
        rate_units = "Power" if self.outlet.current_type == "DC" else "Current,Power"
        return Configuration(
            connectors=len(self.badges),
            sample_interval_s=self.sample_interval_s,
            rate_units=rate_units,
            words=self.make.words,
            most_keys=self.make.most_keys,
            own=self.make.keys,
        )


@dataclass
class Surroundings:
    """Where stations live: the endpoint's URL without the identity, time and patience."""

    url: str
    clock: Clock = field(default_factory=Clock)
    patience: Patience = field(default_factory=Patience)
    tls: ssl.SSLContext | None = None


class VirtualStation:
    """One station; ``run`` is its whole life."""

    def __init__(self, blueprint: Blueprint, surroundings: Surroundings) -> None:
        self.blueprint, self.clock, self.patience = blueprint, surroundings.clock, surroundings.patience
        self.configuration = blueprint.configuration()
        self.firmware_version = blueprint.make.firmware_version
        self.firmware_status = self.diagnostics_status = "Idle"
        self.profiles = Profiles()
        self.authorization = LocalAuthorization()
        self.outbox = Outbox()
        self.is_operative = True
        self.is_registered = False
        self.trouble: str | None = None
        self.refusal: str | None = None
        self.connectors = [self._connector(number, badge) for number, badge in enumerate(blueprint.badges, start=1)]
        url = f"{surroundings.url.rstrip('/')}/{blueprint.identity}"
        self.client = Client(url, self._obey, self.patience, self.spawn, surroundings.tls)
        self._reported: dict[int, tuple[str, str]] = {}
        self._lives: list[asyncio.Task[None]] = []
        self._is_rebooting = False
        self._heartbeat_due = asyncio.Event()

    def _connector(self, number: int, badge: str) -> Connector:
        seed = f"{self.blueprint.seed}/{self.blueprint.identity}/{number}"
        register_wh = random.Random(seed).uniform(1_000, 5_000_000)
        return Connector(self, number, self.blueprint.outlet, self._drivers(seed, badge), register_wh)

    def _drivers(self, seed: str, badge: str) -> Drivers:
        return Drivers(seed, badge, come=self.blueprint.has_visitors)

    # Life

    async def run(self) -> None:
        """Live until cancelled, or until the endpoint refuses the station for good (``refusal`` says why)."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                await self._stay_connected()
        except* Refused as refused:
            self.refusal = str(refused.exceptions[0])
        except* Exception as failures:
            self.refusal = f"gave up: {failures.exceptions[0]!r}"
        finally:
            await self.client.close()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the rest; it ends with the station."""
        self._tasks.create_task(self._survive_disconnection(work))

    async def _survive_disconnection(self, work: Coroutine[Any, Any, None]) -> None:
        with suppress(CallError, Disconnected):
            await work

    async def _stay_connected(self) -> None:
        failures = 0
        while True:
            try:
                await self.client.open()
                failures = 0 if await self._converse() else failures + 1
            except Disconnected as error:
                self.trouble = str(error)
                failures += 1
            if self._is_rebooting:
                self._is_rebooting = False
                await self.clock.sleep(BOOT_S)
            else:
                await asyncio.sleep(self.patience.retry_s(failures))

    async def _converse(self) -> bool:
        """Use one connection until it ends; returns whether the station was registered on it."""
        self.trouble = None
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.client.listen())
                while not self.is_registered:
                    await self.boot()
                self._start_living()
                self._report_all()
                tasks.create_task(self._beat())
                await self.outbox.drain(self.client.call, attempts=self._attempts, retry_s=self._attempt_pause_s)
        except* Disconnected as lost:
            self.trouble = str(lost.exceptions[0])
        finally:
            self.outbox.forget_volatile()
        if asyncio.current_task().cancelling():  # type: ignore[union-attr]
            raise asyncio.CancelledError  # a task group forgets it when the connection breaks at the same moment
        return self.is_registered

    async def boot(self) -> None:
        """Register; returns once accepted, or after the pause the central system asked for."""
        try:
            answer = await self.client.call("BootNotification", self._boot_payload())
        except CallError:
            answer = {"status": "Rejected", "interval": BOOT_RETRY_S}
        if answer["status"] == "Accepted":
            self.is_registered = True
            if answer["interval"]:
                self.configuration.change("HeartbeatInterval", str(answer["interval"]))
        else:
            await asyncio.sleep(answer["interval"] or BOOT_RETRY_S)

    def _boot_payload(self) -> dict[str, str]:
        return {
            "chargePointVendor": self.blueprint.make.vendor,
            "chargePointModel": self.blueprint.model,
            "chargePointSerialNumber": f"{self.blueprint.make.serial_prefix}{self.blueprint.identity}"[:25],
            "firmwareVersion": self.firmware_version,
        }

    def _start_living(self) -> None:
        if not self._lives:
            self._lives = [self._tasks.create_task(connector.live()) for connector in self.connectors]

    async def _beat(self) -> None:
        while True:
            self._heartbeat_due.clear()
            try:
                async with asyncio.timeout(self.configuration.number("HeartbeatInterval") or None):
                    await self._heartbeat_due.wait()
            except TimeoutError:
                await self.heartbeat()

    def restart_heartbeat(self) -> None:
        """Count the heartbeat interval, which has changed, from now."""
        self._heartbeat_due.set()

    async def heartbeat(self) -> None:
        """Send one Heartbeat."""
        with suppress(CallError):
            await self.client.call("Heartbeat", {})

    async def reboot(self, reason: str, *, tell_first: bool) -> None:
        """End all sessions for ``reason``, go off line and come back; the sessions' ends are told first, or after."""
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)
        self._lives = []
        for connector in self.connectors:
            connector.switch_off(reason)
        if tell_first:
            await self._flush()
        self._is_rebooting, self.is_registered = True, False
        self._reported.clear()
        self.configuration.boot()
        await self.client.close()

    async def _flush(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                await self.outbox.emptied()

    # What connectors and commands ask of the station

    @property
    def is_online(self) -> bool:
        """Whether messages can be told now."""
        return self.client.is_open and self.is_registered

    async def authorize(self, badge: str) -> bool:
        """Whether ``badge`` may charge: the central system's word, or without one what the station remembers."""
        use_list = self.configuration.flag("LocalAuthListEnabled")
        is_known = self.authorization.accepts(badge, use_list=use_list)
        if is_known and self.configuration.flag("LocalPreAuthorize"):
            return True
        try:
            answer = await self.client.call("Authorize", {"idTag": badge})
        except Disconnected:
            return is_known and self.configuration.flag("LocalAuthorizeOffline")
        except CallError:
            return False
        status = answer["idTagInfo"]["status"]
        self.authorization.remember(badge, status)
        return status == "Accepted"

    def tell(self, message: Message) -> None:
        """Queue a message; one that belongs to no transaction is dropped without a connection."""
        if message.transaction or self.is_online:
            self.outbox.put(message)

    def report(self, number: int, status: str, error_code: str = NO_ERROR) -> None:
        """Tell the status of a connector, or of the station (0); without a connection, once there is one."""
        payload = {"connectorId": number, "status": status, "errorCode": error_code, "timestamp": timestamp(now())}

        def remember(_answer: dict) -> None:
            self._reported[number] = (status, error_code)

        self.tell(Message("StatusNotification", payload, on_answer=remember))

    def report_station(self) -> None:
        """Tell the status of the station as a whole."""
        self.report(0, "Available" if self.is_operative else "Unavailable")

    def _report_all(self) -> None:
        """Tell every status the central system does not know yet."""
        if 0 not in self._reported:
            self.report_station()
        for connector in self.connectors:
            if self._reported.get(connector.number) != (connector.status, connector.error_code):
                self.report(connector.number, connector.status, connector.error_code)

    def limit_w(self, connector: int, transaction: Transaction | None) -> float | None:
        """Power the profiles allow a connector now; what the station may take is shared evenly."""
        charging = sum(other.transaction is not None for other in self.connectors)
        return self.profiles.limit_w(connector, now(), transaction, sharing=max(1, charging))

    def wake_all(self) -> None:
        """Let every connector look again at its limits."""
        for connector in self.connectors:
            connector.wake()

    def connector(self, number: int) -> Connector | None:
        """The connector of that number, if there is one."""
        return next((connector for connector in self.connectors if connector.number == number), None)

    def _attempts(self) -> int:
        return self.configuration.number("TransactionMessageAttempts")

    def _attempt_pause_s(self, attempt: int) -> float:
        return self.clock.real(self.configuration.number("TransactionMessageRetryInterval") * attempt)

    def _obey(self, action: str, payload: dict[str, Any]) -> Answer:
        command = COMMANDS.get(action)
        if command is None:
            raise CallError("NotImplemented", f"{action} is not known here")
        try:
            return command(self, payload)
        except (KeyError, TypeError, ValueError) as error:
            raise CallError("FormationViolation", f"{action}: {error!r}") from error
