"""Buttons of a station and its connectors, and the dialog of one action."""

import html
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from emobility.common.actions import actions, find
from stations.enums import ConnectorStatus, OperationSource, OperationState
from stations.models import ChargingSession, ChargingStation, Operation
from stations.portal.action_bar import StationActions
from stations.services.operations import QUEUE_LIMIT
from stations.services.queries import stations_for_actions
from tests.support.factories import (
    BadgeFactory,
    ChargingSessionFactory,
    ConnectorFactory,
    EndpointProcessFactory,
    EVSEFactory,
    OperationFactory,
)

PANEL = {"HX-Request": "true", "HX-Target": "action-panel"}


@pytest.fixture
def station(world) -> ChargingStation:
    """Our station, connected, its connector available."""
    station = world.ours.station
    ChargingStation.objects.filter(pk=station.pk).update(endpoint=EndpointProcessFactory())
    type(world.ours.connector).objects.filter(pk=world.ours.connector.pk).update(status=ConnectorStatus.AVAILABLE)
    station.refresh_from_db()
    return station


@pytest.fixture
def session(world) -> ChargingSession:
    return ChargingSessionFactory(
        connector=world.ours.connector, transaction_id="4711", id_tag="BADGE-X", energy_wh=12_340
    )


def url(station: ChargingStation, name: str) -> str:
    return reverse("stations:action", args=[station.pk, name])


def page(client: Client, address: str, **query) -> str:
    return html.unescape(client.get(address, query).content.decode())


def asked(station: ChargingStation) -> Operation:
    """The only operation of the station."""
    return Operation.objects.get(station=station)


# The buttons


def buttons(user, station) -> dict[str, str]:
    """The reason of every button of the station."""
    facts = stations_for_actions(ChargingStation.objects.filter(pk=station.pk)).get()
    bar = StationActions(user, facts).bar()
    return {b.action.name: b.reason for b in [*bar.primary, *(b for _label, group in bar.groups for b in group)]}


def test_every_action_has_its_button(world, station):
    shown = buttons(world.operator, station)
    assert shown.keys() == {action.name for action in actions()} - {"enable"}
    assert (shown["reset"], shown["remote-stop"]) == ("", "No session runs at the station.")


def test_a_disabled_station_can_only_be_enabled(world, station):
    ChargingStation.objects.filter(pk=station.pk).update(enabled=False)
    shown = buttons(world.operator, station)
    assert [name for name, reason in shown.items() if not reason] == ["enable"]
    assert "disable" not in shown


def test_a_viewer_sees_which_role_is_needed(world, station):
    shown = buttons(world.viewer, station)
    assert set(shown.values()) == {"This needs the role operator for the station. Ask your administrator."}


def test_buttons_that_work_are_links_and_the_rest_say_why(operator, station, session):
    text = page(operator, reverse("stations:detail", args=[station.pk]))
    assert f'id="action-reset" href="{url(station, "reset")}"' in text
    assert 'id="action-remote-start-reason" class="help-text" role="note">No connector of the station is free.' in text
    assert f'href="{url(station, "remote-stop")}?connector=1"' in text
    assert "A session runs on connector 1." in text


def test_buttons_follow_the_station(operator, station):
    ChargingStation.objects.filter(pk=station.pk).update(endpoint=None)
    head = operator.get(
        reverse("stations:detail", args=[station.pk]), headers={"HX-Request": "true", "HX-Target": "station-head"}
    )
    assert head.text.strip().startswith('<div id="station-head"')
    assert "The station is not connected." in head.text
    assert url(station, "reset") not in head.text


def test_every_button_is_explained(operator, station):
    text = page(operator, reverse("stations:detail", args=[station.pk]))
    for name in buttons(operator.get("/").wsgi_request.user, station):
        assert f'popovertarget="action-{name}-help"' in text
        assert str(find(name).help) in text


def test_a_disabled_station_is_marked_everywhere(operator, world, station):
    ChargingStation.objects.filter(pk=station.pk).update(enabled=False)
    listed, own = (
        page(operator, reverse("stations:list")),
        page(operator, reverse("stations:detail", args=[station.pk])),
    )
    for text in (listed, own):
        assert "Disabled</span>" in text
        assert "Disconnected</span>" in text
    assert "Unavailable</span>" in listed
    assert "Available</span>" not in listed
    assert '<span><span class="status status-idle" title="Not usable now' in own


