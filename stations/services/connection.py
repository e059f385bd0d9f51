"""Stations come and go: who is let in, who is turned away, who holds whose socket."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q

from emobility.common.bulk import Lookup, Update, stamp
from emobility.common.writers import Writer
from stations.enums import RefusalReason, RegistrationStatus, SessionState, TokenStatus
from stations.models import ChargingSession, ChargingStation, Connector, EndpointProcess, OnboardingToken, Refusal
from stations.services.credentials import digest
from stations.services.effects import Effect
from stations.services.station_state import ConnectorState, OpenSession, StationState

_connect = Update(
    ChargingStation,
    [
        "generation", "endpoint", "connection_changed_at", "last_seen_at", "ocpp_version", "remote_address",
        "onboarding_token", "id",
    ],
)  # fmt: skip
_disconnect = Update(
    ChargingStation, ["endpoint", "connection_changed_at", "last_seen_at", "endpoint", "generation", "id"], keys=3
)
_notify = Lookup(("text", "text"), "SELECT pg_notify(asked.c0, asked.c1)::text FROM asked")
_seen = Update(ChargingStation, ["last_seen_at", "id"])
REFUSALS_PER_ROW = timedelta(minutes=1)


@dataclass(slots=True)
class AdmitStation(Effect):
    """A handshake: lets the station in, registering it when it is new, or says why not.

    After ``apply`` either ``state`` or ``refusal`` is set; ``previous_endpoint`` is the process that held the
    station's socket before, if it is another one.
    """

    identity: str
    token_digest: str | None
    remote_address: str
    ocpp_version: str
    endpoint_id: UUID
    at: datetime
    names_version: bool = True
    """Whether the station offers a version we speak; one that never names any may be let in all the same."""
    state: StationState | None = None
    refusal: RefusalReason | None = None
    is_new: bool = False
    previous_endpoint: UUID | None = None
    row: list = field(default_factory=list)

    @classmethod
    def prepare(cls, effects: Sequence["AdmitStation"]) -> None:
        """Decide all handshakes of the batch from the rows as they are now."""
        tokens = _tokens({e.token_digest for e in effects if e.token_digest})
        stations = _stations({e.identity.lower() for e in effects})
        for effect in effects:
            effect.state, effect.row = None, []
            token = tokens.get(effect.token_digest or "")
            station = stations.get(effect.identity.lower())
            effect.refusal = effect._refusal(token, station)
            if effect.refusal is None and token is not None:
                station = station or effect._register(token)
                stations[station.identity_key] = station
                effect._admit(station, token)
        _load([e.state for e in effects if e.state])

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence["AdmitStation"]) -> None:
        """Take over the stations let in."""
        last = {e.state.pk: e.row for e in effects if e.state}
        _connect(writer, list(last.values()))
        for effect in effects:
            effect._tell_previous_endpoint(writer)

    def _refusal(self, token: OnboardingToken | None, station: ChargingStation | None) -> RefusalReason | None:
        if not self.names_version and (station is None or not station.assume_ocpp16):
            return RefusalReason.WRONG_SUBPROTOCOL
        return refusal_of(token, station, token_given=self.token_digest is not None, at=self.at)

    def _register(self, token: OnboardingToken) -> ChargingStation:
        self.is_new = True
        return ChargingStation.objects.create(identity=self.identity, site_area_id=token.site_area_id)

    def _admit(self, station: ChargingStation, token: OnboardingToken) -> None:
        station.generation += 1
        if station.endpoint_id != self.endpoint_id:
            self.previous_endpoint = station.endpoint_id
        accepted = station.registration_status == RegistrationStatus.ACCEPTED
        self.state = StationState(station.pk, station.identity, station.generation, accepted)
        at = stamp(self.at)
        self.row = [
            station.generation, _key(self.endpoint_id), at, at, self.ocpp_version, self.remote_address, token.pk, station.pk
        ]  # fmt: skip

    def _tell_previous_endpoint(self, writer: Writer) -> None:
        """The process that held the station's socket closes it; told with the commit."""
        if self.state and self.previous_endpoint and connection.vendor == "postgresql":
            message = f"{self.state.pk} {self.state.generation}"
            _notify(writer, [(superseded_channel(self.previous_endpoint), message)])


def superseded_channel(endpoint_id: UUID) -> str:
    """PostgreSQL channel on which a process hears that other processes took over stations of its."""
    return f"superseded_{endpoint_id.hex}"


def refusal_of(
    token: OnboardingToken | None, station: ChargingStation | None, *, token_given: bool, at: datetime
) -> RefusalReason | None:
    """Why a station with this credential is not let in; None when it is.

    An expired or revoked token stops new stations; those that registered with it stay unless the token says otherwise.
    """
    if not token_given:
        return RefusalReason.MISSING_CREDENTIAL if station else RefusalReason.UNKNOWN_IDENTITY
    if token is None:
        return RefusalReason.WRONG_TOKEN
    if station is not None and station.site_area_id != token.site_area_id:
        return RefusalReason.FOREIGN_TOKEN
    status = token.status_at(at)
    its_own = station is not None and station.onboarding_token_id == token.pk
    if status == TokenStatus.VALID or (its_own and not token.disconnects_stations):
        return None
    return RefusalReason.TOKEN_EXPIRED if status == TokenStatus.EXPIRED else RefusalReason.TOKEN_REVOKED


