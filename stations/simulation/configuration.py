"""The configuration keys of a station (OCPP 1.6 §9) and what may be written to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stations.simulation.profiles import MAXIMUM_PERIODS, MAXIMUM_STACK_LEVEL

MEASURANDS = ("Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage", "SoC")
FEATURES = "Core,FirmwareManagement,LocalAuthListManagement,RemoteTrigger,Reservation,SmartCharging"
LOCAL_LIST_MAXIMUM = 1000


def is_number(text: str) -> bool:
    """A non-negative integer."""
    return text.isascii() and text.isdigit()


def is_boolean(text: str) -> bool:
    """The words OCPP writes booleans with."""
    return text.lower() in ("true", "false")


def are_measurands(text: str) -> bool:
    """A comma-separated list of measurands this station has."""
    return all(name.strip() in MEASURANDS for name in text.split(","))


def is_text(text: str) -> bool:
    """Anything that fits."""
    return len(text) <= 500


@dataclass
class Key:
    """One key: its value, and ``accepts`` for what may be written (None: read-only)."""

    value: str
    accepts: Callable[[str], bool] | None = None
    needs_reboot: bool = False


class Configuration:
    """The key table of one station. A value that needs a reboot counts from the next boot on."""

    def __init__(self, *, connectors: int, sample_interval_s: int, rate_units: str) -> None:
        self._after_boot: dict[str, str] = {}
        self.keys = {
            "AuthorizeRemoteTxRequests": Key("false", is_boolean),
            "ChargeProfileMaxStackLevel": Key(str(MAXIMUM_STACK_LEVEL)),
            "ChargingScheduleAllowedChargingRateUnit": Key(rate_units),
            "ChargingScheduleMaxPeriods": Key(str(MAXIMUM_PERIODS)),
            "GetConfigurationMaxKeys": Key("50"),
            "HeartbeatInterval": Key("300", is_number),
            "LocalAuthListEnabled": Key("true", is_boolean),
            "LocalAuthListMaxLength": Key(str(LOCAL_LIST_MAXIMUM)),
            "LocalAuthorizeOffline": Key("true", is_boolean),
            "LocalPreAuthorize": Key("false", is_boolean),
            "MaxChargingProfilesInstalled": Key("20"),
            "MeterValuesSampledData": Key(",".join(MEASURANDS), are_measurands),
            "MeterValueSampleInterval": Key(str(sample_interval_s), is_number),
            "NumberOfConnectors": Key(str(connectors)),
            "ReserveConnectorZeroSupported": Key("false"),
            "SendLocalListMaxLength": Key("100"),
            "StopTransactionOnEVSideDisconnect": Key("true"),
            "StopTransactionOnInvalidId": Key("true", is_boolean),
            "SupportedFeatureProfiles": Key(FEATURES),
            "TransactionMessageAttempts": Key("3", is_number),
            "TransactionMessageRetryInterval": Key("60", is_number),
            "UnlockConnectorOnEVSideDisconnect": Key("true"),
            "SiteName": Key("", is_text, needs_reboot=True),
        }

    def __getitem__(self, name: str) -> str:
        return self.keys[name].value

    def number(self, name: str) -> int:
        """The value of an integer key."""
        return int(self[name])

    def flag(self, name: str) -> bool:
        """The value of a boolean key."""
        return self[name].lower() == "true"

    def measurands(self) -> set[str]:
        """What MeterValues carry."""
        return {name.strip() for name in self["MeterValuesSampledData"].split(",")}

    def change(self, name: str, value: str) -> str:
        """Write a key; returns the ChangeConfiguration status (§7.22)."""
        key = self.keys.get(name)
        if key is None:
            return "NotSupported"
        if key.accepts is None or not key.accepts(value):
            return "Rejected"
        if key.needs_reboot:
            self._after_boot[name] = value
            return "RebootRequired"
        key.value = value
        return "Accepted"

    def boot(self) -> None:
        """Let the values that needed a reboot count."""
        for name, value in self._after_boot.items():
            self.keys[name].value = value
        self._after_boot.clear()

    def report(self, names: list[str] | None) -> dict[str, Any]:
        """The GetConfiguration answer for ``names`` (none or empty: every key)."""
        wanted = names or list(self.keys)
        known = [name for name in wanted if name in self.keys]
        return {
            "configurationKey": [
                {"key": name, "readonly": self.keys[name].accepts is None, "value": self[name]} for name in known
            ],
            "unknownKey": [name for name in wanted if name not in self.keys],
        }
