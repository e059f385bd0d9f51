"""What a file of the catalogue may say about a station model. The JSON schema beside it is made from this."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from stations.catalogue.electricity import phases_problem, power_problem, station_power_problem
from stations.catalogue.patterns import characters_said, fits
from stations.enums import ConnectorType

MOST_STARS = 3
NEVER_RECOMMENDED = frozenset({"heartbeatinterval"})
"""The answer to BootNotification sets the heartbeat; a value in the station would fight it."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Value = Annotated[str, StringConstraints(max_length=500)]
Watts = Annotated[int, Field(gt=0, le=2_000_000)]
ParameterType = Literal["boolean", "integer", "decimal", "list", "text"]


def _few_stars(pattern: str) -> str:
    if pattern.count("*") > MOST_STARS:
        raise ValueError(f"at most {MOST_STARS} times *")
    if not characters_said(pattern):
        raise ValueError("a pattern needs more than *; leave the field out instead")
    return pattern


Pattern = Annotated[Line, AfterValidator(_few_stars)]


class Part(BaseModel):
    """A part of the file; unknown fields are refused, so that a slip is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class MatchRule(Part):
    """All fields given must fit what the station says when it boots; of each field one pattern must.

    Patterns are compared with the whole text in any case; ``*`` stands for any characters.
    """

    vendor: list[Pattern] = Field(min_length=1, description="chargePointVendor")
    model: list[Pattern] = Field(min_length=1, description="chargePointModel")
    serial_number: list[Pattern] = Field([], description="chargePointSerialNumber or chargeBoxSerialNumber")
    firmware_version: list[Pattern] = Field([], description="firmwareVersion")


class ConnectorFacts(Part):
    """One plug or socket."""

    number: int = Field(ge=1, le=200, description="OCPP 1.6 connectorId, unique within the station.")
    type: ConnectorType | None = Field(None, description="Kind of plug; null where the model is sold with several.")
    current_type: Literal["AC", "DC"]
    phases: Literal[1, 2, 3] | None = Field(None, description="AC only: phases connected.")
    voltage_v: int = Field(gt=0, le=1500, description="AC: phase to neutral; DC: output.")
    current_a: float = Field(gt=0, le=1000, description="AC: per phase; DC: output.")
    maximum_power_w: Watts

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        """Phases belong to AC, and the power is what phases, voltage and current give."""
        wrong = phases_problem(self.current_type, self.phases) or power_problem(
            self.current_type, self.phases, self.voltage_v, self.current_a, self.maximum_power_w
        )
        if wrong:
            raise ValueError(wrong)
        return self


class EvseFacts(Part):
    """Charges one car at a time, through one of its connectors."""

    number: int = Field(ge=1, le=200)
    connectors: list[ConnectorFacts] = Field(min_length=1)

    @property
    def maximum_power_w(self) -> int:
        """Power of its strongest connector, in watts."""
        return max(connector.maximum_power_w for connector in self.connectors)


class Recommendation(Part):
    """OCPP parameters for some firmwares and OCPP versions. Where several fit, the later one's values win."""

    firmware_version: list[Pattern] = Field([], description="Patterns; none: every firmware.")
    ocpp_version: list[Literal["1.6", "2.0.1", "2.1"]] = Field(["1.6"], min_length=1)
    values: dict[Key, Value] = Field(min_length=1, description="Key and value, spelt as the station wants it.")
    note: Note | None = None


class Capabilities(Part):
    """What the model can do; null where nothing is known."""

    charging_profiles: bool | None = None
    static_limit: bool | None = None
    remote_start_stop: bool | None = None
    unlock: bool | None = None
    reservation: bool | None = None
    change_availability: bool | None = None
    trigger_message: bool | None = None
    diagnostics: bool | None = None
    firmware_update: bool | None = None
    local_list: bool | None = None
    rfid: bool | None = None
    payment_terminal: bool | None = None
    plug_and_charge: bool | None = Field(default=None, description="ISO 15118.")


