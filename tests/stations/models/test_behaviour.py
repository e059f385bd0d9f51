"""What models derive from their fields."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from stations.enums import AuthorizationStatus, BadgeStatus, ConnectionStatus, TokenStatus
from stations.models import ChargingStation, SiteArea
from stations.models.badges import badge_key
from stations.models.evses import READING_FRESH_FOR
from stations.models.stations import LEASE_S
from tests.support.factories import (
    MOMENT,
    BadgeFactory,
    ChargingStationFactory,
    ConnectorFactory,
    EndpointProcessFactory,
    EVSEFactory,
    MembershipFactory,
    OnboardingTokenFactory,
    SiteAreaFactory,
)

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("typed", ["04AB", "04ab", " 04Ab ", "04\x00AB\n"])
def test_badge_key_forgets_case_blanks_and_control_characters(typed):
    assert badge_key(typed) == "04ab"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, BadgeStatus.ACCEPTED),
        ({"expires_at": MOMENT + SECOND}, BadgeStatus.ACCEPTED),
        ({"expires_at": MOMENT}, BadgeStatus.EXPIRED),
        ({"blocked": True, "expires_at": MOMENT}, BadgeStatus.BLOCKED),
    ],
)
def test_badge_status(fields, status):
    assert BadgeFactory(**fields).status_at(MOMENT) is status


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, TokenStatus.VALID),
        ({"expires_at": MOMENT + SECOND, "revoked_at": MOMENT + SECOND}, TokenStatus.VALID),
        ({"expires_at": MOMENT}, TokenStatus.EXPIRED),
        ({"revoked_at": MOMENT}, TokenStatus.REVOKED),
        ({"revoked_at": MOMENT, "expires_at": MOMENT}, TokenStatus.REVOKED),
    ],
)
def test_token_status(fields, status):
    assert OnboardingTokenFactory(**fields).status_at(MOMENT) is status


def test_station_without_a_token_is_not_authorized():
    assert ChargingStationFactory(onboarding_token=None).authorization_status is AuthorizationStatus.NOT_AUTHORIZED


@pytest.mark.parametrize("reason", ["expires_at", "revoked_at"])
@pytest.mark.parametrize(
    ("disconnects", "status"), [(False, AuthorizationStatus.AUTHORIZED), (True, AuthorizationStatus.NOT_AUTHORIZED)]
)
def test_withdrawn_token_unauthorizes_its_stations_if_it_says_so(reason, disconnects, status):
    token = OnboardingTokenFactory(disconnects_stations=disconnects, **{reason: timezone.now()})
    assert ChargingStationFactory(onboarding_token=token).authorization_status is status


@pytest.mark.parametrize(
    ("renewed_ago_s", "status"),
    [
        (None, ConnectionStatus.DISCONNECTED),
        (0, ConnectionStatus.CONNECTED),
        (LEASE_S - 5, ConnectionStatus.CONNECTED),
        (LEASE_S + 1, ConnectionStatus.DISCONNECTED),
    ],
)
def test_station_is_connected_while_its_endpoint_lives(renewed_ago_s, status):
    endpoint = None
    if renewed_ago_s is not None:
        endpoint = EndpointProcessFactory(renewed_at=timezone.now() - timedelta(seconds=renewed_ago_s))
    ChargingStationFactory(endpoint=endpoint)
    station = ChargingStation.objects.with_live().get()
    assert station.connection_status == status
    assert station.is_connected == (status == ConnectionStatus.CONNECTED)


def test_station_power_is_the_sum_over_its_connectors(world):
    station = ChargingStationFactory()
    for number, power_w in ((1, 7400), (2, 3600), (3, None)):
        ConnectorFactory(evse=EVSEFactory(station=station, number=number), power_w=power_w)
    live = ChargingStation.objects.with_live()
    assert live.get(pk=station.pk).power_w == 11000
    assert live.get(pk=world.ours.station.pk).power_w is None


@pytest.mark.parametrize(("age", "stale"), [(None, False), (timedelta(0), False), (READING_FRESH_FOR + SECOND, True)])
def test_power_reading_goes_stale(age, stale):
    read_at = None if age is None else timezone.now() - age
    assert ConnectorFactory(power_w=7400, power_at=read_at).power_is_stale is stale


def test_area_cannot_feed_itself_through_its_children():
    grandparent = SiteAreaFactory()
    parent = SiteAreaFactory(site=grandparent.site, parent=grandparent)
    grandparent.parent = parent
    with pytest.raises(ValidationError, match="cannot feed itself"):
        grandparent.clean()
    SiteArea.objects.get(pk=parent.pk).clean()


def test_area_is_fed_from_its_own_site():
    area = SiteAreaFactory()
    area.parent = SiteAreaFactory()
    with pytest.raises(ValidationError, match="same site"):
        area.clean()


def test_membership_of_a_site_names_no_other_company(world):
    membership = MembershipFactory(site=world.ours.site, company=world.theirs.company)
    with pytest.raises(ValidationError, match="another company"):
        membership.clean()
    membership.company = world.ours.company
    membership.clean()
