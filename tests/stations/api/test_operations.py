"""``/operations``: asked for, looked at, cancelled."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.enums import EffectState, OperationSource, OperationState
from stations.models import ChargingStation, Operation
from stations.services.operations import QUEUE_LIMIT
from tests.support.factories import (
    MOMENT,
    BulkOperationFactory,
    EndpointProcessFactory,
    OperationFactory,
)


@pytest.fixture
def station(world) -> ChargingStation:
    """Connected, and nobody delivers what is queued for it."""
    station = world.ours.station
    station.endpoint = EndpointProcessFactory()
    station.save()
    return station


def ask(client, action: str, parameters: dict | None = None, identity: str = "OURS-1", **more):
    body = {"action": action, **more}
    return client.post(
        f"/stations/{identity}/operations", body if parameters is None else body | {"parameters": parameters}
    )


def test_an_operation_is_queued_and_found_where_the_answer_says(operator, world, station):
    answer = ask(operator, "reset", reason="Its screen is frozen")

    assert answer.status_code == 202
    shown = answer.json()
    [row] = Operation.objects.all()
    assert answer["Location"] == f"/api/v1/operations/{row.pk}"
    assert (row.station, row.action, row.actor, row.source) == (
        station,
        "reset",
        world.operator,
        OperationSource.API,
    )
    assert shown["id"] == row.pk
    assert (shown["station"], shown["action"], shown["state"]) == ("OURS-1", "reset", "queued")
    assert (shown["actor"], shown["source"], shown["reason"]) == ("operator", "api", "Its screen is frozen")
    assert shown["requests"] == [{"message": "Reset", "payload": {"type": "Soft"}}]
    assert shown["request"] is None
    assert shown["response"] is None
    assert (shown["sent_at"], shown["settled_at"], shown["bulk"]) == (None, None, None)
    assert operator.client.get(answer["Location"]).json() == shown


def test_parameters_are_used(operator, station):
    shown = ask(operator, "trigger-message", {"message": "MeterValues", "connector": 1}).json()

    assert shown["parameters"] == {"message": "MeterValues", "connector": 1}
    assert shown["requests"][0]["payload"] == {"requestedMessage": "MeterValues", "connectorId": 1}


def test_station_is_found_however_its_identity_is_written(operator, station):
    assert ask(operator, "reset", identity="ours-1").status_code == 202


def test_what_is_not_possible_now_is_refused_with_the_reason(operator, world):
    answer = ask(operator, "reset")

    assert answer.status_code == 409
    assert answer.json()["detail"] == "The station is not connected."
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("action", "parameters", "fields"),
    [
        ("no-such-action", {}, ["action"]),
        ("unlock-connector", {}, ["parameters.connector"]),
        ("unlock-connector", {"connector": "x"}, ["parameters.connector"]),
        ("unlock-connector", {"connector": 1, "force": True}, ["parameters.force"]),
        ("reset", {"type": "Hard"}, ["parameters.type"]),
        ("set-charging-plan", {"periods": [{"start_s": 0, "limit": -1}]}, ["parameters.periods.0.limit"]),
        ("ocpp-call", {"message": "Reset", "payload": {"type": "Sideways"}}, ["parameters"]),
        ("ocpp-call", {"message": "BootNotification", "payload": {}}, ["parameters"]),
    ],
)
def test_fields_at_fault_are_named(operator, station, action, parameters, fields):
    answer = ask(operator, action, parameters)

    assert answer.status_code == 422
    assert [(error["location"], error["field"]) for error in answer.json()["errors"]] == [
        ("body", field) for field in fields
    ]
    assert all(error["detail"] for error in answer.json()["errors"])


@pytest.mark.parametrize(
    "body",
    [{}, {"action": None}, {"action": "reset", "parameters": []}, {"action": "reset", "reason": "x" * 201}, []],
)
def test_bad_body_is_refused(operator, station, body):
    assert operator.post("/stations/OURS-1/operations", body).status_code == 422


def test_queue_has_an_end(operator, station):
    OperationFactory.create_batch(QUEUE_LIMIT, station=station)

    answer = ask(operator, "reset")

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "wait for the station" in answer.json()["detail"]
    assert Operation.objects.count() == QUEUE_LIMIT


def test_viewer_asks_for_nothing(viewer, station):
    assert ask(viewer, "reset").status_code == 403
    assert not Operation.objects.exists()


def test_station_out_of_scope_does_not_exist(stranger, station):
    assert ask(stranger, "reset").status_code == 404
    assert ask(stranger, "reset", identity="NOWHERE").status_code == 404


def test_progress_and_outcome_are_shown(viewer, station):
    row = OperationFactory(
        station=station,
        state=OperationState.ACCEPTED,
        answer="Accepted",
        responses=[{"status": "Accepted"}],
        sent_at=MOMENT,
        settled_at=MOMENT,
        effect=EffectState.SEEN,
        effect_at=MOMENT,
        effect_note="Booted.",
        bulk=BulkOperationFactory(),
    )

    shown = viewer.get(f"/operations/{row.pk}").json()

    assert (shown["state"], shown["answer"], shown["error"]) == ("accepted", "Accepted", "")
    assert (shown["effect"], shown["effect_note"]) == ("seen", "Booted.")
    assert shown["effect_at"] == shown["sent_at"] == shown["settled_at"] == "2026-03-01T12:00:00Z"
    assert shown["request"] == {"message": "Reset", "payload": {"type": "Soft"}}
    assert shown["response"] == {"status": "Accepted"}
    assert shown["responses"] == [{"status": "Accepted"}]
    assert (shown["bulk"], shown["actor"]) == (row.bulk_id, None)


@pytest.mark.parametrize(
    ("state", "responses", "last"),
    [
        (OperationState.SENT, [], 1),
        (OperationState.SENT, [{}], 2),
        (OperationState.ACCEPTED, [{}, {}], 2),
        (OperationState.REJECTED, [{}], 1),
        (OperationState.TIMED_OUT, [], 1),
    ],
)
def test_of_several_messages_the_last_one_sent_is_shown(viewer, station, state, responses, last):
    requests = [["SendLocalList", {"listVersion": 1}], ["SendLocalList", {"listVersion": 2}]]
    row = OperationFactory(station=station, requests=requests, responses=responses, state=state, sent_at=MOMENT)

    assert viewer.get(f"/operations/{row.pk}").json()["request"]["payload"] == {"listVersion": last}


def test_secrets_are_masked_while_they_wait_too(operator, viewer, station):
    secret = "0123456789abcdef0123"
    shown = ask(
        operator,
        "ocpp-call",
        {"message": "ChangeConfiguration", "payload": {"key": "AuthorizationKey", "value": secret}},
    )

    assert shown.status_code == 202
    assert shown.json()["requests"][0]["payload"] == {"key": "AuthorizationKey", "value": "•••"}
    for answer in (shown, viewer.get(f"/operations/{shown.json()['id']}"), viewer.get("/operations")):
        assert secret not in answer.content.decode()
    assert Operation.objects.get().requests[0][1]["value"] == secret


def test_list_is_filtered(viewer, world, station):
    bulk = BulkOperationFactory()
    old = OperationFactory(station=station, action="reboot", state=OperationState.REJECTED)
    Operation.objects.filter(pk=old.pk).update(requested_at=timezone.now() - timedelta(days=2))
    new = OperationFactory(station=station, bulk=bulk, effect=EffectState.AWAITED, state=OperationState.ACCEPTED)
    OperationFactory(station=world.theirs.station)

    def found(**query) -> list[int]:
        answer = viewer.get("/operations", **query)
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]

    assert found() == [new.pk, old.pk]
    assert found(station="ours-1") == [new.pk, old.pk]
    assert found(station="THEIRS-1") == []
    assert found(action="reboot") == [old.pk]
    assert found(state="rejected") == [old.pk]
    assert found(effect="awaited") == [new.pk]
    assert found(bulk=bulk.pk) == [new.pk]
    assert found(since=(timezone.now() - timedelta(days=1)).isoformat()) == [new.pk]
    assert found(before=new.pk) == [old.pk]
    assert viewer.get("/operations", state="asleep").status_code == 422


def test_list_goes_on_below_the_last_id(viewer, station):
    rows = OperationFactory.create_batch(3, station=station)

    page = viewer.get("/operations", limit=2).json()
    rest = viewer.client.get(page["next"]).json()

    assert [row["id"] for row in page["results"] + rest["results"]] == [row.pk for row in reversed(rows)]


def test_list_costs_the_same_however_long_it_is(viewer, station, django_assert_max_num_queries):
    OperationFactory.create_batch(20, station=station)

    with django_assert_max_num_queries(8):
        assert viewer.get("/operations").json()["count"] == 20


def test_operation_out_of_scope_does_not_exist(stranger, station):
    row = OperationFactory(station=station)

    assert stranger.get(f"/operations/{row.pk}").status_code == 404
    assert stranger.post(f"/operations/{row.pk}/cancel", None).status_code == 404
    assert stranger.get("/operations").json()["count"] == 0


def test_what_waits_is_cancelled(operator, station):
    row = OperationFactory(station=station)

    answer = operator.post(f"/operations/{row.pk}/cancel", None)

    assert answer.status_code == 200
    assert answer.json()["state"] == "cancelled"
    assert answer.json()["error"] == "Cancelled by operator before it was sent."
    row.refresh_from_db()
    assert row.state == OperationState.CANCELLED


@pytest.mark.parametrize("state", [state for state in OperationState if state != OperationState.QUEUED])
def test_what_was_sent_or_has_ended_is_not_cancelled(operator, station, state):
    row = OperationFactory(station=station, state=state)

    answer = operator.post(f"/operations/{row.pk}/cancel", None)

    assert answer.status_code == 409
    row.refresh_from_db()
    assert row.state == state


def test_viewer_cancels_nothing(viewer, station):
    row = OperationFactory(station=station)

    assert viewer.post(f"/operations/{row.pk}/cancel", None).status_code == 403
    row.refresh_from_db()
    assert row.state == OperationState.QUEUED


def test_disabled_station_is_shown_so(viewer, world, station):
    station.enabled = False
    station.save()
    world.ours.connector.status = "available"
    world.ours.connector.save()

    shown = viewer.get("/stations/OURS-1").json()

    assert (shown["enabled"], shown["connection_status"]) == (False, "disconnected")
    [evse] = shown["evses"]
    assert (evse["status"], evse["connectors"][0]["status"]) == ("unavailable", "unavailable")
    assert viewer.get("/stations", connection_status="connected").json()["count"] == 0