class StaticLimit(Part):
    """The parameter that limits the station's power for good."""

    keys: list[Key] = Field(min_length=1, description="One for the station, or one for each connector or side.")
    unit: Literal["A", "dA", "mA", "W"] = Field(
        description="Unit of the value: ampere, tenth or thousandth of it, watt."
    )
    scope: Literal["station", "connector", "side", "grid"] = "station"
    minimum: float | None = None
    maximum: float | None = None
    note: Note | None = None


class Authentication(Part):
    """A way the station can prove itself, and how the credential gets into it."""

    method: Literal["charging_station_token", "basic_authentication", "client_certificate"]
    configuration: Literal["automatic", "manual"] = Field(description="automatic: by the parameter ``key``.")
    key: Key | None = Field(None, description="Parameter that takes the URL or the password.")
    note: Note | None = Field(None, description="For example what the field is called on the station's own page.")

    @model_validator(mode="after")
    def _key_where_automatic(self) -> Self:
        """Without a key nothing can be written."""
        if self.configuration == "automatic" and self.key is None:
            raise ValueError("automatic configuration needs a key")
        return self


class Source(Part):
    """Where facts come from."""

    title: Line
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=500)] | None = None
    says: Note | None = Field(None, description="Which facts are from there.")


class ModelDocument(Part):
    """One station model."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80, description="Same as the name of the file.")
    label: Line = Field(description="Name for people: vendor, model, what tells it from its siblings.")
    matches: list[MatchRule] = Field(min_length=1, description="The station is this model when one of the rules fits.")
    evses: list[EvseFacts] = Field(min_length=1)
    maximum_power_w: Watts = Field(description="Power of the whole station.")
    shares_power: bool = Field(False, description="Its EVSEs share less power than they could take together.")
    parameters: list[Recommendation] = []
    parameter_types: dict[Key, ParameterType] = Field({}, description="Types of the vendor's own keys.")
    capabilities: Capabilities = Capabilities()
    profile_purposes: list[Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]] = []
    charging_rate_unit: Literal["A", "W"] | None = Field(None, description="Unit its charging profiles must have.")
    static_limit: StaticLimit | None = None
    authentication: list[Authentication] = []
    firmware_seen: list[Line] = []
    quirks: list[Note] = Field([], description="Where it does not do what the standard says.")
    notes: list[Note] = []
    confidence: Literal["high", "medium", "low"] = Field(description="How far to rely on the facts.")
    sources: list[Source] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        """Numbers are unique, powers add up, and nothing is recommended that must not be."""
        _unique("EVSE numbers", [evse.number for evse in self.evses])
        _unique("connector numbers", [c.number for evse in self.evses for c in evse.connectors])
        _check_power(self)
        _check_recommended(self)
        return self

    def recommended(self, *, firmware_version: str, ocpp_version: str) -> dict[str, str]:
        """Recommended OCPP parameters for a station with this firmware that speaks this version."""
        found: dict[str, str] = {}
        for each in self.parameters:
            if ocpp_version not in each.ocpp_version:
                continue
            if not each.firmware_version or any(fits(p, firmware_version) for p in each.firmware_version):
                found |= each.values
        return found


def _unique(what: str, numbers: list[int]) -> None:
    if len(set(numbers)) != len(numbers):
        raise ValueError(f"{what} must be unique")


def _check_power(document: ModelDocument) -> None:
    powers = [evse.maximum_power_w for evse in document.evses]
    if wrong := station_power_problem(powers, document.maximum_power_w, is_shared=document.shares_power):
        raise ValueError(wrong)


def _check_recommended(document: ModelDocument) -> None:
    limit = {key.lower() for key in document.static_limit.keys} if document.static_limit else set()
    for each in document.parameters:
        keys = [key.lower() for key in each.values]
        _unique("keys of recommended values", keys)  # type: ignore[arg-type]
        if found := (limit | NEVER_RECOMMENDED).intersection(keys):
            raise ValueError(f"must not be recommended: {', '.join(sorted(found))}")
