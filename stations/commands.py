"""What we ask of a station, in words of no particular OCPP version, and the dialects that put it into messages.

A dialect registers itself for a version when the app starts. A command it has no words for is not supported:
the button says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from stations.enums import OperationState, PushOutcome


@dataclass(frozen=True)
class Reset:
    """Reload the software (soft) or restart everything (hard)."""

    is_hard: bool


@dataclass(frozen=True)
class ClearCache:
    """Forget the badges remembered from earlier authorizations."""


@dataclass(frozen=True)
class ChangeAvailability:
    """Take a connector (None: the whole station) into or out of use."""

    connector: int | None
    is_operative: bool


@dataclass(frozen=True)
class UnlockConnector:
    """Release the plug."""

    connector: int


@dataclass(frozen=True)
class ChargingPeriod:
    """From ``start_s`` seconds after the plan's start at most ``limit`` (A per phase, or W)."""

    start_s: int
    limit: float
    phases: int | None = None


@dataclass(frozen=True)
class ChargingPlan:
    """A charging profile: limits over time. ``purpose``: station_maximum, default or session."""

    id: int
    purpose: str
    stack_level: int
    unit: str
    periods: tuple[ChargingPeriod, ...]
    kind: str = "absolute"
    recurrency: str | None = None
    start: datetime | None = None
    duration_s: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    minimum_rate: float | None = None
    transaction_id: str | None = None


@dataclass(frozen=True)
class RemoteStart:
    """Start a session for a badge."""

    id_tag: str
    connector: int | None = None
    plan: ChargingPlan | None = None


@dataclass(frozen=True)
class RemoteStop:
    """End a session."""

    transaction_id: str


@dataclass(frozen=True)
class TriggerMessage:
    """Have the station send ``message`` now."""

    message: str
    connector: int | None = None


@dataclass(frozen=True)
class Reserve:
    """Hold a connector (None: any) for a badge."""

    reservation_id: int
    connector: int | None
    id_tag: str
    expires_at: datetime


@dataclass(frozen=True)
class CancelReservation:
    """Free what a reservation holds."""

    reservation_id: int


@dataclass(frozen=True)
class LocalListEntry:
    """A badge on the local list; without a status it is taken off."""

    id_tag: str
    status: str | None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class SendLocalList:
    """Replace the local list (full) or change it, at most ``chunk`` entries in one message.

    Every message raises the version by one; the last one has ``last_version``.
    """

    is_full: bool
    first_version: int
    entries: tuple[LocalListEntry, ...]
    chunk: int

    @property
    def chunks(self) -> list[tuple[LocalListEntry, ...]]:
        """The entries of each message; an empty full list is one message."""
        size = max(1, self.chunk)
        return [self.entries[at : at + size] for at in range(0, len(self.entries), size)] or [()]

    @property
    def last_version(self) -> int:
        """The version of the list once every message is accepted."""
        return self.first_version + len(self.chunks) - 1


@dataclass(frozen=True)
class GetLocalListVersion:
    """Which version of the local list the station has."""


@dataclass(frozen=True)
class DataTransfer:
    """A vendor's own message."""

    vendor_id: str
    message_id: str = ""
    data: str = ""


@dataclass(frozen=True)
class GetCompositeSchedule:
    """What the station makes of all its charging plans together."""

    connector: int
    duration_s: int
    unit: str | None = None


@dataclass(frozen=True)
class SetChargingPlan:
    """Install a charging plan on a connector (0: the whole station)."""

    connector: int
    plan: ChargingPlan


@dataclass(frozen=True)
class ClearChargingPlans:
    """Drop the charging plans that match every field given."""

    id: int | None = None
    connector: int | None = None
    purpose: str | None = None
    stack_level: int | None = None


@dataclass(frozen=True)
class GetDiagnostics:
    """Upload diagnostics to ``location``."""

    location: str
    start: datetime | None = None
    stop: datetime | None = None
    retries: int | None = None
    retry_interval_s: int | None = None


@dataclass(frozen=True)
class ReadParameters:
    """Read all OCPP parameters the station lists, and ``keys`` it does not; at most ``chunk`` named in one message."""

    keys: tuple[str, ...] = ()
    chunk: int = 1


@dataclass(frozen=True)
class ParameterValue:
    """One OCPP parameter and the value it is to have."""

    key: str
    value: str


@dataclass(frozen=True)
class WriteParameters:
    """Write OCPP parameters."""

    values: tuple[ParameterValue, ...]


@dataclass(frozen=True)
class RawCall:
    """Any message of the version, as written."""

    message: str
    payload: dict[str, Any]


class Request(NamedTuple):
    """One CALL."""

    message: str
    payload: dict[str, Any]


class Verdict(NamedTuple):
    """What an answer means; ``word`` is the station's own."""

    state: OperationState
    word: str
    error: str = ""
    is_unsupported: bool = False
    """The station says that it does not know this message at all."""


class ReportedParameter(NamedTuple):
    """A parameter as the station reports it; ``value`` None: it keeps the value to itself."""

    key: str
    value: str | None
    read_only: bool


class WrittenParameter(NamedTuple):
    """What came of writing one parameter; ``value`` is what was sent."""

    key: str
    value: str
    outcome: PushOutcome


class NotSupported(Exception):
    """The version has no words for the command; the message says so."""


class InvalidRequest(Exception):
    """A request that breaks the version's schema; ``errors`` are sentences."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = list(errors)


class Dialect(Protocol):
    """One OCPP version, seen from the side that asks."""

    def supports(self, kind: type) -> bool:
        """Whether there are words for this kind of command."""

    def message_of(self, kind: type) -> str:
        """The message such a command becomes."""

    def requests(self, command: Any) -> list[Request]:
        """The messages for ``command``, in order; raises ``NotSupported``, ``InvalidRequest``."""

    def verdict(self, message: str, payload: Any) -> Verdict:
        """What the station's answer to ``message`` means."""

    def refusal(self, message: str, code: str, text: str) -> Verdict:
        """What an error means that the station answered with."""

    def mended(self, message: str, payload: Any) -> Any:
        """An answer without the slips known of stations, where these do no harm."""

    def reported(self, responses: Sequence[Any]) -> list[ReportedParameter]:
        """The parameters in the answers to ``ReadParameters``."""

    def written(self, requests: Sequence[Sequence[Any]], responses: Sequence[Any]) -> list[WrittenParameter]:
        """What came of each parameter of ``WriteParameters``, as far as there are answers; the next one's is unknown."""

    def messages(self) -> list[str]:
        """Every message we may send."""

    def schema(self, message: str) -> dict[str, Any]:
        """JSON schema of a message's payload."""


_dialects: dict[str, Dialect] = {}


def register_dialect(version: str, dialect: Dialect) -> None:
    """Use ``dialect`` for stations that speak ``version``."""
    _dialects[version] = dialect


def dialect_of(version: str) -> Dialect | None:
    """The dialect of an OCPP version; None for one we do not speak."""
    return _dialects.get(version)