@pytest.mark.parametrize(("enabled", "status"), [(True, "available"), (False, "unavailable")])
def test_the_filter_finds_what_is_shown(operator, station, enabled, status):
    ChargingStation.objects.filter(pk=station.pk).update(enabled=enabled)
    for asked_for in ("available", "unavailable"):
        rows = operator.get(reverse("stations:list"), {"connector": asked_for}).context["table"].rows
        assert [row.record.pk for row in rows] == ([station.pk] if asked_for == status else [])


# The dialog


@pytest.mark.parametrize("name", [action.name for action in actions() if action.name != "ocpp-call"])
def test_every_action_has_a_dialog(operator, station, session, name):
    text = page(operator, url(station, name))
    action = find(name)
    for shown in (str(action.label), str(action.effect), str(action.risk.help), "OURS-1", "Ours car park"):
        assert shown in text


def test_htmx_gets_the_panel_alone(operator, station):
    text = operator.get(url(station, "reset"), headers=PANEL).text
    assert text.strip().startswith('<div id="action-panel">')


def test_sessions_that_end_are_named(operator, station, session):
    text = page(operator, url(station, "reset"))
    for shown in ("1 running session ends:", "Session 4711", "12.34 kWh", "BADGE-X", "connector 1"):
        assert shown in text
    assert reverse("sessions:detail", args=[session.pk]) in text
    assert "running session" not in page(operator, url(station, "set-unavailable"))


def test_the_preview_follows_what_is_chosen(operator, world, station, session):
    ConnectorFactory(evse=EVSEFactory(station=station, number=2), status=ConnectorStatus.AVAILABLE)
    part = {"HX-Request": "true", "HX-Target": "action-preview"}
    address = url(station, "unlock-connector")
    first = operator.get(address, {"parameters-connector": "1"}, headers=part)
    second = operator.get(address, {"parameters-connector": "2"}, headers=part)
    assert "Session 4711" in first.text
    assert "Session 4711" not in second.text
    assert "No running session ends." in second.text
    assert "<li>2 " in second.text
    assert "<li>1 " not in second.text
    assert operator.get(address, {"parameters-connector": "zzz"}, headers=part).status_code == 200


def test_the_connector_of_the_card_is_chosen(operator, station):
    form = operator.get(url(station, "set-unavailable"), {"connector": "1"}).context["form"]
    assert form["connector"].value() == 1
    assert "Connector 1 · Available" in str(form["connector"])


@pytest.mark.parametrize(
    "query", [{"connector": "zzz"}, {"connector": "9" * 40}, {"again": "zzz"}, {"again": "9" * 40}]
)
def test_odd_links_do_no_harm(operator, station, query):
    assert operator.get(url(station, "set-unavailable"), query).status_code == 200


def test_known_badges_are_proposed(operator, world, station):
    BadgeFactory(company=world.ours.company, id_tag="GOOD", label="Ada")
    BadgeFactory(company=world.ours.company, id_tag="BLOCKED", blocked=True)
    BadgeFactory(company=world.ours.company, id_tag="OLD", expires_at=timezone.now() - timedelta(days=1))
    BadgeFactory(company=world.theirs.company, id_tag="THEIRS")
    text = page(operator, url(station, "remote-start"))
    assert '<option value="GOOD" label="Ada">' in text
    assert not any(f'value="{name}"' in text for name in ("BLOCKED", "OLD", "THEIRS"))


def test_running_sessions_and_open_reservations_are_offered(operator, station, session):
    OperationFactory(
        station=station,
        action="reserve",
        state=OperationState.ACCEPTED,
        details={
            "reservation_id": 77,
            "connector": 1,
            "id_tag": "BADGE-R",
            "expires_at": (timezone.now() + timedelta(hours=1)).isoformat(),
        },
    )
    assert "4711 · connector 1 · BADGE-X" in page(operator, url(station, "remote-stop"))
    assert "77 · BADGE-R · connector 1" in page(operator, url(station, "cancel-reservation"))