@dataclass(slots=True)
class DisconnectStation(Effect):
    """The station's socket is gone; only if this process still holds it and no newer connection was let in."""

    order = 0
    station_id: int
    generation: int
    endpoint_id: UUID
    at: datetime
    last_seen_at: datetime

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence["DisconnectStation"]) -> None:
        """One update for all."""
        _disconnect(
            writer,
            [
                [None, stamp(e.at), stamp(e.last_seen_at), _key(e.endpoint_id), e.generation, e.station_id]
                for e in effects
            ],
        )

    @property
    def live_names(self) -> tuple[str, ...]:
        return ("stations",)


@dataclass(slots=True)
class SeeStations(Effect):
    """Last seen of all connected stations, written twice a minute."""

    seen: list[tuple[int, datetime]]

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence["SeeStations"]) -> None:
        """One update for all."""
        _seen(writer, [[stamp(at), pk] for e in effects for pk, at in e.seen])


@dataclass(slots=True)
class RefuseHandshake(Effect):
    """A handshake that was turned away; repetitions within a minute share a row."""

    identity: str
    token_digest: str | None
    remote_address: str
    reason: RefusalReason
    http_status: int
    detail: str
    at: datetime

    @classmethod
    def prepare(cls, effects: Sequence["RefuseHandshake"]) -> None:
        """Count repetitions, write the rest."""
        for effect in effects:
            effect._leave_out_token()
            same = Refusal.objects.filter(
                identity=effect.identity,
                remote_address=effect.remote_address,
                reason=effect.reason,
                first_at__gte=effect.at - REFUSALS_PER_ROW,
            ).first()
            if same is None:
                effect._write()
            else:
                same.count, same.last_at = same.count + 1, effect.at
                same.save(update_fields=["count", "last_at"])

    def _leave_out_token(self) -> None:
        """A token in the place of the identity: the URL ends too early or has both the wrong way round."""
        as_token = digest(self.identity, purpose="onboarding")
        if self.identity and OnboardingToken.objects.filter(digest=as_token).exists():
            self.identity, self.token_digest, self.detail = "", as_token, "the URL ends with the token"

    def _write(self) -> None:
        token = OnboardingToken.objects.filter(digest=self.token_digest).first() if self.token_digest else None
        Refusal.objects.create(
            identity=self.identity,
            station=ChargingStation.objects.filter(identity_key=self.identity.lower()).first()
            if self.identity
            else None,
            site_area_id=token.site_area_id if token else None,
            remote_address=self.remote_address,
            reason=self.reason,
            http_status=self.http_status,
            detail=self.detail,
            first_at=self.at,
            last_at=self.at,
        )

    @property
    def live_names(self) -> tuple[str, ...]:
        return ("refusals",)


@dataclass(slots=True)
class FindUnwelcome(Effect):
    """Asks which stations of this process hold a token that was withdrawn together with its stations."""

    endpoint_id: UUID
    at: datetime
    station_ids: list[int] = field(default_factory=list)

    @classmethod
    def prepare(cls, effects: Sequence["FindUnwelcome"]) -> None:
        """One query for each process, that is one."""
        for effect in effects:
            withdrawn = Q(onboarding_token__revoked_at__lte=effect.at) | Q(onboarding_token__expires_at__lte=effect.at)
            found = ChargingStation.objects.filter(
                withdrawn, endpoint=effect.endpoint_id, onboarding_token__disconnects_stations=True
            )
            effect.station_ids = list(found.values_list("pk", flat=True))


@dataclass(slots=True)
class RenewLease(Effect):
    """The process says that it still holds its sockets."""

    endpoint_id: UUID
    at: datetime

    @classmethod
    def prepare(cls, effects: Sequence["RenewLease"]) -> None:
        """One row per process."""
        for effect in effects:
            EndpointProcess.objects.update_or_create(
                pk=effect.endpoint_id,
                defaults={"renewed_at": effect.at},
                create_defaults={"started_at": effect.at, "renewed_at": effect.at},
            )


def _key(endpoint_id: UUID) -> str:
    """The process id in the form both databases store it from text."""
    return endpoint_id.hex


def _tokens(digests: set[str]) -> dict[str, OnboardingToken]:
    return {token.digest: token for token in OnboardingToken.objects.filter(digest__in=digests)} if digests else {}


def _stations(identity_keys: set[str]) -> dict[str, ChargingStation]:
    # Locked in one order, so that two processes admitting the same stations cannot deadlock.
    found = ChargingStation.objects.filter(identity_key__in=identity_keys).order_by("pk").select_for_update()
    return {station.identity_key: station for station in found}


def _load(states: Sequence[StationState]) -> None:
    """Connectors and open sessions of the stations let in, by two queries."""
    if not states:
        return
    by_pk = {state.pk: state for state in states}
    for connector in Connector.objects.filter(station__in=by_pk):
        by_pk[connector.station_id].connectors[connector.number] = ConnectorState(
            connector.pk, connector.number, connector.power_w, connector.power_at, connector.status_at
        )
    open_states = (SessionState.ACTIVE, SessionState.INTERRUPTED)
    sessions = ChargingSession.objects.filter(station__in=by_pk, state__in=open_states).order_by("pk")
    for session in sessions.select_related("connector"):
        _load_session(by_pk[session.station_id], session)


def _load_session(state: StationState, session: ChargingSession) -> None:
    number = session.connector.number if session.connector else 0
    remembered = OpenSession(
        session.pk, session.transaction_id, number, session.id_tag, session.badge_status, session.started_at,
        session.meter_start_wh, session.review_reason, session.energy_wh, session.power_w,
    )  # fmt: skip
    state.sessions[session.transaction_id] = remembered
    if session.state == SessionState.ACTIVE and number in state.connectors:
        state.connectors[number].session = remembered
