"""A small world: two companies that must not see each other, and the people around them."""

from dataclasses import dataclass
from typing import Any

import pytest

from stations.enums import Role
from stations.models import EVSE, ChargingStation, Company, Connector, OnboardingToken, Site, SiteArea
from tests.support.factories import (
    ChargingStationFactory,
    CompanyFactory,
    ConnectorFactory,
    EVSEFactory,
    MembershipFactory,
    OnboardingTokenFactory,
    SiteAreaFactory,
    SiteFactory,
    UserFactory,
)


@dataclass(frozen=True)
class Side:
    """One company with one station; ``secret`` is the token's, as it stands in a station's URL."""

    company: Company
    site: Site
    area: SiteArea
    token: OnboardingToken
    secret: str
    station: ChargingStation
    evse: EVSE
    connector: Connector


@dataclass(frozen=True)
class World:
    """``ours`` is the company of viewer, operator and administrator, ``theirs`` the stranger's."""

    ours: Side
    theirs: Side
    viewer: Any
    operator: Any
    administrator: Any
    stranger: Any
    superuser: Any


def make_side(name: str) -> Side:
    """A company called ``name`` with one of everything; its station is ``NAME-1``."""
    secret = f"secret-of-{name.lower()}-".ljust(32, "x")
    company = CompanyFactory(name=name)
    site = SiteFactory(company=company, name=f"{name} car park")
    area = SiteAreaFactory(site=site, name="Ground floor")
    token = OnboardingTokenFactory(site_area=area, description=f"{name} delivery", secret=secret)
    station = ChargingStationFactory(identity=f"{name.upper()}-1", site_area=area, onboarding_token=token)
    evse = EVSEFactory(station=station)
    return Side(company, site, area, token, secret, station, evse, ConnectorFactory(evse=evse))


def make_world() -> World:
    """Both companies; every user logs in with the role's name and ``factories.PASSWORD``."""
    ours, theirs = make_side("Ours"), make_side("Theirs")
    return World(
        ours,
        theirs,
        viewer=_member("viewer", Role.VIEWER, ours.company),
        operator=_member("operator", Role.OPERATOR, ours.company),
        administrator=_member("administrator", Role.ADMINISTRATOR, ours.company),
        stranger=_member("stranger", Role.ADMINISTRATOR, theirs.company),
        superuser=UserFactory(username="superuser", is_superuser=True, is_staff=True),
    )


def _member(username: str, role: Role, company: Company) -> Any:
    return MembershipFactory(user=UserFactory(username=username), role=role, company=company).user


@pytest.fixture
def world(db) -> World:
    """The world, for one test."""
    return make_world()


@pytest.fixture(scope="module")
def live_world(live_database) -> World:
    """The world in committed data, for the tests of a module that talk to a running server."""
    return make_world()
