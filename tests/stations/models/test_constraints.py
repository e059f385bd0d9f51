"""What the database itself refuses, whoever writes."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from tests.support.factories import (
    MOMENT,
    BadgeFactory,
    ChargingSessionFactory,
    ChargingStationFactory,
    CompanyFactory,
    ConnectorFactory,
    EVSEFactory,
    MembershipFactory,
    MeterSampleFactory,
    SiteAreaFactory,
    SiteFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("factory", "unique"),
    [
        (ChargingStationFactory, ("identity",)),
        (CompanyFactory, ("name",)),
        (SiteFactory, ("company", "name")),
        (SiteAreaFactory, ("site", "name")),
        (EVSEFactory, ("station", "number")),
        (ConnectorFactory, ("station", "number")),
        (ChargingSessionFactory, ("station", "business_key")),
        (ChargingSessionFactory, ("station", "transaction_id")),
        (MeterSampleFactory, ("station", "connector_number", "sampled_at", "context")),
    ],
    ids=lambda value: value._meta.model.__name__ if hasattr(value, "_meta") else "+".join(value),
)
def test_row_with_the_same_key_is_refused(factory, unique):
    first = factory()
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(**{field: getattr(first, field) for field in unique})
    assert factory._meta.model.objects.count() == 1


def test_evse_code_is_unique_over_all_stations_and_optional():
    EVSEFactory.create_batch(2, code=None)
    EVSEFactory(code="A1")
    with pytest.raises(IntegrityError), transaction.atomic():
        EVSEFactory(code="A1")


def test_identities_that_differ_in_case_alone_are_the_same():
    ChargingStationFactory(identity="Garage-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        ChargingStationFactory(identity="GARAGE-1")


def test_badges_that_differ_in_case_and_blanks_alone_are_the_same():
    BadgeFactory(id_tag="04AB cd")
    with pytest.raises(IntegrityError), transaction.atomic():
        BadgeFactory(id_tag=" 04ab CD\x00 ".replace("\x00", ""))


@pytest.mark.parametrize("scope", ["global", "company", "site"])
def test_user_has_one_role_per_scope(world, scope):
    where = {"global": {}, "company": {"company": world.theirs.company}, "site": {"site": world.ours.site}}[scope]
    MembershipFactory(user=world.viewer, **where)
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipFactory(user=world.viewer, **where)


def test_sample_of_the_same_moment_in_another_context_is_kept():
    first = MeterSampleFactory(context="Sample.Periodic")
    second = MeterSampleFactory(session=first.session, context="Transaction.End")
    assert first.sampled_at == second.sampled_at == MOMENT


@pytest.mark.parametrize("what", ["company", "site", "area"])
def test_place_with_stations_cannot_be_deleted(world, what):
    with pytest.raises(ProtectedError):
        getattr(world.ours, what).delete()


def test_station_with_sessions_cannot_be_deleted(world):
    ChargingSessionFactory(connector=world.ours.connector)
    with pytest.raises(ProtectedError):
        world.ours.station.delete()
