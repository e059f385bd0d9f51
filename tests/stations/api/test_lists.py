"""What all lists share: pages, order, scope, a fixed number of queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.factories import (
    BadgeFactory,
    ChargingSessionFactory,
    ChargingStationFactory,
    CompanyFactory,
    ConfigurationChangeFactory,
    ConnectorFactory,
    EVSEFactory,
    OcppExchangeFactory,
    OcppParameterFactory,
    OnboardingTokenFactory,
    RefusalFactory,
    SiteAreaFactory,
    SiteFactory,
)


def add_station(side):
    station = ChargingStationFactory(site_area=side.area, onboarding_token=OnboardingTokenFactory(site_area=side.area))
    ConnectorFactory(evse=EVSEFactory(station=station))
    return station


def add_session(side):
    return ChargingSessionFactory(connector=add_station(side).connectors.get())


LISTS = {
    "/stations": add_station,
    "/sessions": add_session,
    "/onboarding-tokens": lambda side: OnboardingTokenFactory(site_area=side.area),
    "/companies": lambda side: CompanyFactory(),
    "/sites": lambda side: SiteFactory(company=side.company),
    "/site-areas": lambda side: SiteAreaFactory(site=side.site),
    "/badges": lambda side: BadgeFactory(company=side.company),
    "/stations/OURS-1/parameters": lambda side: OcppParameterFactory(station=side.station),
    "/stations/OURS-1/configuration-changes": lambda side: ConfigurationChangeFactory(station=side.station),
    "/log": lambda side: OcppExchangeFactory(station=add_station(side)),
    "/log?type=refusal": lambda side: RefusalFactory(station=add_station(side)),
}
each_list = pytest.mark.parametrize("path", LISTS)


def queries_of(client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@each_list
def test_number_of_queries_does_not_grow_with_the_list(superuser, world, path):
    LISTS[path](world.ours)
    before = queries_of(superuser, path)

    LISTS[path](world.ours)
    LISTS[path](world.theirs)

    assert queries_of(superuser, path) == before


@each_list
def test_pages_join_to_the_whole_list(superuser, world, path):
    for _ in range(3):
        LISTS[path](world.ours)
    whole = superuser.get(path).json()

    pages, address = [], f"/api/v1{path}{'&' if '?' in path else '?'}limit=2"
    while address:
        page = superuser.client.get(address).json()
        assert len(page["results"]) <= 2
        pages += page["results"]
        address = page["next"]

    assert pages == whole["results"]
    assert whole["count"] == len(pages) >= 3
    assert whole["next"] is whole["previous"] is None


def test_previous_page_leads_back(superuser, world):
    for _ in range(3):
        BadgeFactory(company=world.ours.company)

    second = superuser.get("/badges", limit=2, offset=2).json()

    assert superuser.client.get(second["previous"]).json() == superuser.get("/badges", limit=2).json()


@each_list
def test_list_shows_nothing_out_of_scope(viewer, world, path):
    shown = viewer.get(path).json()["count"]

    LISTS[path](world.theirs)

    assert viewer.get(path).json()["count"] == shown
