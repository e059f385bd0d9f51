"""One connector: cars come, charge and go; orders of the central system interrupt them."""

import asyncio
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from stations.simulation.charging import Charge, Outlet, idle_reading
from stations.simulation.clock import Clock, now, timestamp
from stations.simulation.configuration import Configuration
from stations.simulation.metering import meter_value
from stations.simulation.outbox import Message
from stations.simulation.profiles import Profiles, parse_profile
from stations.simulation.transaction import Transaction
from stations.simulation.visits import Drivers, Visit

ACCEPTED = "Accepted"
FAULT_S = 120.0
NO_ERROR = "NoError"


class Host(Protocol):
    """What a connector needs of its station."""

    clock: Clock
    configuration: Configuration
    profiles: Profiles

    async def authorize(self, badge: str) -> bool:
        """Whether the badge may charge."""

    def tell(self, message: Message) -> None:
        """Queue a message for the central system."""

    def report(self, number: int, status: str, error_code: str) -> None:
        """Tell a status, now or when there is a connection."""

    def limit_w(self, connector: int, transaction: Transaction | None) -> float | None:
        """Power the charging profiles allow the connector now."""


@dataclass(frozen=True)
class Stop:
    """Order to end the session."""

    reason: str
    badge: str | None = None


@dataclass(frozen=True)
class Reservation:
    """The connector is held for one badge."""

    id: int
    badge: str
    expires_at: datetime


