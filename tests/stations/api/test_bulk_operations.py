"""``/bulk-operations``: one action on many stations."""

import pytest

from emobility.common import actions
from stations.enums import OperationSource, OperationState
from stations.models import BulkOperation, ChargingStation, Operation
from tests.support.factories import (
    BulkOperationFactory,
    ChargingStationFactory,
    EndpointProcessFactory,
    OperationFactory,
)


@pytest.fixture
def stations(world) -> list[ChargingStation]:
    """Three of ours, connected; nobody delivers what is queued for them."""
    endpoint = EndpointProcessFactory()
    world.ours.station.endpoint = endpoint
    world.ours.station.save()
    more = [ChargingStationFactory(identity=f"OURS-{n}", site_area=world.ours.area, endpoint=endpoint) for n in (2, 3)]
    return [world.ours.station, *more]


@pytest.fixture
def body(stations) -> dict:
    return {"action": "reset", "stations": ["OURS-1", "ours-2", "OURS-3"], "per_minute": 60, "reason": "New tariff"}


def test_every_station_is_asked_in_its_turn(operator, world, stations, body):
    answer = operator.post("/bulk-operations", body)

    assert answer.status_code == 202, answer.content
    [bulk] = BulkOperation.objects.all()
    shown = answer.json()
    assert answer["Location"] == f"/api/v1/bulk-operations/{bulk.pk}"
    assert (shown["id"], shown["action"], shown["actor"], shown["source"]) == (bulk.pk, "reset", "operator", "api")
    assert (shown["per_minute"], shown["reason"], shown["skipped"]) == (60, "New tariff", [])
    assert shown["progress"] == {"total": 3, "open": 3, "settled": 0, "states": {"queued": 3}, "effects": {"none": 3}}
    assert operator.client.get(answer["Location"]).json() == shown
    rows = Operation.objects.order_by("pk")
    assert [row.station for row in rows] == stations
    assert {(row.bulk, row.actor, row.source) for row in rows} == {(bulk, world.operator, OperationSource.API)}
    assert (rows[2].due_at - rows[0].due_at).total_seconds() == 2


def test_stations_that_cannot_be_asked_are_skipped_with_the_reason(operator, stations, body):
    stations[1].endpoint = None
    stations[1].save()

    shown = operator.post("/bulk-operations", body).json()

    assert shown["progress"]["total"] == 2
    assert shown["skipped"] == [{"station": "OURS-2", "reason": "The station is not connected."}]


def test_none_left_to_ask_is_a_conflict(operator, stations, body):
    ChargingStation.objects.update(endpoint=None)

    assert operator.post("/bulk-operations", body).status_code == 409
    assert not BulkOperation.objects.exists()


def test_stations_that_do_not_exist_are_named(operator, stations, body):
    answer = operator.post("/bulk-operations", body | {"stations": ["OURS-1", "THEIRS-1", "NOWHERE"]})

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == "stations"
    assert "NOWHERE, THEIRS-1" in error["detail"]
    assert not BulkOperation.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"action": "unlock-connector"}, "action"),
        ({"action": "nothing"}, "action"),
        ({"stations": []}, "stations"),
        ({"per_minute": 0}, "per_minute"),
        ({"parameters": {"type": "Hard"}}, "parameters.type"),
        ({"pace": 1}, "pace"),
    ],
)
def test_fields_at_fault_are_named(operator, stations, body, change, field):
    answer = operator.post("/bulk-operations", body | change)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_viewer_asks_for_nothing(viewer, stations, body):
    assert viewer.post("/bulk-operations", body).status_code == 403
    assert not BulkOperation.objects.exists()


def test_bulk_operation_out_of_scope_does_not_exist(operator, stranger, stations, body):
    location = operator.post("/bulk-operations", body)["Location"].removeprefix("/api/v1")

    assert stranger.get(location).status_code == 404
    assert stranger.post(f"{location}/cancel", None).status_code == 404
    assert stranger.post(f"{location}/retry", None).status_code == 404


def test_progress_and_skipped_are_those_in_scope(viewer, world, stations):
    theirs = world.theirs.station
    skipped = [{"station": theirs.pk, "identity": theirs.identity, "reason": "The station is not connected."}]
    bulk = BulkOperationFactory(skipped=skipped)
    OperationFactory(station=stations[0], bulk=bulk, state=OperationState.ACCEPTED)
    OperationFactory(station=theirs, bulk=bulk)

    shown = viewer.get(f"/bulk-operations/{bulk.pk}").json()

    assert shown["progress"]["states"] == {"accepted": 1}
    assert shown["skipped"] == []


def test_the_rest_is_cancelled(operator, stations):
    bulk = BulkOperationFactory()
    sent, waiting = (
        OperationFactory(station=station, bulk=bulk, state=state)
        for station, state in zip(stations, (OperationState.SENT, OperationState.QUEUED), strict=False)
    )

    answer = operator.post(f"/bulk-operations/{bulk.pk}/cancel", None)

    assert answer.status_code == 200
    assert answer.json()["progress"]["states"] == {"sent": 1, "cancelled": 1}
    assert operator.post(f"/bulk-operations/{bulk.pk}/cancel", None).status_code == 409
    assert [Operation.objects.get(pk=row.pk).state for row in (sent, waiting)] == ["sent", "cancelled"]


def test_where_it_failed_it_is_tried_again(operator, stations):
    bulk = BulkOperationFactory()
    for station, state in zip(stations, ("accepted", "timed_out", "rejected"), strict=True):
        OperationFactory(station=station, bulk=bulk, state=state)

    answer = operator.post(f"/bulk-operations/{bulk.pk}/retry", None)

    assert answer.status_code == 202
    again = BulkOperation.objects.get(pk=answer.json()["id"])
    assert [row.station for row in again.operations.order_by("pk")] == stations[1:]
    assert answer["Location"] == f"/api/v1/bulk-operations/{again.pk}"


def test_nothing_left_to_try_again_is_a_conflict(operator, stations):
    bulk = BulkOperationFactory()
    OperationFactory(station=stations[0], bulk=bulk, state=OperationState.ACCEPTED)

    assert operator.post(f"/bulk-operations/{bulk.pk}/retry", None).status_code == 409


def test_viewer_cancels_and_tries_again_nothing(viewer, stations):
    bulk = BulkOperationFactory()
    row = OperationFactory(station=stations[0], bulk=bulk)

    assert viewer.get(f"/bulk-operations/{bulk.pk}").status_code == 200
    for change in ("cancel", "retry"):
        assert viewer.post(f"/bulk-operations/{bulk.pk}/{change}", None).status_code == 403
    row.refresh_from_db()
    assert row.state == OperationState.QUEUED


def test_document_offers_actions_for_many_stations_alone(client):
    schemas = client.get("/api/v1/openapi.json").json()["components"]["schemas"]

    offered = schemas["BulkOperationRequest"]["discriminator"]["mapping"]
    assert set(offered) == {action.name for action in actions.actions() if action.is_bulk}
    reset = schemas["ResetBulkOperationRequest"]
    assert set(reset["properties"]) == {"action", "parameters", "reason", "stations", "per_minute"}
    assert set(reset["required"]) == {"action", "stations"}
