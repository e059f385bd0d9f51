"""The configuration keys of a station (OCPP 1.6 §9) and what may be written to them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from stations.simulation.profiles import MAXIMUM_PERIODS, MAXIMUM_STACK_LEVEL

MEASURANDS = ("Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage", "SoC")
FEATURES = "Core,FirmwareManagement,LocalAuthListManagement,RemoteTrigger,Reservation,SmartCharging"
LOCAL_LIST_MAXIMUM = 1000
PHASE = re.compile(r"\.L[123](-N)?$")


def is_number(text: str) -> bool:
    """A non-negative integer."""
    return text.isascii() and text.isdigit()


def is_boolean(text: str) -> bool:
    """A boolean, in one of the spellings stations use."""
    return text.lower() in ("true", "false", "1", "0")


def are_measurands(text: str) -> bool:
    """A comma-separated list of measurands this station has, also of single phases."""
    return measurands_in(text) <= set(MEASURANDS)


def measurands_in(text: str) -> set[str]:
    """The measurands of a comma-separated list, whatever the phase."""
    return {PHASE.sub("", name.strip()) for name in text.split(",")}


def is_text(text: str) -> bool:
    """Anything that fits."""
    return len(text) <= 500


@dataclass
class Key:
    """One key: its value, and ``accepts`` for what may be written (None: read-only)."""

    value: str
    accepts: Callable[[str], bool] | None = None
    needs_reboot: bool = False
    is_hidden: bool = False
    """Reported only to who asks for it by its name."""


class Configuration:
    """The key table of one station: names in any case; a value that needs a reboot counts from the next boot on.

    ``words`` spell true and false; ``most_keys`` is how many keys it reports by name in one answer; ``own`` are the keys
    of its model.
    """

    def __init__(
        self,
        *,
        connectors: int,
        sample_interval_s: int,
        rate_units: str,
        words: tuple[str, str] = ("true", "false"),
        most_keys: int = 50,
        own: Mapping[str, Key] | None = None,
    ) -> None:
        self._after_boot: dict[str, str] = {}
        self._words, self._most_keys = words, most_keys
        self.keys = {
            "AllowOfflineTxForUnknownId": Key("false", is_boolean),
            "AuthorizationCacheEnabled": Key("true", is_boolean),
            "AuthorizeRemoteTxRequests": Key("false", is_boolean),
            "ChargeProfileMaxStackLevel": Key(str(MAXIMUM_STACK_LEVEL)),
            "ChargingScheduleAllowedChargingRateUnit": Key(rate_units),
            "ChargingScheduleMaxPeriods": Key(str(MAXIMUM_PERIODS)),
            "ClockAlignedDataInterval": Key("900", is_number),
            "ConnectionTimeOut": Key("120", is_number),
            "GetConfigurationMaxKeys": Key(str(most_keys)),
            "HeartbeatInterval": Key("300", is_number),
            "LocalAuthListEnabled": Key("true", is_boolean),
            "LocalAuthListMaxLength": Key(str(LOCAL_LIST_MAXIMUM)),
            "LocalAuthorizeOffline": Key("true", is_boolean),
            "LocalPreAuthorize": Key("false", is_boolean),
            "MaxChargingProfilesInstalled": Key("20"),
            "MeterValuesAlignedData": Key("0", is_text),
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
            "WebSocketPingInterval": Key("60", is_number),
            "SiteName": Key("", is_text, needs_reboot=True),
        }
        self.keys |= {name: replace(key) for name, key in (own or {}).items()}
        for key in self.keys.values():
            if key.value in ("true", "false"):
                key.value = words[key.value == "false"]
        self._names = {name.lower(): name for name in self.keys}

    def __getitem__(self, name: str) -> str:
        return self.keys[name].value

    def number(self, name: str) -> int:
        """The value of an integer key."""
        return int(self[name])

    def flag(self, name: str) -> bool:
        """The value of a boolean key."""
        return self[name] == self._words[0]

    def measurands(self) -> set[str]:
        """What MeterValues carry."""
        return measurands_in(self["MeterValuesSampledData"])

    def change(self, name: str, value: str) -> str:
        """Write a key; returns the ChangeConfiguration status (§7.22)."""
        name = self._names.get(name.lower(), name)
        key = self.keys.get(name)
        if key is None:
            return "NotSupported"
        if key.accepts is None or not key.accepts(value) or (key.accepts is is_boolean and value not in self._words):
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
        """The GetConfiguration answer for ``names`` (none or empty: every key that is not hidden)."""
        listed = [name for name, key in self.keys.items() if not key.is_hidden]
        asked = names[: self._most_keys] if names else listed
        known = [self._names[name.lower()] for name in asked if name.lower() in self._names]
        return {
            "configurationKey": [
                {"key": name, "readonly": self.keys[name].accepts is None, "value": self[name]} for name in known
            ],
            "unknownKey": [name for name in asked if name.lower() not in self._names],
        }