class Connector:
    """Lives in ``live``; everything else is called from outside and takes effect there."""

    def __init__(self, host: Host, number: int, outlet: Outlet, drivers: Drivers, register_wh: float = 0) -> None:
        self.host, self.number, self.outlet, self.drivers = host, number, outlet, drivers
        self.status, self.error_code = "Available", NO_ERROR
        self.is_operative = True
        self.reservation: Reservation | None = None
        self.transaction: Transaction | None = None
        self.charge: Charge | None = None
        self.register_wh = register_wh
        self._advanced_at = 0.0
        self._orders: asyncio.Queue[Visit | Stop | None] = asyncio.Queue()

    @property
    def is_free(self) -> bool:
        """Whether a session can be started."""
        return self.status in ("Available", "Reserved") and self._orders.empty()

    @property
    def idle_status(self) -> str:
        """The status while nobody charges."""
        if not self.is_operative:
            return "Unavailable"
        return "Reserved" if self.reservation else "Available"

    def order(self, order: Visit | Stop) -> None:
        """Start a session for a visitor, or stop the one that runs."""
        self._orders.put_nowait(order)

    def wake(self) -> None:
        """Look again at limits, reservation and availability."""
        self._orders.put_nowait(None)

    def switch_off(self, reason: str) -> None:
        """End a session at once, for a reset; ``live`` must not be running."""
        if self.transaction:
            self._advance()
            self._stop(Stop(reason))
        self._orders = asyncio.Queue()
        self.status, self.error_code = self.idle_status, NO_ERROR

    async def live(self) -> None:
        """Serve one visitor after the other, for ever."""
        while True:
            visit = await self._next_visit()
            await self._serve(visit)
            if error_code := self.drivers.fault():
                self._show("Faulted", error_code)
                await self.host.clock.sleep(FAULT_S)

    async def _next_visit(self) -> Visit:
        arrival = self._time() + self.drivers.pause_s()
        while True:
            self._show(self.idle_status)
            order = await self._order_until(arrival)
            if isinstance(order, Visit):
                return order
            if self._time() >= arrival:
                visit = self.drivers.visit()
                if self._admits(visit):
                    return visit
                arrival = self._time() + self.drivers.pause_s()

    def _admits(self, visit: Visit) -> bool:
        return self.is_operative and (self.reservation is None or self.reservation.badge == visit.badge)

    async def _serve(self, visit: Visit) -> None:
        if not visit.is_authorized and not await self.host.authorize(visit.badge):
            return
        self._show("Preparing")
        await self.host.clock.sleep(self.drivers.handling_s())
        self._start(visit)
        stop = await self._charge(visit)
        self._stop(stop)
        self._show("Finishing")
        await self.host.clock.sleep(self.drivers.handling_s())

    async def _charge(self, visit: Visit) -> Stop:
        """Until the driver leaves or an order comes; returns why it ended."""
        leaves_at = self._time() + visit.stay_s
        sample_at = self._next_sample(self._time())
        while True:
            self._adjust()
            order = await self._order_until(min(leaves_at, sample_at))
            self._advance()
            if isinstance(order, Stop):
                return order
            if self._time() >= leaves_at:
                return Stop(visit.leaves_with, visit.badge if visit.leaves_with == "Local" else None)
            if self._time() >= sample_at:
                self.send_meter_values()
                sample_at = self._next_sample(sample_at)

    def _next_sample(self, last: float) -> float:
        return last + (self.host.configuration.number("MeterValueSampleInterval") or math.inf)

    def _start(self, visit: Visit) -> None:
        self.charge = Charge(visit.car, self.outlet, self.register_wh)
        self._advanced_at = self._time()
        self.transaction = Transaction(visit.badge, now())
        payload = {
            "connectorId": self.number,
            "idTag": visit.badge,
            "meterStart": int(self.register_wh),
            "timestamp": timestamp(self.transaction.started_at),
        }
        if self.reservation:
            payload["reservationId"] = self.reservation.id
            self.reservation = None
        if visit.profile:
            self.host.profiles.install(self.number, parse_profile(visit.profile))
        transaction = self.transaction
        self.host.tell(
            Message("StartTransaction", payload, transaction, lambda answer: self._started(transaction, answer))
        )

    def _started(self, transaction: Transaction, answer: dict) -> None:
        """The central system answered StartTransaction, perhaps long after the session began."""
        transaction.id = answer["transactionId"]
        refused = answer["idTagInfo"]["status"] != ACCEPTED
        if refused and transaction is self.transaction and self.host.configuration.flag("StopTransactionOnInvalidId"):
            self.order(Stop("DeAuthorized"))

    def _stop(self, stop: Stop) -> None:
        assert self.transaction is not None
        assert self.charge is not None
        payload = {"meterStop": int(self.register_wh), "timestamp": timestamp(now()), "reason": stop.reason}
        if stop.badge:
            payload["idTag"] = stop.badge
        if self.outlet.current_type == "DC":
            payload["transactionData"] = [self._meter_value("Transaction.End")]
        self.host.tell(Message("StopTransaction", payload, self.transaction))
        self.host.profiles.end_session(self.number)
        self.transaction = self.charge = None

    def _adjust(self) -> None:
        """Apply the limit of this moment and show what becomes of it."""
        assert self.charge is not None
        self.charge.limit_w = self.host.limit_w(self.number, self.transaction)
        if self.charge.car.is_full:
            self._show("SuspendedEV")
        else:
            self._show("SuspendedEVSE" if self.charge.is_held_back else "Charging")

    def _advance(self) -> None:
        assert self.charge is not None
        passed, self._advanced_at = self._time() - self._advanced_at, self._time()
        self.charge.advance(self.host.clock.charging_s(passed))
        self.register_wh = self.charge.register_wh

    def send_meter_values(self, context: str = "Sample.Periodic") -> None:
        """Tell the meter's readings; without a session only on request."""
        payload = {"connectorId": self.number, "meterValue": [self._meter_value(context)]}
        self.host.tell(Message("MeterValues", payload, self.transaction))

    def _meter_value(self, context: str) -> dict:
        reading = self.charge.reading() if self.charge else idle_reading(self.outlet, self.register_wh)
        return meter_value(reading, self.host.configuration.measurands(), now(), context)

    def _show(self, status: str, error_code: str = NO_ERROR) -> None:
        if (status, error_code) != (self.status, self.error_code):
            self.status, self.error_code = status, error_code
            self.host.report(self.number, status, error_code)

    async def _order_until(self, moment: float) -> Visit | Stop | None:
        """The next order; None when ``moment`` is there or someone called ``wake``."""
        wait_s = self.host.clock.real(max(0.0, moment - self._time()))
        try:
            async with asyncio.timeout(None if math.isinf(wait_s) else wait_s):
                return await self._orders.get()
        except TimeoutError:
            return None

    def _time(self) -> float:
        return self.host.clock.seconds()
