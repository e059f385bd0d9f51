"""A virtual station: the messages it sends in order, and what it reads from the answers.

Forty messages make a cycle: 28 MeterValues (70 %), 6 Heartbeat (15 %), 4 StatusNotification (10 %),
1 StartTransaction and 1 StopTransaction (5 %), in an order a real charging session could have.
"""

from datetime import UTC, datetime, timedelta

import orjson

METER, HEARTBEAT = "MeterValues", "Heartbeat"
CYCLE: tuple[tuple[str, str], ...] = (
    ("StatusNotification", "Preparing"),
    ("StartTransaction", ""),
    ("StatusNotification", "Charging"),
    *((HEARTBEAT, "") if n % 6 == 5 else (METER, "") for n in range(33)),
    ("StatusNotification", "Finishing"),
    ("StopTransaction", ""),
    ("StatusNotification", "Available"),
    (HEARTBEAT, ""),
)
ENERGY_STEP_WH = 120

SAMPLED = (
    ("Energy.Active.Import.Register", "Wh", "Outlet"),
    ("Power.Active.Import", "W", "Outlet"),
    ("Current.Import", "A", "Outlet"),
    ("Voltage", "V", "Outlet"),
    ("SoC", "Percent", "EV"),
)


class Station:
    """State of one station between its messages; the caller sends one message at a time."""

    def __init__(self, number: int, run: int) -> None:
        self.number = number
        self.identity = f"BENCH-{number:05}"
        self.position = 0
        self.sent = 0
        self.energy_wh = number * 1000
        self.transaction_id = 0
        self.message_id = ""
        self.action = ""
        self._run = run
        self._clock = datetime.now(UTC)

    def boot(self) -> bytes:
        """The BootNotification it sends first."""
        return self._call(
            "BootNotification",
            {
                "chargePointVendor": "Benchmark",
                "chargePointModel": "Load 22",
                "chargePointSerialNumber": f"SN{self.number:08}",
                "firmwareVersion": "1.0.0",
            },
        )

    def next(self) -> bytes:
        """The next message of its cycle."""
        action, detail = CYCLE[self.position % len(CYCLE)]
        self.position += 1
        return self._call(action, self._payload(action, detail))

    def take(self, answer: list) -> None:
        """Read the answer to its last message; raises ``ValueError`` when it is not the CALLRESULT expected."""
        if answer[0] != 3 or answer[1] != self.message_id:
            raise ValueError(f"{self.identity} sent {self.action} {self.message_id}, got {answer}")
        if self.action == "StartTransaction":
            self.transaction_id = answer[2]["transactionId"]

    def _call(self, action: str, payload: dict) -> bytes:
        self.sent += 1
        self.action = action
        self.message_id = f"{self._run:08x}-0000-4000-8000-{self.number:06x}{self.sent:06x}"
        return orjson.dumps([2, self.message_id, action, payload])

    def _payload(self, action: str, detail: str) -> dict:
        match action:
            case "MeterValues":
                return self._meter_values()
            case "StatusNotification":
                status = {"errorCode": "NoError", "status": detail, "timestamp": self._timestamp()}
                return {"connectorId": 1, **status}
            case "StartTransaction":
                start = {"meterStart": self.energy_wh, "timestamp": self._timestamp()}
                return {"connectorId": 1, "idTag": "BENCH0001", **start}
            case "StopTransaction":
                stop = {"meterStop": self.energy_wh, "timestamp": self._timestamp(), "reason": "Local"}
                return {"transactionId": self.transaction_id, "idTag": "BENCH0001", **stop}
            case _:
                return {}

    def _meter_values(self) -> dict:
        self.energy_wh += ENERGY_STEP_WH
        values = (str(self.energy_wh), "7360.0", "32.0", "230.1", "54")
        sampled = [
            {"value": value, "context": "Sample.Periodic", "measurand": measurand, "location": location, "unit": unit}
            for value, (measurand, unit, location) in zip(values, SAMPLED, strict=True)
        ]
        meter_value = {"timestamp": self._timestamp(), "sampledValue": sampled}
        return {"connectorId": 1, "transactionId": self.transaction_id, "meterValue": [meter_value]}

    def _timestamp(self) -> str:
        """Now, but never twice the same moment."""
        self._clock = max(datetime.now(UTC), self._clock + timedelta(milliseconds=1))
        return self._clock.isoformat(timespec="milliseconds").replace("+00:00", "Z")
