"""Actions on stations from the admin: offered by role, carried out by the portal's pages."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from emobility.common.actions import actions
from stations.admin import station_actions
from stations.models import BulkOperation
from tests.support.factories import ChargingStationFactory, EndpointProcessFactory

LIST = reverse("admin:stations_chargingstation_changelist")
BULK = [action.name for action in actions() if action.is_bulk]
SINGLE = [action.name for action in actions() if not action.is_bulk]


@pytest.fixture
def staff(world):
    """``staff(user)`` makes the user a member of the staff who may see and change stations."""

    def promote(user):
        user.is_staff = True
        user.save()
        user.user_permissions.set(Permission.objects.filter(codename__endswith="_chargingstation"))
        return user

    return promote


@pytest.fixture
def signed_in(client):
    """``signed_in(user)`` is a browser of that user."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def choose(client, action, *stations, **extra):
    values = {"action": action, "_selected_action": [station.pk for station in stations], "index": "0"} | extra
    return client.post(LIST, values)


def test_every_bulk_action_is_offered_with_its_label(signed_in, world):
    page = signed_in(world.superuser).get(LIST).text
    for action in actions():
        assert (f'<option value="{action.name}">{action.label}</option>' in page) == action.is_bulk


def test_selection_leads_to_the_preview_and_is_recorded_as_admin(signed_in, world):
    endpoint = EndpointProcessFactory()
    stations = ChargingStationFactory.create_batch(3, site_area=world.ours.area, endpoint=endpoint)
    client = signed_in(world.superuser)
    response = choose(client, "reset", *stations)
    assert response.url.startswith(reverse("operations:bulk", args=["reset"]))
    page = client.get(response.url)
    assert page.context["asked"].count == 3
    values = {name: page.context["form"][name].value() for name in ("source", "per_minute")}
    client.post(reverse("operations:bulk", args=["reset"]), values | {"stations": page.context["selection"]})
    bulk = BulkOperation.objects.get()
    assert (bulk.source, bulk.operations.count()) == ("admin", 3)
    assert set(bulk.operations.values_list("source", flat=True)) == {"admin"}


def test_all_of_a_long_list_fit_in_one_address(signed_in, world):
    ChargingStationFactory.create_batch(120, site_area=world.ours.area)
    response = choose(signed_in(world.superuser), "reset", world.ours.station, select_across="1")
    assert len(response.url) < 200


def test_an_address_never_grows_too_long(signed_in, world, monkeypatch):
    monkeypatch.setattr(station_actions, "LONGEST_QUERY", 10)
    response = choose(signed_in(world.superuser), "reset", world.ours.station)
    assert "too many single stations" in signed_in(world.superuser).get(response.url).text


def test_a_viewer_on_the_staff_is_offered_nothing(signed_in, staff, world):
    client = signed_in(staff(world.viewer))
    page = client.get(LIST).text
    assert [name for name in BULK if f'<option value="{name}">' in page] == []
    change = client.get(reverse("admin:stations_chargingstation_change", args=[world.ours.station.pk])).text
    assert [n for n in SINGLE if reverse("stations:action", args=[world.ours.station.pk, n]) in change] == []


def test_an_operator_on_the_staff_acts_on_own_stations_only(signed_in, staff, world):
    client = signed_in(staff(world.operator))
    response = choose(client, "reset", world.ours.station, world.theirs.station)
    assert [each.first[0].identity for each in client.get(response.url).context["reasons"]] == ["OURS-1"]
    pages = [world.ours.station.pk, world.theirs.station.pk]
    texts = [client.get(reverse("admin:stations_chargingstation_change", args=[pk])).text for pk in pages]
    assert [
        [name for name in SINGLE if reverse("stations:action", args=[pk, name]) in text]
        for pk, text in zip(pages, texts, strict=True)
    ] == [SINGLE, []]


def test_pages_of_nothing_are_no_error(signed_in, world):
    for pk in ("0", "x", "9" * 30):
        url = reverse("admin:stations_chargingstation_change", args=[pk])
        assert signed_in(world.superuser).get(url).status_code in (302, 404)
