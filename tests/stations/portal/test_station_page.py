"""The page of one station and its tabs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stations.enums import ConnectorStatus, SessionState
from stations.models import ChargingStation
from stations.portal import station_tabs
from stations.portal.station_tabs import StationTab
from tests.support.factories import (
    BadgeFactory,
    ChargingSessionFactory,
    ConnectorFactory,
    EVSEFactory,
    MeterSampleFactory,
    OcppExchangeFactory,
    OperationFactory,
)

HOSTILE = '"><script>alert(1)</script>{{7*7}}\u202e'


@pytest.fixture
def station(world) -> ChargingStation:
    return world.ours.station


@pytest.fixture
def text_of(viewer, station):
    """The text of a tab."""

    def fetch(tab: str = "", **query) -> str:
        url = reverse("stations:tab", args=[station.pk, tab]) if tab else reverse("stations:detail", args=[station.pk])
        return viewer.get(url, query).content.decode()

    return fetch


def test_header_and_facts(text_of, station, world):
    ChargingStation.objects.filter(pk=station.pk).update(name="Gate 7", vendor="Acme", iccid="8949", last_seen_at=None)
    text = text_of()
    for shown in (
        "Gate 7",
        "OURS-1",
        "Disconnected",
        "Accepted",
        "Authorized",
        "never",
        "Acme",
        "8949",
        "Ours delivery",
    ):
        assert shown in text
    assert reverse("tokens:detail", args=[world.ours.token.pk]) in text
    assert f'data-live="station-{station.pk}"' in text


def test_every_fact_is_explained(viewer, station):
    context = viewer.get(reverse("stations:detail", args=[station.pk])).context
    shown = viewer.get(reverse("stations:detail", args=[station.pk])).content.decode()
    for fact in [*context["identity_facts"], *context["connection_facts"]]:
        assert f'popovertarget="help-chargingstation-{fact.name}-{station.pk}"' in shown


def test_station_without_anything_has_a_page(viewer, world):
    ChargingStation.objects.filter(pk=world.ours.station.pk).update(onboarding_token=None)
    world.ours.evse.delete()
    for tab in ("overview", "connectors", "sessions", "log"):
        assert viewer.get(reverse("stations:tab", args=[world.ours.station.pk, tab])).status_code == 200


def test_card_shows_error_power_and_session(text_of, station, world):
    connector = world.ours.connector
    connector.status, connector.error_code, connector.error_info = ConnectorStatus.FAULTED, "GroundFailure", "RCD 4711"
    connector.power_w, connector.power_at = 7400, timezone.now() - timedelta(hours=1)
    connector.save()
    session = ChargingSessionFactory(
        connector=connector, transaction_id="4242", energy_wh=12_340, started_at=timezone.now() - timedelta(minutes=90)
    )
    text = text_of()
    for shown in ("Faulted", "GroundFailure", "RCD 4711", "7.4", "Stale", "Session 4242", "12.34", "1 h 30 min"):
        assert shown in text
    assert reverse("sessions:detail", args=[session.pk]) in text


def test_fresh_reading_is_not_stale(text_of, world):
    connector = world.ours.connector
    connector.power_w, connector.power_at = 7400, timezone.now()
    connector.save()
    assert "Stale" not in text_of()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("tab", "queries"), [("overview", 9), ("connectors", 11), ("sessions", 10), ("operations", 9), ("log", 9)]
)
def test_queries_do_not_grow_with_rows(viewer, world, station, django_assert_num_queries, tab, queries, count):
    for number in range(1, count + 1):
        connector = world.ours.connector
        if number > 1:
            connector = ConnectorFactory(evse=EVSEFactory(station=station, number=number))
        ChargingSessionFactory(connector=connector, badge=BadgeFactory(company=world.ours.company))
        OcppExchangeFactory(station=station)
        OperationFactory(station=station)
    with django_assert_num_queries(queries):
        viewer.get(reverse("stations:tab", args=[station.pk, tab]))


def test_tab_marks_itself(text_of):
    assert 'id="tab-sessions" href="' in text_of("sessions")
    assert text_of("sessions").count('aria-current="page">Sessions</a>') == 1


def test_unknown_tab_is_not_found(viewer, station):
    assert viewer.get(reverse("stations:tab", args=[station.pk, "zzz"])).status_code == 404


def test_htmx_gets_the_tab_alone(viewer, station):
    url = reverse("stations:tab", args=[station.pk, "sessions"])
    part = viewer.get(url, headers={"HX-Request": "true", "HX-Boosted": "true", "HX-Target": "station-tab"})
    assert part.content.decode().strip().startswith('<div id="station-tab">')


def test_other_apps_add_tabs(viewer, station, monkeypatch):
    monkeypatch.setattr(station_tabs, "_tabs", dict(station_tabs._tabs))
    station_tabs.register(StationTab("extra", "Extra", 15, "portal/facts.html", lambda request, station: {"facts": []}))
    assert [tab.slug for tab in station_tabs.tabs()] == [
        "overview",
        "extra",
        "connectors",
        "parameters",
        "sessions",
        "operations",
        "history",
        "log",
    ]
    response = viewer.get(reverse("stations:tab", args=[station.pk, "extra"]))
    assert (response.status_code, response.context["tab"].slug) == (200, "extra")
    with pytest.raises(ValueError, match="extra"):
        station_tabs.register(StationTab("extra", "Again", 1, "portal/facts.html", lambda request, station: {}))


def test_connector_table_has_every_field(text_of, world):
    connector = world.ours.connector
    connector.status_raw, connector.type, connector.current_type, connector.maximum_power_w = (
        "Occupied",
        "CCS",
        "DC",
        150_000,
    )
    connector.power_w = 1000
    connector.save()
    world.ours.evse.code, world.ours.evse.name = "E-77", "Left"
    world.ours.evse.save()
    text = text_of("connectors")
    for shown in ("Occupied", "CCS", "DC", "150.0", "E-77", "Left"):
        assert shown in text


def test_sessions_tab_has_the_station_s_own(text_of, world):
    ours = ChargingSessionFactory(connector=world.ours.connector, state=SessionState.ENDED)
    theirs = ChargingSessionFactory(connector=world.theirs.connector)
    text = text_of("sessions")
    assert reverse("sessions:detail", args=[ours.pk]) in text
    assert reverse("sessions:detail", args=[theirs.pk]) not in text


def test_log_tab_has_the_station_s_own(text_of, station, world):
    ours = OcppExchangeFactory(station=station, action="MeterValues")
    theirs = OcppExchangeFactory(station=world.theirs.station)
    text = text_of("log")
    assert reverse("log:exchange", args=[ours.pk]) in text
    assert reverse("log:exchange", args=[theirs.pk]) not in text
    assert reverse("log:exchange", args=[ours.pk]) not in text_of("log", action="Heartbeat", station="THEIRS-1")


def test_hostile_text_is_escaped(text_of, station, world):
    ChargingStation.objects.filter(pk=station.pk).update(
        name=HOSTILE, vendor=HOSTILE, error_code=HOSTILE, firmware_status="<script>"
    )
    world.ours.connector.error_code, world.ours.connector.error_info = "<script>", HOSTILE
    world.ours.connector.status_raw = world.ours.connector.type = "<script>alert"
    world.ours.connector.save()
    ChargingSessionFactory(connector=world.ours.connector, id_tag=HOSTILE, transaction_id="<script>alert")
    for tab in ("", "connectors", "sessions"):
        text = text_of(tab)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_power_is_served_as_json(viewer, station, world):
    MeterSampleFactory(session__connector=world.ours.connector, sampled_at=timezone.now() - timedelta(minutes=5))
    url = reverse("stations:power", args=[station.pk])
    (curve,) = viewer.get(url).json()["curves"]
    assert (curve["label"], curve["unit"], curve["values"]) == ("Connector 1", "kW", [7.4])


@pytest.mark.parametrize(
    "query",
    [{"from": "zzz"}, {"to": "2026-13-01T00:00Z"}, {"from": "2026-03-02T00:00Z", "to": "2026-03-01T00:00Z"},
     {"from": "0001-01-01T00:00+14:00", "to": "0001-01-02T00:00+14:00"}, {"from": "2015-01-01T00:00Z"},
     {"from": "9999-12-31T23:59-14:00"}],
)  # fmt: skip
def test_impossible_range_is_refused(viewer, station, query):
    assert viewer.get(reverse("stations:power", args=[station.pk]), query).status_code == 400


@pytest.mark.parametrize("hours", ["1", "168", "7", "zzz", ""])
def test_chart_range_is_one_of_those_offered(viewer, station, hours):
    context = viewer.get(reverse("stations:detail", args=[station.pk]), {"hours": hours}).context
    assert context["chart_hours"] == {"1": 1, "168": 168}.get(hours, 6)
