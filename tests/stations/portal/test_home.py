"""The home page: figures and attention list, each within the user's scope."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.enums import ConnectorStatus, RefusalReason, Role
from stations.models import Connector
from stations.portal.home import attention, figures, next_step
from tests.support.factories import (
    ChargingSessionFactory,
    ChargingStationFactory,
    ConnectorFactory,
    EndpointProcessFactory,
    EVSEFactory,
    MembershipFactory,
    OnboardingTokenFactory,
    RefusalFactory,
    SiteAreaFactory,
    UserFactory,
)


def connect(station) -> None:
    station.endpoint = EndpointProcessFactory()
    station.save()


def set_power(connector, watts: int, age: timedelta) -> None:
    connector.power_w, connector.power_at = watts, timezone.now() - age
    connector.save()


def test_figures_count_what_is_in_scope(world):
    connect(world.ours.station)
    connect(world.theirs.station)
    ChargingStationFactory(site_area=world.ours.area)
    for side in (world.ours, world.theirs):
        ChargingSessionFactory(connector=side.connector)
        set_power(side.connector, 7400, timedelta(minutes=1))
        RefusalFactory(site_area=side.area, count=3, last_at=timezone.now() - timedelta(hours=1))
    expected = {"total": 2, "connected": 1, "sessions": 1, "power_w": 7400, "refused": 3}
    assert figures(world.viewer) == expected
    assert figures(world.superuser) == {"total": 3, "connected": 2, "sessions": 2, "power_w": 14800, "refused": 6}


def test_a_station_with_two_connectors_counts_once(world):
    connect(world.ours.station)
    second = ConnectorFactory(evse=EVSEFactory(station=world.ours.station, number=2))
    set_power(world.ours.connector, 1000, timedelta(0))
    set_power(second, 2000, timedelta(0))
    found = figures(world.viewer)
    assert (found["total"], found["connected"], found["power_w"]) == (1, 1, 3000)


def test_a_stale_reading_is_not_power_now(world):
    set_power(world.ours.connector, 7400, timedelta(minutes=6))
    assert figures(world.viewer)["power_w"] == 0


def test_an_old_refusal_is_forgotten(world):
    RefusalFactory(site_area=world.ours.area, last_at=timezone.now() - timedelta(hours=25))
    assert figures(world.viewer)["refused"] == 0
    assert list(attention(world.viewer)["refusals"]) == []


def test_what_needs_attention_is_listed_with_its_fix(client, world):
    Connector.objects.filter(pk=world.ours.connector.pk).update(
        status=ConnectorStatus.FAULTED, error_code="GroundFailure"
    )
    RefusalFactory(
        identity="LOST-1", site_area=world.ours.area, reason=RefusalReason.TOKEN_EXPIRED, last_at=timezone.now()
    )
    RefusalFactory(identity="FOREIGN-1", site_area=world.theirs.area, last_at=timezone.now())
    client.force_login(world.viewer)
    page = client.get("/").text
    assert "GroundFailure" in page
    assert "OURS-1" in page
    assert "LOST-1" in page
    assert str(RefusalReason.TOKEN_EXPIRED.help) in page
    assert "FOREIGN-1" not in page
    assert "THEIRS-1" not in page


def test_when_all_is_well_it_says_so(client, world):
    connect(world.ours.station)
    client.force_login(world.viewer)
    assert "Nothing needs attention" in client.get("/").text


@pytest.mark.django_db
def test_an_empty_system_shows_the_next_step(client):
    member = MembershipFactory(role=Role.OPERATOR).user
    assert next_step(member) == "area"
    area = SiteAreaFactory()
    assert next_step(member) == "token"
    client.force_login(member)
    assert "Create an onboarding token" in client.get("/").text
    OnboardingTokenFactory(site_area=area)
    assert next_step(member) == "station"
    ChargingStationFactory(site_area=area)
    assert next_step(member) == ""


@pytest.mark.django_db
def test_somebody_without_membership_sees_nothing():
    nobody = UserFactory()
    ChargingStationFactory()
    assert figures(nobody) == {"total": 0, "connected": 0, "sessions": 0, "power_w": 0, "refused": 0}


def test_the_live_part_comes_alone(client, world):
    client.force_login(world.viewer)
    page = client.get("/", headers={"HX-Request": "true", "HX-Target": "overview"}).text
    assert page.strip().startswith('<div id="overview"')
    assert "<html" not in page


def test_a_part_nobody_offers_is_the_whole_page(client, world):
    client.force_login(world.viewer)
    assert "<html" in client.get("/", headers={"HX-Request": "true", "HX-Target": "content"}).text


@pytest.mark.parametrize("stations", [1, 3])
def test_the_page_costs_a_fixed_number_of_queries(client, world, stations, django_assert_num_queries):
    for _ in range(stations):
        station = ChargingStationFactory(site_area=world.ours.area)
        ConnectorFactory(evse=EVSEFactory(station=station), status=ConnectorStatus.FAULTED)
        RefusalFactory(station=station, site_area=world.ours.area, last_at=timezone.now())
    client.force_login(world.viewer)
    with django_assert_num_queries(18):
        client.get("/")
