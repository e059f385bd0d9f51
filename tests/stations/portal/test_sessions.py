"""The list of sessions and the page of one."""

import csv
import io
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from stations.enums import SessionState
from stations.models import ChargingSession
from tests.support.factories import (
    MOMENT,
    BadgeFactory,
    ChargingSessionFactory,
    ChargingStationFactory,
    ConnectorFactory,
    EVSEFactory,
    MeterSampleFactory,
)

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
URL = "/sessions/"
HOSTILE = '"><script>alert(1)</script>{{7*7}}\u202e'


def rows(response) -> list[str]:
    return [row.record.transaction_id for row in response.context["table"].paginated_rows]


@pytest.fixture
def session(world) -> ChargingSession:
    """A session of ours that delivered 5 kWh in an hour."""
    return ChargingSessionFactory(
        connector=world.ours.connector,
        transaction_id="1",
        state=SessionState.ENDED,
        stopped_at=MOMENT + timedelta(hours=1),
        energy_wh=5000,
    )


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_rows(viewer, world, django_assert_num_queries, count):
    for number in range(2, count + 2):
        station = ChargingStationFactory(site_area=world.ours.area)
        connector = ConnectorFactory(evse=EVSEFactory(station=station, number=number))
        ChargingSessionFactory(connector=connector, badge=BadgeFactory(company=world.ours.company))
    with django_assert_num_queries(4):
        assert len(rows(viewer.get(URL))) == count


def test_row_says_what_matters(viewer, session, world):
    ChargingSession.objects.update(badge=BadgeFactory(company=world.ours.company, label="Ada"), id_tag="04AABB")
    page = viewer.get(URL).content.decode()
    for text in ("2026-03-01 12:00", "OURS-1", "Ada", "04AABB", "Ended", "1 h 00 min", "5.00", 'data-live="sessions"'):
        assert text in page


@pytest.mark.parametrize(
    "query",
    [
        {"state": "review"},
        {"station": "found"},
        {"station": "OUND"},
        {"badge": "needle"},
        {"badge": "holder"},
        {"since": "2026-03-02T00:00"},
    ],
)
def test_filter_finds_the_one(viewer, world, session, query):
    station = ChargingStationFactory(identity="FOUND", site_area=world.ours.area)
    ChargingSessionFactory(
        connector=ConnectorFactory(evse=EVSEFactory(station=station)),
        transaction_id="found",
        state=SessionState.REVIEW,
        id_tag="THE-NEEDLE",
        badge=BadgeFactory(company=world.ours.company, label="The holder"),
        started_at=MOMENT + timedelta(days=2),
    )
    assert rows(viewer.get(URL, query)) == ["found"]


def test_until_is_the_other_side(viewer, session):
    assert rows(viewer.get(URL, {"until": "2026-03-02T00:00"})) == ["1"]
    assert rows(viewer.get(URL, {"until": "2026-02-28T00:00"})) == []


def test_exact_identity_hides_longer_ones(viewer, world, session):
    longer = ChargingStationFactory(identity="OURS-10", site_area=world.ours.area)
    ChargingSessionFactory(connector=ConnectorFactory(evse=EVSEFactory(station=longer)), transaction_id="10")
    assert rows(viewer.get(URL, {"station": "ours-1"})) == ["1"]
    assert sorted(rows(viewer.get(URL, {"station": "OURS-"}))) == ["1", "10"]


@pytest.mark.parametrize(
    "query",
    ["sort=password", "page=zzz", "page=" + "9" * 30, "page=100000", "page=-1", "per_page=zzz", "since=zzz", "state=zzz",
     "since=0001-01-01T00:00%2B14:00", "until=9999-12-31T23:59-14:00", "station=%00", "badge=%00"],
)  # fmt: skip
def test_nonsense_in_the_url_is_no_error(viewer, session, query):
    assert viewer.get(f"{URL}?{query}").status_code == 200


