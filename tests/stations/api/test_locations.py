"""``/companies``, ``/sites`` and ``/site-areas``."""

import pytest

from stations.enums import Role
from stations.models import Company, Site, SiteArea
from tests.stations.api.conftest import ApiClient
from tests.support.factories import CompanyFactory, MembershipFactory, SiteAreaFactory, SiteFactory, UserFactory


@pytest.fixture
def global_administrator(world) -> ApiClient:
    return ApiClient(MembershipFactory(user=UserFactory(), role=Role.ADMINISTRATOR).user)


def test_company_is_made_changed_and_deleted(global_administrator):
    made = global_administrator.post("/companies", {"name": "New"})
    address = f"/companies/{made.json()['id']}"

    assert (made.status_code, made.json()["name"]) == (201, "New")
    assert global_administrator.patch(address, {"name": "Newer"}).json()["name"] == "Newer"
    assert global_administrator.get(address).json()["name"] == "Newer"
    assert global_administrator.delete(address).status_code == 204
    assert global_administrator.get(address).status_code == 404


def test_company_needs_an_administrator_of_everything(administrator, world):
    assert administrator.post("/companies", {"name": "New"}).status_code == 403
    assert administrator.delete(f"/companies/{world.ours.company.pk}").status_code == 403
    assert administrator.patch(f"/companies/{world.ours.company.pk}", {"name": "Renamed"}).status_code == 200


def test_name_that_is_taken_is_refused(superuser):
    answer = superuser.post("/companies", {"name": "Ours"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["name"]


@pytest.mark.parametrize("kind", ["companies", "sites", "site-areas"])
def test_what_is_in_use_is_kept(superuser, world, kind):
    used = {"companies": world.ours.company, "sites": world.ours.site, "site-areas": world.ours.area}[kind]

    answer = superuser.delete(f"/{kind}/{used.pk}")

    assert answer.status_code == 409
    assert "in use" in answer.json()["detail"]


def test_site_is_made_changed_and_deleted(administrator, world):
    made = administrator.post(
        "/sites", {"company": world.ours.company.pk, "name": "Roof", "latitude": 48.137154, "longitude": 11.57612}
    )
    address = f"/sites/{made.json()['id']}"

    assert made.status_code == 201
    assert made.json() == {
        "id": made.json()["id"],
        "company": world.ours.company.pk,
        "name": "Roof",
        "address": "",
        "latitude": 48.137154,
        "longitude": 11.57612,
    }
    assert administrator.patch(address, {"address": "1 Main Street"}).json()["address"] == "1 Main Street"
    assert administrator.patch(address, {"latitude": None}).json()["latitude"] is None
    assert administrator.delete(address).status_code == 204


def test_site_name_is_unique_in_its_company(administrator, world):
    answer = administrator.post("/sites", {"company": world.ours.company.pk, "name": world.ours.site.name})

    assert answer.status_code == 422


def test_site_area_is_made_changed_and_deleted(administrator, world):
    made = administrator.post(
        "/site-areas", {"site": world.ours.site.pk, "name": "Deck 1", "parent": world.ours.area.pk, "phases": 1}
    )
    address = f"/site-areas/{made.json()['id']}"

    assert made.status_code == 201
    assert made.json() == {
        "id": made.json()["id"],
        "site": world.ours.site.pk,
        "name": "Deck 1",
        "parent": world.ours.area.pk,
        "maximum_power_w": None,
        "voltage_v": 230,
        "phases": 1,
        "any_badge": False,
    }
    changed = administrator.patch(address, {"parent": None, "maximum_power_w": 22000, "any_badge": True}).json()
    assert (changed["parent"], changed["maximum_power_w"], changed["any_badge"]) == (None, 22000, True)
    assert administrator.delete(address).status_code == 204


def test_area_cannot_feed_itself(administrator, world):
    child = SiteAreaFactory(site=world.ours.site, parent=world.ours.area)

    answer = administrator.patch(f"/site-areas/{world.ours.area.pk}", {"parent": child.pk})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["parent"]


def test_area_moves_to_another_site_only_without_its_tree(administrator, world):
    other = SiteFactory(company=world.ours.company)
    child = SiteAreaFactory(site=world.ours.site, parent=world.ours.area)

    assert administrator.patch(f"/site-areas/{world.ours.area.pk}", {"site": other.pk}).status_code == 422
    assert administrator.patch(f"/site-areas/{child.pk}", {"site": other.pk}).status_code == 422
    assert administrator.patch(f"/site-areas/{child.pk}", {"site": other.pk, "parent": None}).status_code == 200


@pytest.mark.parametrize("body", [{"phases": 2}, {"phases": "3"}, {"voltage_v": 0}, {"maximum_power_w": 2**31}])
def test_electrical_data_is_checked(administrator, world, body):
    assert administrator.patch(f"/site-areas/{world.ours.area.pk}", body).status_code == 422


def test_nothing_is_made_in_or_moved_to_a_company_out_of_scope(administrator, world):
    theirs = world.theirs

    assert administrator.post("/sites", {"company": theirs.company.pk, "name": "x"}).status_code == 422
    assert administrator.post("/site-areas", {"site": theirs.site.pk, "name": "x"}).status_code == 422
    assert administrator.patch(f"/sites/{world.ours.site.pk}", {"company": theirs.company.pk}).status_code == 422
    assert Site.objects.count() == SiteArea.objects.count() == Company.objects.count() == 2


@pytest.mark.parametrize("kind", ["companies", "sites", "site-areas"])
def test_operator_changes_no_locations_and_stranger_finds_none(operator, stranger, world, kind):
    row = {"companies": world.ours.company, "sites": world.ours.site, "site-areas": world.ours.area}[kind]
    address = f"/{kind}/{row.pk}"

    assert operator.get(address).status_code == 200
    assert operator.patch(address, {"name": "x"}).status_code == 403
    assert operator.delete(address).status_code == 403
    assert stranger.get(address).status_code == 404
    assert stranger.patch(address, {"name": "x"}).status_code == 404
    assert stranger.delete(address).status_code == 404


def test_operator_makes_no_site(operator, world):
    assert operator.post("/sites", {"company": world.ours.company.pk, "name": "x"}).status_code == 403


def test_administrator_of_one_site_cannot_give_it_away(world):
    member = MembershipFactory(user=UserFactory(), role=Role.ADMINISTRATOR, site=world.ours.site).user
    client = ApiClient(member)

    assert client.patch(f"/sites/{world.ours.site.pk}", {"name": "Renamed"}).status_code == 200
    assert client.patch(f"/sites/{world.ours.site.pk}", {"company": CompanyFactory().pk}).status_code == 422