def test_a_choice_that_is_gone_is_judged_by_the_service(operator, station, session):
    response = operator.post(url(station, "remote-stop"), {"parameters-transaction_id": "9999"})
    assert "Name one of the sessions that run at the station now." in html.unescape(response.text)
    assert '<option value="9999" selected>' in response.text


# The request


def test_a_request_keeps_who_what_why_and_from_where(operator, world, station):
    response = operator.post(url(station, "set-unavailable"), {"parameters-connector": "1", "reason": "Cable is worn"})
    operation = asked(station)
    assert response.url == reverse("operations:detail", args=[operation.pk])
    assert (operation.action, operation.parameters) == ("set-unavailable", {"connector": 1})
    assert (operation.actor, operation.source, operation.reason) == (
        world.operator,
        OperationSource.PORTAL,
        "Cable is worn",
    )


def test_htmx_gets_the_progress(operator, station):
    text = operator.post(url(station, "reset"), headers=PANEL).text
    operation = asked(station)
    assert text.strip().startswith('<div id="action-panel">')
    assert f'data-live="operations station-{station.pk}" hx-get="/operations/{operation.pk}/"' in text
    assert "Waiting" in text


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("remote-start", {"parameters-badge": ""}, "This field is required."),
        ("remote-start", {"parameters-badge": "x" * 21}, "at most 20 characters"),
        ("reserve", {"parameters-badge": "B", "parameters-expires_at": "2020-01-01T00:00"}, "within seven days"),
        ("get-diagnostics", {"parameters-location": "gopher://x"}, "form that is needed"),
        ("set-charging-plan", {"parameters-periods": "[1"}, "This is not JSON"),
        ("set-charging-plan", {"parameters-periods": '[{"start_s": 0, "limit": -1}]'}, "0.limit: "),
        ("reset", {"reason": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(operator, station, name, data, message):
    response = operator.post(url(station, name), {"reason": "Because", **data})
    text = html.unescape(response.text)
    assert response.status_code == 200
    assert message in text
    assert all(value in text for value in data.values())
    assert ("Because" in text) or "reason" in data
    assert not Operation.objects.exists()


def test_a_station_that_left_meanwhile_says_so(operator, station):
    ChargingStation.objects.filter(pk=station.pk).update(endpoint=None)
    response = operator.post(url(station, "reset"), {"reason": "Because"})
    assert "The station is not connected." in response.text
    assert "Because" in response.text
    assert 'aria-disabled="true"' in response.text


def test_a_full_queue_says_so(operator, station):
    OperationFactory.create_batch(QUEUE_LIMIT, station=station)
    text = operator.post(url(station, "reset")).text
    assert f"{QUEUE_LIMIT} operations wait for the station already." in text


def test_the_same_again_is_filled_in(operator, station, world):
    earlier = OperationFactory(station=station, action="set-unavailable", parameters={"connector": 1})
    form = operator.get(url(station, "set-unavailable"), {"again": earlier.pk}).context["form"]
    assert form["connector"].value() == 1
    theirs = OperationFactory(station=world.theirs.station, action="set-unavailable", parameters={"connector": 5})
    form = operator.get(url(station, "set-unavailable"), {"again": theirs.pk}).context["form"]
    assert form["connector"].value() is None


def test_viewers_and_strangers_cannot(viewer, stranger, station):
    for name in ("reset", "ocpp-call", "remote-start"):
        assert viewer.get(url(station, name)).status_code == 403
        assert viewer.post(url(station, name)).status_code == 403
        assert stranger.get(url(station, name)).status_code == 404
        assert stranger.post(url(station, name)).status_code == 404
    assert not Operation.objects.exists()


def test_unknown_actions_are_not_found(operator, station):
    assert operator.get(url(station, "explode")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_connectors(operator, world, station, django_assert_num_queries, count):
    for number in range(2, count + 1):
        ChargingSessionFactory(connector=ConnectorFactory(evse=EVSEFactory(station=station, number=number)))
    with django_assert_num_queries(8):
        operator.get(url(station, "reset"))
