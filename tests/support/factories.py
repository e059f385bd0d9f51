"""One factory per model. Every value is the same on every run; only what must be unique is numbered."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import factory
from django.contrib.auth import get_user_model
from django.utils import timezone
from factory.django import DjangoModelFactory

from stations.configuration.changes import Change
from stations.enums import (
    BadgeStatus,
    ChangeCause,
    ModelOrigin,
    OperationSource,
    RefusalReason,
    RegistrationStatus,
    Role,
    SessionState,
)
from stations.models import (
    EVSE,
    ApiKey,
    Badge,
    BulkOperation,
    Capabilities,
    ChargingSession,
    ChargingStation,
    Company,
    Configuration,
    ConfigurationChange,
    Connector,
    EndpointProcess,
    LocalList,
    Membership,
    MeterSample,
    OcppExchange,
    OcppParameter,
    OnboardingToken,
    Operation,
    Refusal,
    Site,
    SiteArea,
    StationModel,
)
from stations.models.journal import Direction, Outcome
from stations.services.credentials import digest
from tests.support.models import document

PASSWORD = "correct horse battery staple"
MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class UserFactory(DjangoModelFactory):
    """A user who can log in with ``PASSWORD`` and belongs to nothing."""

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user-{n}")
    password = factory.django.Password(PASSWORD)


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    name = factory.Sequence(lambda n: f"Company {n}")


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    company = factory.SubFactory(CompanyFactory)
    name = factory.Sequence(lambda n: f"Site {n}")


class SiteAreaFactory(DjangoModelFactory):
    class Meta:
        model = SiteArea

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda n: f"Area {n}")


class MembershipFactory(DjangoModelFactory):
    """A viewer of everything, unless a company or a site is given."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.VIEWER


class ApiKeyFactory(DjangoModelFactory):
    """A key whose secret is ``secret``."""

    class Meta:
        model = ApiKey

    class Params:
        secret = factory.Sequence(lambda n: f"api-key-{n:012}")

    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Key {n}")
    digest = factory.LazyAttribute(lambda key: digest(key.secret, purpose="api"))


class OnboardingTokenFactory(DjangoModelFactory):
    """A valid token whose secret is ``secret``."""

    class Meta:
        model = OnboardingToken

    class Params:
        secret = factory.Sequence(lambda n: f"onboarding-token-{n:012}")

    description = factory.Sequence(lambda n: f"Token {n}")
    site_area = factory.SubFactory(SiteAreaFactory)
    digest = factory.LazyAttribute(lambda token: digest(token.secret, purpose="onboarding"))


class BadgeFactory(DjangoModelFactory):
    class Meta:
        model = Badge

    company = factory.SubFactory(CompanyFactory)
    id_tag = factory.Sequence(lambda n: f"BADGE{n:06}")


class EndpointProcessFactory(DjangoModelFactory):
    """A process that is alive now."""

    class Meta:
        model = EndpointProcess

    id = factory.Sequence(lambda n: UUID(int=n + 1))
    started_at = factory.LazyFunction(timezone.now)
    renewed_at = factory.LazyFunction(timezone.now)


class ChargingStationFactory(DjangoModelFactory):
    """A registered station that is not connected, with the valid token it registered with."""

    class Meta:
        model = ChargingStation

    identity = factory.Sequence(lambda n: f"CS-{n:05}")
    site_area = factory.SubFactory(SiteAreaFactory)
    onboarding_token = factory.SubFactory(OnboardingTokenFactory, site_area=factory.SelfAttribute("..site_area"))
    registration_status = RegistrationStatus.ACCEPTED
    ocpp_version = "1.6"


class EVSEFactory(DjangoModelFactory):
    class Meta:
        model = EVSE

    station = factory.SubFactory(ChargingStationFactory)
    number = 1


class ConnectorFactory(DjangoModelFactory):
    class Meta:
        model = Connector

    evse = factory.SubFactory(EVSEFactory)
    station = factory.SelfAttribute("evse.station")
    number = factory.SelfAttribute("evse.number")


class ChargingSessionFactory(DjangoModelFactory):
    """A running session on a connector of its own."""

    class Meta:
        model = ChargingSession

    connector = factory.SubFactory(ConnectorFactory)
    station = factory.SelfAttribute("connector.station")
    transaction_id = factory.Sequence(lambda n: str(1000 + n))
    business_key = factory.Sequence(lambda n: f"{n:032x}")
    id_tag = "BADGE"
    badge_status = BadgeStatus.ACCEPTED
    state = SessionState.ACTIVE
    started_at = MOMENT
    meter_start_wh = 0
    received_at = MOMENT


