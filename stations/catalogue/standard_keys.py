"""What the standard says about its own parameters (OCPP 1.6 §9, security extensions, white papers), in our words."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from stations.catalogue.documents import ParameterType

_SECRET = re.compile(r"authorizationkey|password|passwd|secret|api_?key", re.IGNORECASE)
_ONE_STATION = re.compile(
    r"(?i:url|identity|charge(point|box)_?id|station_?id|evse_?id|serial|ssid|hostname|ip_?address|apn|imsi|iccid|token)|URI|Uri"
)

MEASURANDS = (
    "Current.Export", "Current.Import", "Current.Offered",
    "Energy.Active.Export.Register", "Energy.Active.Import.Register",
    "Energy.Reactive.Export.Register", "Energy.Reactive.Import.Register",
    "Energy.Active.Export.Interval", "Energy.Active.Import.Interval",
    "Energy.Reactive.Export.Interval", "Energy.Reactive.Import.Interval",
    "Frequency", "Power.Active.Export", "Power.Active.Import", "Power.Factor", "Power.Offered",
    "Power.Reactive.Export", "Power.Reactive.Import", "RPM", "SoC", "Temperature", "Voltage",
)  # fmt: skip
"""OCPP 1.6 §7.31."""
PROFILES = ("Core", "FirmwareManagement", "LocalAuthListManagement", "Reservation", "SmartCharging", "RemoteTrigger")
ROTATIONS = ("NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR")


@dataclass(frozen=True)
class KeyHint:
    """One parameter of the standard."""

    key: str
    type: ParameterType
    meaning: Any
    """What it does, as a sentence for people."""
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    """Values it may have; of a list, its parts."""
    is_open: bool = False
    """Stations know values beside ``choices``, such as Current.Import.L1."""
    read_only: bool = False
    """Stations only report it."""


def is_secret(key: str) -> bool:
    """Whether values of the parameter are shown to nobody: passwords and keys, also a vendor's own."""
    return _SECRET.search(key) is not None


def is_of_one_station(key: str) -> bool:
    """Whether the parameter most likely belongs to one station alone: its address, its name, its SIM card."""
    return _ONE_STATION.search(key) is not None


def hint_of(key: str) -> KeyHint | None:
    """What the standard says about the parameter; None for one of a vendor."""
    return _BY_KEY.get(key.strip().lower())


def _yes_no(key: str, meaning: Any, *, read_only: bool = False) -> KeyHint:
    return KeyHint(key, "boolean", meaning, read_only=read_only)


def _seconds(key: str, meaning: Any) -> KeyHint:
    return KeyHint(key, "integer", meaning, unit="s", minimum=0)


def _count(key: str, meaning: Any, *, read_only: bool = False) -> KeyHint:
    return KeyHint(key, "integer", meaning, minimum=0, read_only=read_only)


def _measurands(key: str, meaning: Any) -> KeyHint:
    return KeyHint(key, "list", meaning, choices=MEASURANDS, is_open=True)