@pytest.mark.parametrize("sort", ["started_at", "station", "id_tag", "state", "energy_wh", "power_w"])
def test_sorting_keeps_every_row(viewer, world, sort):
    for number in ("1", "2", "3"):
        ChargingSessionFactory(connector=world.ours.connector, transaction_id=number)
    for order in (sort, f"-{sort}"):
        assert sorted(rows(viewer.get(URL, {"sort": order}))) == ["1", "2", "3"]


def test_pages_go_on_without_a_count(viewer, world):
    for number in range(30):
        ChargingSessionFactory(connector=world.ours.connector, transaction_id=str(number))
    first, second = viewer.get(URL), viewer.get(URL, {"page": 2})
    assert (len(rows(first)), len(rows(second))) == (25, 5)
    assert len({*rows(first), *rows(second)}) == 30
    assert "Page 1<" in first.content.decode()


def test_empty_lists_say_what_to_do(viewer):
    assert "No session yet" in viewer.get(URL).content.decode()
    assert "No session matches the filter" in viewer.get(URL, {"badge": "x"}).content.decode()


def test_csv_has_the_filtered_rows(viewer, world, session):
    ChargingSessionFactory(connector=world.ours.connector, transaction_id="2", id_tag="@SUM(A1)")
    response = viewer.get(URL, {"badge": "SUM", "export": "csv"})
    (row,) = csv.DictReader(io.StringIO(b"".join(response).decode()))
    assert (row["transaction_id"], row["badge_id"], row["station"]) == ("2", "'@SUM(A1)", "OURS-1")


def test_page_shows_the_facts(viewer, session):
    ChargingSession.objects.update(review_reason="Meter ran backwards", stop_reason="EVDisconnected")
    page = viewer.get(reverse("sessions:detail", args=[session.pk])).content.decode()
    for text in ("Ended", "OURS-1", "5.00", "1 h 00 min", "Meter ran backwards", "EVDisconnected", "Accepted"):
        assert text in page
    assert f'data-live="station-{session.station_id}"' in page


def test_page_of_the_least_session(viewer, world):
    session = ChargingSessionFactory(
        connector=world.ours.connector, state=SessionState.INTERRUPTED, meter_start_wh=None, id_tag=""
    )
    ChargingSession.objects.update(connector=None)
    assert viewer.get(reverse("sessions:detail", args=[session.pk])).status_code == 200
    assert viewer.get(URL).status_code == 200


def test_hostile_text_is_escaped(viewer, world):
    session = ChargingSessionFactory(
        connector=world.ours.connector,
        id_tag=HOSTILE,
        review_reason=HOSTILE,
        stop_reason="<script>alert",
        stop_id_tag=HOSTILE,
    )
    for url in (URL, reverse("sessions:detail", args=[session.pk])):
        page = viewer.get(url).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_log_link_covers_the_session(viewer, session):
    url = viewer.get(reverse("sessions:detail", args=[session.pk])).context["log_url"]
    query = parse_qs(urlsplit(url).query)
    assert query == {"station": ["OURS-1"], "since": ["2026-03-01T11:59"], "until": ["2026-03-01T13:01"]}


def test_log_link_of_a_session_reported_late_has_no_end(viewer, session):
    ChargingSession.objects.update(received_at=MOMENT + timedelta(days=1))
    url = viewer.get(reverse("sessions:detail", args=[session.pk])).context["log_url"]
    assert parse_qs(urlsplit(url).query) == {"station": ["OURS-1"], "since": ["2026-03-02T11:59"]}


def test_curves_are_served_as_json(viewer, session):
    MeterSampleFactory(session=session, power_w=11_000, energy_wh=2500)
    power, energy = viewer.get(reverse("sessions:curves", args=[session.pk])).json()["curves"]
    assert (power["label"], power["unit"], power["values"]) == ("Power", "kW", [11.0])
    assert (energy["label"], energy["unit"], energy["values"]) == ("Energy", "kWh", [2.5])


def test_running_session_counts_on(viewer, world):
    session = ChargingSessionFactory(connector=world.ours.connector, started_at=timezone.now() - timedelta(minutes=61))
    assert "1 h 01 min" in viewer.get(reverse("sessions:detail", args=[session.pk])).content.decode()
