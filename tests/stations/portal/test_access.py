"""Who sees which page: nobody unsigned, strangers nothing, viewers everything of their own, operators edit."""

import pytest
from django.urls import reverse

from stations.models import ChargingStation
from tests.support.factories import ChargingSessionFactory, OcppExchangeFactory, OperationFactory, RefusalFactory

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
LISTS = ["stations:list", "sessions:list", "operations:list", "log:list", "log:refusals"]


@pytest.fixture
def pages(world) -> list[str]:
    """Every page about something of ours."""
    station = world.ours.station
    session = ChargingSessionFactory(connector=world.ours.connector)
    exchange = OcppExchangeFactory(station=station)
    return [
        reverse("stations:detail", args=[station.pk]),
        *(reverse("stations:tab", args=[station.pk, tab]) for tab in ("connectors", "sessions", "operations", "log")),
        reverse("stations:power", args=[station.pk]),
        reverse("sessions:detail", args=[session.pk]),
        reverse("sessions:curves", args=[session.pk]),
        reverse("log:exchange", args=[exchange.pk]),
        reverse("operations:detail", args=[OperationFactory(station=station).pk]),
    ]


def test_anonymous_is_sent_to_login(client, pages, world):
    edit = reverse("stations:edit", args=[world.ours.station.pk])
    for url in [*map(reverse, LISTS), *pages, edit]:
        response = client.get(url)
        assert (response.status_code, response.url.split("?")[0]) == (302, reverse("account_login")), url


def test_viewer_reads_every_page(viewer, pages):
    for url in [*map(reverse, LISTS), *pages]:
        assert viewer.get(url).status_code == 200, url


def test_stranger_finds_no_page(stranger, pages, world):
    for url in [*pages, reverse("stations:edit", args=[world.ours.station.pk])]:
        assert stranger.get(url).status_code == 404, url


@pytest.mark.parametrize("name", LISTS)
def test_stranger_finds_no_row(stranger, name, pages, world):
    RefusalFactory(identity="OURS-1", station=world.ours.station)
    assert "OURS-1" not in stranger.get(reverse(name)).content.decode()


@pytest.mark.parametrize("name", LISTS)
def test_stranger_exports_no_row(stranger, name, pages, world):
    RefusalFactory(identity="OURS-1", station=world.ours.station)
    assert "OURS-1" not in b"".join(stranger.get(reverse(name), {"export": "csv"})).decode()


def test_operator_edits_name(operator, world):
    url = reverse("stations:edit", args=[world.ours.station.pk])
    assert operator.get(url).status_code == 200
    response = operator.post(url, {"name": "Gate 7", "site_area": world.ours.area.pk})
    assert response.status_code == 302
    assert ChargingStation.objects.get(pk=world.ours.station.pk).name == "Gate 7"


def test_operator_cannot_move_a_station_out_of_scope(operator, world):
    url = reverse("stations:edit", args=[world.ours.station.pk])
    response = operator.post(url, {"name": "Gate 7", "site_area": world.theirs.area.pk})
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {"site_area"}
    assert ChargingStation.objects.get(pk=world.ours.station.pk).site_area == world.ours.area


def test_viewer_sees_why_edit_is_disabled(viewer, world):
    page = viewer.get(reverse("stations:detail", args=[world.ours.station.pk])).content.decode()
    assert "Only operators may edit stations." in page
    assert reverse("stations:edit", args=[world.ours.station.pk]) not in page


def test_viewer_cannot_edit(viewer, world):
    url = reverse("stations:edit", args=[world.ours.station.pk])
    assert viewer.get(url).status_code == 403
    assert viewer.post(url, {"name": "Gate 7", "site_area": world.ours.area.pk}).status_code == 403
    assert ChargingStation.objects.get(pk=world.ours.station.pk).name == ""


@pytest.mark.parametrize("name", ["stations:detail", "sessions:detail", "log:exchange", "operations:detail"])
@pytest.mark.parametrize("pk", [0, 10**6, 10**18, 10**30])
def test_page_of_nothing_is_not_found(superuser, name, pk):
    assert superuser.get(reverse(name, args=[pk])).status_code == 404