_CORE = (
    _yes_no(
        "AllowOfflineTxForUnknownId",
        _("Without a connection to us, the station lets also badges charge that it does not know."),
    ),
    _yes_no("AuthorizationCacheEnabled", _("The station remembers which badges were accepted, and asks less often.")),
    _yes_no("AuthorizeRemoteTxRequests", _("Before a remote start the station asks whether the badge may charge.")),
    _count("BlinkRepeat", _("How many times the lamps of the station blink to signal something.")),
    _seconds(
        "ClockAlignedDataInterval",
        _("How often meter values come at round times of the clock, such as each quarter of an hour; 0: never."),
    ),
    _seconds("ConnectionTimeOut", _("How long the station waits for the cable after a badge was accepted.")),
    KeyHint(
        "ConnectorPhaseRotation",
        "list",
        _("How the phases of the grid are wired to each connector, for example 1.RST,2.STR; 0 is the main supply."),
        choices=ROTATIONS,
    ),
    _count("ConnectorPhaseRotationMaxLength", _("Most entries of ConnectorPhaseRotation."), read_only=True),
    _count(
        "GetConfigurationMaxKeys", _("How many parameters can be asked for by name in one message."), read_only=True
    ),
    _seconds("HeartbeatInterval", _("How often the station says that it is there when it has nothing else to say.")),
    KeyHint(
        "LightIntensity", "integer", _("How bright the lamps of the station shine."), unit="%", minimum=0, maximum=100
    ),
    _yes_no("LocalAuthorizeOffline", _("Without a connection to us, the station decides itself who may charge.")),
    _yes_no(
        "LocalPreAuthorize",
        _("The station starts at once for badges it knows, without waiting for our answer."),
    ),
    KeyHint(
        "MaxEnergyOnInvalidId",
        "integer",
        _("Energy a car still gets after the badge turned out not to be valid."),
        unit="Wh",
        minimum=0,
    ),
    _measurands("MeterValuesAlignedData", _("What is measured at round times of the clock.")),
    _count("MeterValuesAlignedDataMaxLength", _("Most entries of MeterValuesAlignedData."), read_only=True),
    _measurands("MeterValuesSampledData", _("What is measured again and again during a session.")),
    _count("MeterValuesSampledDataMaxLength", _("Most entries of MeterValuesSampledData."), read_only=True),
    _seconds("MeterValueSampleInterval", _("How often meter values come during a session; 0: never.")),
    _seconds("MinimumStatusDuration", _("How long a status must last before the station reports it.")),
    _count("NumberOfConnectors", _("How many connectors the station has."), read_only=True),
    _count("ResetRetries", _("How many times the station tries again when a reset did not work.")),
    _yes_no("StopTransactionOnEVSideDisconnect", _("The session ends when the cable is pulled from the car.")),
    _yes_no("StopTransactionOnInvalidId", _("The session ends when we say that its badge is not valid.")),
    _measurands(
        "StopTxnAlignedData", _("What of the clock's round times the station sends with the end of a session.")
    ),
    _count("StopTxnAlignedDataMaxLength", _("Most entries of StopTxnAlignedData."), read_only=True),
    _measurands("StopTxnSampledData", _("What of the session's samples the station sends with the end of a session.")),
    _count("StopTxnSampledDataMaxLength", _("Most entries of StopTxnSampledData."), read_only=True),
    KeyHint(
        "SupportedFeatureProfiles",
        "list",
        _("Which parts of OCPP the station knows."),
        choices=PROFILES,
        is_open=True,
        read_only=True,
    ),
    _count("SupportedFeatureProfilesMaxLength", _("Most entries of SupportedFeatureProfiles."), read_only=True),
    _count(
        "TransactionMessageAttempts",
        _("How many times the station sends a message of a session again that we could not take."),
    ),
    _seconds(
        "TransactionMessageRetryInterval",
        _("How long the station waits before it sends such a message again; longer with each attempt."),
    ),
    _yes_no("UnlockConnectorOnEVSideDisconnect", _("The station releases the cable when it is pulled from the car.")),
    _seconds("WebSocketPingInterval", _("How often the station checks that its connection is alive; 0: never.")),
)
_LOCAL_LIST = (
    _yes_no("LocalAuthListEnabled", _("The station uses the list of badges that we send to it.")),
    _count("LocalAuthListMaxLength", _("Most badges its local list can hold."), read_only=True),
    _count("SendLocalListMaxLength", _("Most badges we can send to it in one message."), read_only=True),
)
_RESERVATION = (
    _yes_no(
        "ReserveConnectorZeroSupported",
        _("Any connector of the station can be reserved, not only a certain one."),
        read_only=True,
    ),
)
_SMART_CHARGING = (
    _count("ChargeProfileMaxStackLevel", _("Highest stack level a charging profile may have."), read_only=True),
    KeyHint(
        "ChargingScheduleAllowedChargingRateUnit",
        "list",
        _("Whether charging profiles may be in ampere (Current) or watt (Power)."),
        choices=("Current", "Power"),
        is_open=True,
        read_only=True,
    ),
    _count("ChargingScheduleMaxPeriods", _("Most periods a charging schedule may have."), read_only=True),
    _yes_no(
        "ConnectorSwitch3to1PhaseSupported",
        _("The station can change from three phases to one during a session."),
        read_only=True,
    ),
    _count("MaxChargingProfilesInstalled", _("Most charging profiles the station can hold."), read_only=True),
)
_FIRMWARE = (
    KeyHint(
        "SupportedFileTransferProtocols",
        "list",
        _("How the station can fetch firmware and deliver diagnostics."),
        choices=("FTP", "FTPS", "HTTP", "HTTPS", "SFTP"),
        is_open=True,
        read_only=True,
    ),
)
_SECURITY = (
    _yes_no(
        "AdditionalRootCertificateCheck",
        _("The station takes a new root certificate only when the present one has signed it."),
        read_only=True,
    ),
    KeyHint("AuthorizationKey", "text", _("Password the station signs in with. Nobody can read it again.")),
    _count("CertificateSignedMaxChainSize", _("Most bytes of a signed certificate chain it can take."), read_only=True),
    _count("CertificateStoreMaxLength", _("Most certificates the station can hold."), read_only=True),
    KeyHint("CpoName", "text", _("Name of the operator, as it stands in the station's certificate.")),
    KeyHint(
        "SecurityProfile",
        "integer",
        _(
            "How the connection is protected: 0 not at all, 1 by password, 2 also by TLS, 3 by certificates on both sides."
        ),
        minimum=0,
        maximum=3,
    ),
)
_PLUG_AND_CHARGE = (
    _yes_no("ISO15118PnCEnabled", _("Cars may sign in by themselves with their contract (Plug & Charge).")),
    _yes_no(
        "CentralContractValidationAllowed",
        _("The station lets us check a car's contract when it cannot do so itself."),
    ),
    _yes_no("ContractValidationOffline", _("Without a connection to us, the station checks a car's contract itself.")),
    _seconds("CertSigningWaitMinimum", _("How long the station waits for a signed certificate before it asks again.")),
    _count("CertSigningRepeatTimes", _("How many times the station asks again for a signed certificate.")),
)
HINTS = (*_CORE, *_LOCAL_LIST, *_RESERVATION, *_SMART_CHARGING, *_FIRMWARE, *_SECURITY, *_PLUG_AND_CHARGE)
_BY_KEY = {hint.key.lower(): hint for hint in HINTS}
