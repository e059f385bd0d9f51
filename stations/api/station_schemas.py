"""What the API says about stations, their sessions and their log."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Discriminator, Field, StringConstraints, Tag

from stations.api.fields import Input, LongText, Name, Reference, Text, described, listed, partial
from stations.enums import (
    AuthenticationMethod,
    AuthorizationStatus,
    BadgeStatus,
    ConfigurationStatus,
    ConnectionStatus,
    ConnectorStatus,
    RefusalReason,
    RegistrationStatus,
    SessionState,
)
from stations.models import EVSE, ChargingSession, ChargingStation, Configuration, Connector, OcppExchange, Refusal
from stations.models.journal import Direction, Outcome

STATUS_ORDER = [
    ConnectorStatus.CHARGING,
    ConnectorStatus.SUSPENDED_EVSE,
    ConnectorStatus.SUSPENDED_EV,
    ConnectorStatus.FINISHING,
    ConnectorStatus.PREPARING,
    ConnectorStatus.RESERVED,
    ConnectorStatus.AVAILABLE,
    ConnectorStatus.FAULTED,
    ConnectorStatus.UNAVAILABLE,
    ConnectorStatus.UNKNOWN,
]
"""An EVSE charges one car: it has the first of these statuses that one of its connectors has."""


def evse_status(connectors: Iterable[Connector]) -> ConnectorStatus:
    """The status of an EVSE as a whole."""
    found = {connector.shown_status for connector in connectors}
    return next((status for status in STATUS_ORDER if status in found), ConnectorStatus.UNKNOWN)


class ConnectorOut(Schema):
    number: int = described(Connector, "number")
    type: str = described(Connector, "type")
    status: ConnectorStatus = Field(
        alias="shown_status",
        description=listed("As last reported; `unavailable` while the station is disabled.", ConnectorStatus),
    )
    error_code: str = described(Connector, "error_code")
    current_type: str = described(Connector, "current_type")
    phases: int | None = described(Connector, "phases")
    voltage_v: int | None = described(Connector, "voltage_v")
    current_a: float | None = described(Connector, "current_a")
    phase_rotation: str = described(Connector, "phase_rotation")
    maximum_power_w: int | None = described(Connector, "maximum_power_w")
    power_w: int | None = described(Connector, "power_w")
    power_at: datetime | None = described(Connector, "power_at")


class EvseOut(Schema):
    number: int = described(EVSE, "number")
    code: str | None = described(EVSE, "code")
    name: str = described(EVSE, "name")
    emi3_id: str = described(EVSE, "emi3_id")
    parking_level: str = described(EVSE, "parking_level")
    parking_space: str = described(EVSE, "parking_space")
    directions: str = described(EVSE, "directions")
    latitude: float | None = described(EVSE, "latitude")
    longitude: float | None = described(EVSE, "longitude")
    status: ConnectorStatus = Field(description="Status of the connector in use, or of the most usable one.")
    connectors: list[ConnectorOut]

    @staticmethod
    def resolve_status(evse: EVSE) -> ConnectorStatus:
        return evse_status(evse.connectors.all())


class StationOut(Schema):
    identity: str = described(ChargingStation, "identity")
    name: str = described(ChargingStation, "name")
    vendor: str = described(ChargingStation, "vendor")
    model: str = described(ChargingStation, "model")
    serial_number: str = described(ChargingStation, "serial_number")
    firmware_version: str = described(ChargingStation, "firmware_version")
    ocpp_version: str = described(ChargingStation, "ocpp_version")
    site_area: int = described(ChargingStation, "site_area")
    registration_status: RegistrationStatus = described(
        ChargingStation, "registration_status", choices=RegistrationStatus
    )
    connection_status: ConnectionStatus = Field(
        description="Whether the station holds an open connection; `disconnected` while it is disabled."
    )
    enabled: bool = described(ChargingStation, "enabled")
    authorization_status: AuthorizationStatus = Field(
        description="Whether the credential it last used lets it launch sessions."
    )
    authentication_method: AuthenticationMethod = Field(description="How the station proves itself.")
    configuration_status: ConfigurationStatus = described(Configuration, "status", choices=ConfigurationStatus)
    station_model: str | None = described(Configuration, "station_model")
    power_w: int | None = Field(description="Power delivered now by all connectors, in watts; null: never measured.")
    maximum_power_w: int | None = described(ChargingStation, "maximum_power_w")
    last_seen_at: datetime | None = described(ChargingStation, "last_seen_at")
    registered_at: datetime = described(ChargingStation, "registered_at")
    evses: list[EvseOut]

    @staticmethod
    def resolve_site_area(station: ChargingStation) -> int:
        return station.site_area_id

    @staticmethod
    def resolve_configuration_status(station: ChargingStation) -> ConfigurationStatus:
        configuration = getattr(station, "configuration", None)
        return ConfigurationStatus(configuration.status) if configuration else ConfigurationStatus.DEFINED_BY_USER

    @staticmethod
    def resolve_station_model(station: ChargingStation) -> str | None:
        configuration = getattr(station, "configuration", None)
        return configuration.station_model.slug if configuration and configuration.station_model else None


@partial
class EvseChanges(Input):
    """Fields left out stay as they are."""

    code: Annotated[Name, StringConstraints(max_length=32)] | None = described(EVSE, "code")
    name: Text = described(EVSE, "name")
    emi3_id: Annotated[Text, StringConstraints(max_length=40)] = described(EVSE, "emi3_id")
    parking_level: Annotated[Text, StringConstraints(max_length=32)] = described(EVSE, "parking_level")
    parking_space: Annotated[Text, StringConstraints(max_length=32)] = described(EVSE, "parking_space")
    directions: LongText = described(EVSE, "directions")
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = described(EVSE, "latitude")
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = described(EVSE, "longitude")


@partial
class StationChanges(Input):
    """Fields left out stay as they are."""

    name: Text = described(ChargingStation, "name")
    site_area: Reference = described(ChargingStation, "site_area")


class SessionOut(Schema):
    id: int
    station: str = Field(description="Identity of the charging station.")
    evse: int | None = described(EVSE, "number")
    connector: int | None = described(Connector, "number")
    transaction_id: str = described(ChargingSession, "transaction_id")
    badge: str = Field(alias="id_tag", description="Badge identifier the station sent.")
    badge_status: BadgeStatus = described(ChargingSession, "badge_status", choices=BadgeStatus)
    started_at: datetime = described(ChargingSession, "started_at")
    stopped_at: datetime | None = described(ChargingSession, "stopped_at")
    energy_wh: int | None = described(ChargingSession, "energy_wh")
    power_w: int | None = described(ChargingSession, "power_w")
    state: SessionState = described(ChargingSession, "state", choices=SessionState)
    stop_reason: str = described(ChargingSession, "stop_reason")
    review_reason: str = described(ChargingSession, "review_reason")

    @staticmethod
    def resolve_station(session: ChargingSession) -> str:
        return session.station.identity

    @staticmethod
    def resolve_evse(session: ChargingSession) -> int | None:
        return session.connector.evse.number if session.connector else None

    @staticmethod
    def resolve_connector(session: ChargingSession) -> int | None:
        return session.connector.number if session.connector else None


class FrameOut(Schema):
    """One request and its answer."""

    id: int
    type: Literal["frame"] = "frame"
    station: str = Field(description="Identity of the charging station.")
    direction: Direction = described(OcppExchange, "direction")
    action: str = described(OcppExchange, "action")
    message_id: str = described(OcppExchange, "message_id")
    request: str = described(OcppExchange, "request")
    answer: str = described(OcppExchange, "answer")
    outcome: Outcome = described(OcppExchange, "outcome")
    note: str = described(OcppExchange, "note")
    received_at: datetime = described(OcppExchange, "received_at")
    answered_at: datetime | None = described(OcppExchange, "answered_at")

    @staticmethod
    def resolve_station(exchange: OcppExchange) -> str:
        return exchange.station.identity


class RefusalOut(Schema):
    """A handshake that was refused."""

    id: int
    type: Literal["refusal"] = "refusal"
    station: str = Field(alias="identity", description="Identity in the URL, if it had one.")
    remote_address: str = described(Refusal, "remote_address")
    reason: RefusalReason = described(Refusal, "reason", choices=RefusalReason)
    http_status: int = described(Refusal, "http_status")
    detail: str = described(Refusal, "detail")
    count: int = described(Refusal, "count")
    first_at: datetime = described(Refusal, "first_at")
    last_at: datetime = described(Refusal, "last_at")


def _kind(entry: object) -> str:
    return "refusal" if isinstance(entry, Refusal | RefusalOut) else "frame"


LogEntry = Annotated[Annotated[FrameOut, Tag("frame")] | Annotated[RefusalOut, Tag("refusal")], Discriminator(_kind)]
