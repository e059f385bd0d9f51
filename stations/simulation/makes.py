"""Models a virtual station can be: what it says of itself, and the keys its vendor adds. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stations.simulation.charging import Outlet
from stations.simulation.configuration import Key, is_boolean, is_number, is_text

AC_22 = Outlet("AC", 22_000)
DC_HALF_OF_150 = Outlet("DC", 75_000)
"""The two connectors share 150 kW; a virtual station gives each of them half, whoever else charges."""
TWIN = 2
"""Connectors of the models that come with a fixed number."""


@dataclass(frozen=True)
class Make:
    """One model. Without ``outlet`` and ``connectors`` the fleet chooses them."""

    vendor: str
    model: str = ""
    """Name it reports; empty: made from its outlet."""
    firmware_version: str = "1.0.0"
    serial_prefix: str = ""
    outlet: Outlet | None = None
    connectors: int | None = None
    words: tuple[str, str] = ("true", "false")
    """How it spells booleans; it takes no others."""
    most_keys: int = 50
    """Keys it reads in one GetConfiguration; of a longer request it answers the first ones."""
    keys: Mapping[str, Key] = field(default_factory=dict)
    """Keys beside those every virtual station has."""

    def name(self, outlet: Outlet, connectors: int) -> str:
        """The model name it reports."""
        if self.model:
            return self.model
        power = f"{outlet.current_type} {outlet.maximum_power_w // 1000}"
        return power if connectors == TWIN else f"{power} x{connectors}"


VIRTUAL = Make(
    "Virtual",
    keys={
        "DisplayLanguage": Key("de", is_text, needs_reboot=True),
        "LogLevel": Key("info", is_text, is_hidden=True),
        "CabinetTemperature": Key("21"),
    },
)
BENDER = Make(
    "Bender GmbH Co. KG",
    "CC612_1M4PR",
    "4.60-5939",
    outlet=AC_22,
    connectors=TWIN,
    words=("1", "0"),
    most_keys=20,
    keys={
        "BackendConnectionTimeout": Key("30", is_number),
        "ErrorStatusNotifications": Key("0", is_boolean),
        "FreeCharging": Key("0", is_boolean),
        "FreeChargingMode": Key("5", is_number),
        "InfoStatusNotifications": Key("1", is_boolean),
        "OCPPMode": Key("2", is_number, needs_reboot=True),
        "OperatorCurrentLimit": Key("32", is_number),
        "OperatorCurrentLimit_2": Key("32", is_number),
        "RestartTransAfterPowerLoss": Key("0", is_boolean),
        "RFIDEnable": Key("1", is_boolean),
        "idTagLetterCase": Key("0", is_number, is_hidden=True),
    },
)
DELTA = Make(
    "DELTA",
    "10616",
    "3.2.3",
    outlet=DC_HALF_OF_150,
    connectors=TWIN,
    words=("True", "False"),
    most_keys=10,
    keys={
        "Device/GridCurrent": Key("218", is_number),
        "OCPP/idTagConversion": Key("None", is_text, needs_reboot=True),
    },
)
SCHNEIDER = Make(
    "Schneider Electric",
    "MONOBLOCK",
    "3.3.0.10",
    "EV.2S22P44",
    outlet=AC_22,
    connectors=TWIN,
    keys={
        "authenticationmanager": Key("1", is_number),
        "emsetting": Key("0", is_number),
        "enableevdetection": Key("false", is_boolean),
        "maxintensitysocket": Key("32", is_number),
        "monophasedloadsheddingfloorvalue": Key("0", is_number),
        "ocppcentraladdress": Key("", is_text, needs_reboot=True, is_hidden=True),
        "ocppconnecttimeout": Key("30", is_number),
        "timeservername": Key("", is_text, needs_reboot=True),
        "triphasedloadsheddingfloorvalue": Key("0", is_number),
        "useautotimemanagment": Key("false", is_boolean),
    },
)
UNKNOWN = Make("Nobody knows", "Prototype", "0.9")
"""A model no catalogue has."""

MAKES = {"virtual": VIRTUAL, "bender": BENDER, "delta": DELTA, "schneider": SCHNEIDER, "unknown": UNKNOWN}
