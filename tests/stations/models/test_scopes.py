"""Who sees which rows: every role against every scoped model."""

import pytest
from django.contrib.auth.models import AnonymousUser

from stations.enums import Role
from stations.models import (
    EVSE,
    Badge,
    BulkOperation,
    ChargingSession,
    ChargingStation,
    Company,
    ConfigurationChange,
    Connector,
    OcppExchange,
    OcppParameter,
    OnboardingToken,
    Operation,
    Refusal,
    Site,
    SiteArea,
)
from stations.models.scopes import ScopedModel
from tests.support.factories import (
    BadgeFactory,
    BulkOperationFactory,
    ChargingSessionFactory,
    ChargingStationFactory,
    ConfigurationChangeFactory,
    MembershipFactory,
    OcppExchangeFactory,
    OcppParameterFactory,
    OperationFactory,
    RefusalFactory,
    SiteAreaFactory,
    SiteFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SCOPED = [
    Badge,
    BulkOperation,
    ChargingSession,
    ChargingStation,
    Company,
    ConfigurationChange,
    Connector,
    EVSE,
    OcppExchange,
    OcppParameter,
    OnboardingToken,
    Operation,
    Refusal,
    Site,
    SiteArea,
]
OF_A_COMPANY_ALONE = {Badge, Company}


@pytest.fixture
def rows(world):
    """Model → (our row, their row)."""
    sides = (world.ours, world.theirs)
    operations = [OperationFactory(station=side.station, bulk=BulkOperationFactory()) for side in sides]
    return {
        Badge: [BadgeFactory(company=side.company) for side in sides],
        BulkOperation: [operation.bulk for operation in operations],
        ChargingSession: [ChargingSessionFactory(connector=side.connector) for side in sides],
        ChargingStation: [side.station for side in sides],
        Company: [side.company for side in sides],
        ConfigurationChange: [ConfigurationChangeFactory(station=side.station) for side in sides],
        Connector: [side.connector for side in sides],
        EVSE: [side.evse for side in sides],
        OcppExchange: [OcppExchangeFactory(station=side.station) for side in sides],
        OcppParameter: [OcppParameterFactory(station=side.station) for side in sides],
        OnboardingToken: [side.token for side in sides],
        Operation: operations,
        Refusal: [RefusalFactory(station=side.station) for side in sides],
        Site: [side.site for side in sides],
        SiteArea: [side.area for side in sides],
    }


def seen(model, user, *role):
    return set(model.objects.visible_to(user, *role))


def test_every_scoped_model_is_in_this_matrix():
    assert set(ScopedModel.__subclasses__()) == set(SCOPED)


@pytest.mark.parametrize("model", SCOPED)
@pytest.mark.parametrize("who", ["viewer", "operator", "administrator"])
def test_member_sees_the_rows_of_the_own_company_alone(world, rows, model, who):
    assert seen(model, getattr(world, who)) == {rows[model][0]}


@pytest.mark.parametrize("model", SCOPED)
def test_stranger_sees_the_other_company_alone(world, rows, model):
    assert seen(model, world.stranger) == {rows[model][1]}


@pytest.mark.parametrize("model", SCOPED)
def test_superuser_and_global_member_see_everything(world, rows, model):
    everywhere = MembershipFactory(role=Role.VIEWER).user
    assert seen(model, world.superuser) == seen(model, everywhere) == set(rows[model])


@pytest.mark.parametrize("model", SCOPED)
def test_nobody_sees_anything_without_a_membership(world, rows, model):
    former = world.superuser
    former.is_active = False
    assert seen(model, AnonymousUser()) == seen(model, UserFactory()) == seen(model, former) == set()


@pytest.mark.parametrize("model", SCOPED)
@pytest.mark.parametrize("with_company", [False, True], ids=["site", "site and company"])
def test_site_member_sees_that_site_alone(world, rows, model, with_company):
    other_site = SiteFactory(company=world.ours.company)
    ChargingStationFactory(site_area=SiteAreaFactory(site=other_site))
    company = world.ours.company if with_company else None
    member = MembershipFactory(site=world.ours.site, company=company).user
    expected = set() if model in OF_A_COMPANY_ALONE else {rows[model][0]}
    assert seen(model, member) == expected


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("viewer", {Role.VIEWER}),
        ("operator", {Role.VIEWER, Role.OPERATOR}),
        ("administrator", {Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR}),
        ("stranger", set()),
        ("superuser", set(Role)),
    ],
)
def test_rows_a_user_may_act_on_need_the_role(world, who, allowed):
    ours = world.ours.station
    user = getattr(world, who)
    assert {role for role in Role if ours in seen(ChargingStation, user, role)} == allowed


def test_memberships_add_up(world):
    viewer = world.viewer
    MembershipFactory(user=viewer, role=Role.OPERATOR, site=world.theirs.site)
    assert seen(ChargingStation, viewer) == {world.ours.station, world.theirs.station}
    assert seen(ChargingStation, viewer, Role.OPERATOR) == {world.theirs.station}


def test_scope_costs_one_query_more(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        assert seen(ChargingStation, world.viewer) == {world.ours.station}


def test_refusal_is_placed_by_its_token_when_the_station_is_unknown(world):
    refusal = RefusalFactory(site_area=world.ours.area)
    assert seen(Refusal, world.viewer) == {refusal}
    assert seen(Refusal, world.stranger) == set()


def test_refusal_that_belongs_nowhere_is_for_global_members(world):
    refusal = RefusalFactory()
    assert seen(Refusal, world.administrator) == seen(Refusal, world.stranger) == set()
    assert seen(Refusal, MembershipFactory().user) == seen(Refusal, world.superuser) == {refusal}
