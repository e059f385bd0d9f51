"""The log: exchanges and refused handshakes."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stations.enums import RefusalReason, Role
from stations.models import OcppExchange, Refusal
from stations.models.journal import Direction, Outcome
from stations.portal import keyset
from tests.support.factories import (
    MOMENT,
    ChargingStationFactory,
    MembershipFactory,
    OcppExchangeFactory,
    RefusalFactory,
)

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
URL = "/log/"
REFUSALS = "/log/refusals/"
HOSTILE = '"><script>alert(1)</script>{{7*7}}\u202e'


def rows(response) -> list:
    return list(response.context["page"].rows)


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_rows(viewer, world, django_assert_num_queries, count):
    for _ in range(count):
        OcppExchangeFactory(station=ChargingStationFactory(site_area=world.ours.area))
    with django_assert_num_queries(5):
        assert len(rows(viewer.get(URL))) == count


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_refusals_do_not_grow_with_rows(viewer, world, django_assert_num_queries, count):
    for _ in range(count):
        RefusalFactory(station=ChargingStationFactory(site_area=world.ours.area))
    with django_assert_num_queries(5):
        assert len(rows(viewer.get(REFUSALS))) == count


def test_list_never_counts_nor_reads_frames(viewer, world):
    OcppExchangeFactory(station=world.ours.station)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        viewer.get(URL)
    sql = " ".join(query["sql"] for query in queries)
    assert "COUNT(" not in sql
    assert '"stations_ocppexchange"."request"' not in sql


def test_row_says_what_matters(viewer, world):
    exchange = OcppExchangeFactory(
        station=world.ours.station, action="BootNotification", outcome=Outcome.ERROR, note="FormationViolation"
    )
    page = viewer.get(URL).content.decode()
    for text in (
        "2026-03-01 12:00:00",
        "OURS-1",
        "Station → system",
        "BootNotification",
        "Answered with an error",
        "FormationViolation",
    ):
        assert text in page
    assert f'hx-get="{reverse("log:exchange", args=[exchange.pk])}"' in page
    assert f'data-live="stations station-{world.ours.station.pk}"' in page


@pytest.mark.parametrize(
    "query",
    [
        {"station": "found"},
        {"direction": "out"},
        {"action": "remote"},
        {"outcome": "none"},
        {"q": "needle"},
        {"q": "message-x"},
        {"since": "2026-03-02T00:00"},
    ],
)
def test_filter_finds_the_one(viewer, world, query):
    OcppExchangeFactory(station=world.ours.station)
    found = OcppExchangeFactory(
        station=ChargingStationFactory(identity="FOUND", site_area=world.ours.area),
        direction=Direction.OUT,
        action="RemoteStartTransaction",
        outcome=Outcome.NONE,
        note="the needle",
        message_id="message-x",
        received_at=MOMENT + timedelta(days=2),
    )
    assert rows(viewer.get(URL, query)) == [found]


@pytest.mark.parametrize(
    "query",
    ["before=zzz", "before=-1", "before=0", "before=" + "9" * 30, "after=" + "9" * 18, "after=zzz", "before=1", "since=zzz",
     "outcome=zzz", "direction=zzz", "q=%00", "station=%00", "reason=zzz", "until=0001-01-01T00:00%2B14:00"],
)  # fmt: skip
@pytest.mark.parametrize("url", [URL, REFUSALS])
def test_nonsense_in_the_url_is_no_error(viewer, world, url, query):
    OcppExchangeFactory(station=world.ours.station)
    RefusalFactory(station=world.ours.station)
    assert viewer.get(f"{url}?{query}").status_code == 200


def test_pages_lead_there_and_back(viewer, world):
    every = OcppExchangeFactory.create_batch(120, station=world.ours.station)[::-1]
    first = viewer.get(URL)
    second = viewer.get(URL, {"before": first.context["page"].older})
    third = viewer.get(URL, {"before": second.context["page"].older})
    assert [rows(first), rows(second), rows(third)] == [every[:50], every[50:100], every[100:]]
    assert (first.context["page"].newer, third.context["page"].older) == (None, None)
    back = viewer.get(URL, {"after": third.context["page"].newer})
    assert rows(back) == every[50:100]
    assert rows(viewer.get(URL, {"after": back.context["page"].newer})) == every[:50]


def test_search_stops_at_the_window_and_says_so(viewer, world, monkeypatch):
    monkeypatch.setattr("stations.portal.log.WINDOW", 10)
    wanted = OcppExchangeFactory(station=world.ours.station, action="BootNotification")
    OcppExchangeFactory.create_batch(15, station=world.ours.station)
    first = viewer.get(URL, {"action": "boot"})
    assert rows(first) == []
    assert "Search older entries" in first.content.decode()
    assert rows(viewer.get(URL, {"action": "boot", "before": first.context["page"].older})) == [wanted]


def test_naming_a_station_searches_everything(viewer, world, monkeypatch):
    monkeypatch.setattr("stations.portal.log.WINDOW", 10)
    wanted = OcppExchangeFactory(station=world.ours.station, action="BootNotification")
    OcppExchangeFactory.create_batch(15, station=world.ours.station)
    assert rows(viewer.get(URL, {"action": "boot", "station": "OURS-1"})) == [wanted]


def test_scope_is_by_station(world):
    sql = str(OcppExchange.objects.visible_to(world.viewer).query)
    assert '"stations_ocppexchange"."station_id" IN (SELECT' in sql
    assert sql.index("JOIN") > sql.index("IN (SELECT")


def test_only_the_newest_page_is_live(viewer, world):
    OcppExchangeFactory.create_batch(60, station=world.ours.station)
    older = viewer.get(URL).context["page"].older
    assert 'data-live=""' in viewer.get(URL, {"before": older}).content.decode()


def test_exchange_shows_both_frames(viewer, world):
    exchange = OcppExchangeFactory(station=world.ours.station, message_id="m-1")
    url = reverse("log:exchange", args=[exchange.pk])
    page = viewer.get(url).content.decode()
    assert "&quot;Heartbeat&quot;" in page
    assert "&quot;currentTime&quot;: &quot;2026-03-01T12:00:00Z&quot;" in page
    assert f'data-copy="request-{exchange.pk}"' in page
    part = viewer.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "&quot;Heartbeat&quot;" in part


def test_hostile_frames_are_escaped(viewer, world):
    exchange = OcppExchangeFactory(
        station=world.ours.station,
        action="<script>alert",
        message_id=HOSTILE,
        note=HOSTILE,
        request=HOSTILE,
        answer=f'["{HOSTILE}"]',
    )
    RefusalFactory(station=world.ours.station, identity="<script>alert", detail=HOSTILE)
    for url in (URL, REFUSALS, reverse("log:exchange", args=[exchange.pk])):
        page = viewer.get(url).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_csv_has_the_filtered_frames(viewer, world):
    OcppExchangeFactory(station=world.ours.station)
    OcppExchangeFactory(station=world.ours.station, action="=cmd()", message_id="m-2", request="{}", answer="")
    response = viewer.get(URL, {"action": "cmd", "export": "csv"})
    (row,) = csv.DictReader(io.StringIO(b"".join(response).decode()))
    assert (row["message"], row["message_id"], row["request"], row["station"]) == ("'=cmd()", "m-2", "{}", "OURS-1")


def test_csv_is_capped(viewer, world, monkeypatch):
    monkeypatch.setattr("stations.portal.exports.MAXIMUM_ROWS", 2)
    OcppExchangeFactory.create_batch(3, station=world.ours.station)
    assert b"".join(viewer.get(URL, {"export": "csv"})).count(b"\r\n") == 3


def test_refusal_says_reason_fix_and_count(viewer, world):
    RefusalFactory(
        identity="OURS-1",
        station=world.ours.station,
        reason=RefusalReason.TOKEN_EXPIRED,
        count=7,
        remote_address="192.0.2.9",
    )
    page = viewer.get(REFUSALS).content.decode()
    for text in (
        "OURS-1",
        "Token expired",
        "Extend its expiry date",
        "7 times",
        "192.0.2.9",
        "401",
        'data-live="refusals"',
    ):
        assert text in page


@pytest.mark.parametrize(
    "query", [{"identity": "needle"}, {"reason": "unknown_path"}, {"address": "198.51"}, {"since": "2026-03-02T00:00"}]
)
def test_refusal_filter_finds_the_one(viewer, world, query):
    RefusalFactory(station=world.ours.station)
    found = RefusalFactory(
        identity="THE-NEEDLE",
        site_area=world.ours.area,
        reason=RefusalReason.UNKNOWN_PATH,
        remote_address="198.51.100.1",
        last_at=MOMENT + timedelta(days=2),
    )
    assert rows(viewer.get(REFUSALS, query)) == [found]


def test_refusals_are_seen_by_those_they_concern(world):
    of_station = RefusalFactory(station=world.ours.station)
    of_token = RefusalFactory(site_area=world.ours.area)
    of_nobody = RefusalFactory()
    member = MembershipFactory(role=Role.VIEWER).user
    site_member = MembershipFactory(role=Role.VIEWER, site=world.ours.site).user
    assert set(Refusal.objects.visible_to(world.viewer)) == {of_station, of_token}
    assert set(Refusal.objects.visible_to(site_member)) == {of_station, of_token}
    assert set(Refusal.objects.visible_to(world.stranger)) == set()
    assert set(Refusal.objects.visible_to(member)) == {of_station, of_token, of_nobody}
    assert set(Refusal.objects.visible_to(world.superuser)) == {of_station, of_token, of_nobody}


def test_empty_log_says_what_will_come(viewer):
    assert "Every OCPP message a station sends or gets appears here." in viewer.get(URL).content.decode()
    assert "No handshake was refused." in viewer.get(REFUSALS).content.decode()
    assert "No entry matches" in viewer.get(URL, {"q": "x"}).content.decode()


def test_newer_page_stops_at_the_window(world):
    every = OcppExchangeFactory.create_batch(30, station=world.ours.station)
    boot = OcppExchangeFactory(station=world.ours.station, action="BootNotification")
    wanted = OcppExchange.objects.filter(action="BootNotification")
    first = keyset.newer_page(wanted, after=every[0].pk, window=10)
    assert (list(first.rows), first.newer) == ([], every[0].pk + 10)
    second = keyset.newer_page(wanted, after=every[0].pk + 25, window=10)
    assert (list(second.rows), second.newer) == ([boot], None)
