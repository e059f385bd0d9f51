"""The list of stations."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from stations.enums import ConnectorStatus, RegistrationStatus
from stations.models import ChargingStation
from tests.support.factories import (
    ChargingStationFactory,
    ConnectorFactory,
    EndpointProcessFactory,
    EVSEFactory,
    SiteAreaFactory,
)

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
URL = "/stations/"
HOSTILE = '"><script>alert(1)</script>{{7*7}}\u202e'


def rows(response) -> list[str]:
    return [row.record.identity for row in response.context["table"].paginated_rows]


def test_rows_say_what_matters(viewer, world):
    ChargingStation.objects.filter(pk=world.ours.station.pk).update(
        name="Gate 7", vendor="Acme", model="Duo", firmware_version="1.2.3", last_seen_at=timezone.now()
    )
    world.ours.connector.status = ConnectorStatus.CHARGING
    world.ours.connector.power_w, world.ours.connector.power_at = 11_000, timezone.now()
    world.ours.connector.save()
    page = viewer.get(URL).content.decode()
    for text in (
        "Gate 7",
        "OURS-1",
        "Ours car park › Ground floor",
        "Disconnected",
        "Charging",
        "11.0",
        "Acme",
        "Duo",
        "1.2.3",
    ):
        assert text in page
    assert f'data-live="stations station-{world.ours.station.pk}"' in page


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_rows(viewer, world, django_assert_num_queries, count):
    for _ in range(count - 1):
        station = ChargingStationFactory(site_area=SiteAreaFactory(site=world.ours.site))
        ConnectorFactory(evse=EVSEFactory(station=station))
    with django_assert_num_queries(12):
        assert len(rows(viewer.get(URL))) == count


@pytest.mark.parametrize(
    "query",
    [
        {"q": "find-me"},
        {"connection": "connected"},
        {"connector": "faulted"},
        {"registration": "rejected"},
        {"vendor": "Find-me"},
    ],
)
def test_filter_finds_the_one(viewer, world, query):
    found = ChargingStationFactory(
        identity="FOUND",
        vendor="Find-me",
        site_area=world.ours.area,
        registration_status=RegistrationStatus.REJECTED,
        endpoint=EndpointProcessFactory(),
    )
    ConnectorFactory(evse=EVSEFactory(station=found), status=ConnectorStatus.FAULTED)
    assert rows(viewer.get(URL, query)) == ["FOUND"]


@pytest.mark.parametrize("field", ["identity", "name", "vendor", "model", "serial_number"])
def test_search_looks_in(viewer, world, field):
    ChargingStationFactory(**{"identity": "FOUND", "site_area": world.ours.area} | {field: "needle-FOUND"})
    assert [name[-5:] for name in rows(viewer.get(URL, {"q": "NEEDLE"}))] == ["FOUND"]


def test_filter_by_area(viewer, world):
    area = SiteAreaFactory(site=world.ours.site)
    ChargingStationFactory(identity="FOUND", site_area=area)
    assert rows(viewer.get(URL, {"site_area": area.pk})) == ["FOUND"]


def test_filters_offer_only_what_is_visible(viewer, world):
    ChargingStation.objects.filter(pk=world.theirs.station.pk).update(vendor="Secret vendor")
    page = viewer.get(URL).content.decode()
    assert "Secret vendor" not in page
    assert "Theirs car park" not in page


@pytest.mark.parametrize(
    "query",
    ["sort=password", "sort=-", "sort=,", "page=zzz", "page=0", "page=-1", "page=" + "9" * 30, "page=99", "per_page=0",
     "per_page=1000000", "per_page=x", "site_area=zzz", "site_area=" + "9" * 30, "connection=zzz", "q=%00", "vendor=zzz"],
)  # fmt: skip
def test_nonsense_in_the_url_is_no_error(viewer, query):
    assert viewer.get(f"{URL}?{query}").status_code == 200


def test_unknown_choice_finds_nothing_and_says_so(viewer):
    response = viewer.get(URL, {"connection": "zzz"})
    assert rows(response) == []
    assert "zzz is not one of the available choices" in response.content.decode()


@pytest.mark.parametrize(
    "sort", ["identity", "site_area", "connection_status", "power_w", "model", "firmware_version", "last_seen_at"]
)
def test_sorting_keeps_every_row(viewer, world, sort):
    ChargingStationFactory.create_batch(2, site_area=world.ours.area)
    everything = sorted(rows(viewer.get(URL)))
    for order in (sort, f"-{sort}"):
        assert sorted(rows(viewer.get(URL, {"sort": order}))) == everything


def test_stations_without_a_value_come_last(viewer, world):
    ChargingStationFactory(identity="SEEN", site_area=world.ours.area, last_seen_at=timezone.now())
    assert rows(viewer.get(URL, {"sort": "last_seen_at"})) == ["SEEN", "OURS-1"]
    assert rows(viewer.get(URL, {"sort": "-last_seen_at"})) == ["SEEN", "OURS-1"]


def test_pages_share_no_row_and_miss_none(viewer, world):
    ChargingStationFactory.create_batch(59, site_area=world.ours.area, vendor="Same")
    seen = [row for page in (1, 2, 3) for row in rows(viewer.get(URL, {"sort": "model", "page": page}))]
    assert (len(seen), len(set(seen))) == (60, 60)
    assert len(rows(viewer.get(URL, {"per_page": "50"}))) == 50


def test_htmx_gets_the_table_alone(viewer):
    whole = viewer.get(URL)
    part = viewer.get(URL, headers={"HX-Request": "true", "HX-Target": "stations-table"})
    assert "<html" in whole.content.decode()
    assert part.content.decode().strip().startswith('<div id="stations-table"')
    assert "HX-Request" in part.headers["Vary"]


def test_live_table_keeps_the_url(viewer):
    page = viewer.get(URL, {"q": "ours", "sort": "-identity"}).content.decode()
    assert 'hx-get="/stations/?q=ours&amp;sort=-identity"' in page


def test_empty_system_leads_to_the_tokens(viewer, world):
    ChargingStation.objects.all().delete()
    page = viewer.get(URL).content.decode()
    assert "No station has connected yet" in page
    assert f'href="{reverse("tokens:list")}"' in page


def test_filter_without_hits_can_be_reset(viewer):
    page = viewer.get(URL, {"q": "nothing like this"}).content.decode()
    assert "No station matches the filter" in page


def test_hostile_text_is_escaped(viewer, world):
    ChargingStation.objects.filter(pk=world.ours.station.pk).update(name=HOSTILE, vendor=HOSTILE, model=HOSTILE)
    page = viewer.get(URL).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page


def test_csv_has_the_filtered_rows(viewer, world):
    ChargingStationFactory(identity="FOUND", name='=HYPERLINK("http://x")', site_area=world.ours.area)
    response = viewer.get(URL, {"q": "found", "export": "csv"})
    assert response.headers["Content-Disposition"] == 'attachment; filename="stations.csv"'
    (row,) = csv.DictReader(io.StringIO(b"".join(response).decode()))
    assert (row["identity"], row["name"]) == ("FOUND", """'=HYPERLINK("http://x")""")