class MeterSampleFactory(DjangoModelFactory):
    class Meta:
        model = MeterSample

    session = factory.SubFactory(ChargingSessionFactory)
    station = factory.SelfAttribute("session.station")
    connector_number = factory.SelfAttribute("session.connector.number")
    sampled_at = MOMENT
    context = "Sample.Periodic"
    energy_wh = 1000
    power_w = 7400


class OcppExchangeFactory(DjangoModelFactory):
    """A heartbeat that was answered."""

    class Meta:
        model = OcppExchange

    station = factory.SubFactory(ChargingStationFactory)
    direction = Direction.IN
    action = "Heartbeat"
    message_id = factory.Sequence(lambda n: f"message-{n}")
    request = factory.LazyAttribute(lambda exchange: f'[2,"{exchange.message_id}","Heartbeat",{{}}]')
    answer = factory.LazyAttribute(
        lambda exchange: f'[3,"{exchange.message_id}",{{"currentTime":"2026-03-01T12:00:00Z"}}]'
    )
    outcome = Outcome.RESULT
    received_at = MOMENT
    answered_at = MOMENT


class RefusalFactory(DjangoModelFactory):
    """A handshake with a token nobody knows."""

    class Meta:
        model = Refusal

    identity = factory.Sequence(lambda n: f"REFUSED-{n:05}")
    remote_address = "192.0.2.1"
    reason = RefusalReason.WRONG_TOKEN
    http_status = 401
    first_at = MOMENT
    last_at = MOMENT


class CapabilitiesFactory(DjangoModelFactory):
    """What a station that knows everything has said about itself."""

    class Meta:
        model = Capabilities

    station = factory.SubFactory(ChargingStationFactory)
    parameters = {
        "SupportedFeatureProfiles": "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"
    }
    read_at = MOMENT


class StationModelFactory(DjangoModelFactory):
    """A model somebody imported; no station was compared with it."""

    class Meta:
        model = StationModel

    slug = factory.Sequence(lambda n: f"model-{n:05}")
    label = factory.LazyAttribute(lambda model: model.slug)
    origin = ModelOrigin.IMPORTED
    document = factory.LazyAttribute(
        lambda model: document(id=model.slug, label=model.label).model_dump(mode="json", exclude_defaults=True)
    )


class ConfigurationFactory(DjangoModelFactory):
    """A station the catalogue does not know."""

    class Meta:
        model = Configuration

    station = factory.SubFactory(ChargingStationFactory)


class ConfigurationChangeFactory(DjangoModelFactory):
    """Somebody has set a parameter."""

    class Meta:
        model = ConfigurationChange

    station = factory.SubFactory(ChargingStationFactory)
    cause = ChangeCause.EDITED
    changes = [Change("parameter", "LocalPreAuthorize", "wanted_value", "false", "true").kept()]
    source = OperationSource.PORTAL


class OcppParameterFactory(DjangoModelFactory):
    """A parameter nobody has set and nobody has read."""

    class Meta:
        model = OcppParameter

    station = factory.SubFactory(ChargingStationFactory)
    key = factory.Sequence(lambda n: f"Key{n}")
    key_lower = factory.LazyAttribute(lambda parameter: parameter.key.lower())


class LocalListFactory(DjangoModelFactory):
    class Meta:
        model = LocalList

    station = factory.SubFactory(ChargingStationFactory)
    version = 1
    is_known = True
    entries = {"BADGE": ["accepted", None]}
    updated_at = MOMENT


class BulkOperationFactory(DjangoModelFactory):
    """A reset of many stations by nobody in particular."""

    class Meta:
        model = BulkOperation

    action = "reset"
    source = OperationSource.PORTAL
    per_minute = 60


class OperationFactory(DjangoModelFactory):
    """A reset that waits to be sent."""

    class Meta:
        model = Operation

    station = factory.SubFactory(ChargingStationFactory)
    action = "reset"
    source = OperationSource.PORTAL
    ocpp_version = "1.6"
    requests = [["Reset", {"type": "Soft"}]]
    due_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda operation: operation.due_at + timedelta(minutes=5))
