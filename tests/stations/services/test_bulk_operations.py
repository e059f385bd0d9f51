"""The same action on many stations: who is asked when, who is skipped why, and the same few queries for any number."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from emobility.common import events
from emobility.common.actions import actions, find
from stations.enums import EffectState, OperationSource, OperationState
from stations.models import BulkOperation, ChargingStation, Operation
from stations.services import bulk_operations
from stations.services.bulk_operations import (
    Skipped,
    cancel_rest,
    preview,
    progress,
    retry_failed,
    skipped_of,
    start,
)
from stations.services.errors import Conflict
from tests.support.factories import (
    BadgeFactory,
    BulkOperationFactory,
    CapabilitiesFactory,
    ChargingSessionFactory,
    ChargingStationFactory,
    ConnectorFactory,
    EndpointProcessFactory,
    EVSEFactory,
    OperationFactory,
)
from tests.support.models import of_known_model

pytestmark = pytest.mark.django_db
PORTAL = OperationSource.PORTAL
RESET = find("reset")
PARAMETERS = {
    "get-diagnostics": {"location": "ftp://files.example/"},
    "data-transfer": {"vendor_id": "acme"},
    "ocpp-call": {"message": "ClearCache"},
    "set-charging-plan": {"periods": [{"start_s": 0, "limit": 16}]},
    "set-parameters": {"values": {"MeterValueSampleInterval": "60"}},
}


@pytest.fixture
def connect(world):
    """``connect(n)``: so many of our stations, connected, each with a connector and a session."""
    endpoint = EndpointProcessFactory()

    def make(count: int) -> list[ChargingStation]:
        made = ChargingStationFactory.create_batch(count, site_area=world.ours.area, endpoint=endpoint)
        for station in made:
            ChargingSessionFactory(connector=ConnectorFactory(evse=EVSEFactory(station=station)))
            CapabilitiesFactory(station=station)
            of_known_model(station)
        return made

    return make


def everything():
    return ChargingStation.objects.all()


def ask(world, stations=None, action=RESET, parameters=None, **extra) -> BulkOperation:
    about = {"actor": world.operator, "source": PORTAL} | extra
    return start(everything() if stations is None else stations, action, parameters or {}, **about)


def test_preview_tells_asked_skipped_and_sessions(world, connect):
    first, second = connect(2)
    found = preview(everything(), RESET, {}, actor=world.operator)
    assert found.asked == [first, second]
    assert found.skipped == [Skipped(world.ours.station.pk, "OURS-1", "The station is not connected.")]
    assert {pk: len(sessions) for pk, sessions in found.ending.items()} == {first.pk: 1, second.pk: 1}
    assert found.sessions == 2
    assert not Operation.objects.exists()


def test_nobody_learns_of_foreign_stations(world, connect):
    connect(1)
    found = preview(everything(), RESET, {}, actor=world.stranger)
    assert (found.asked, [each.identity for each in found.skipped]) == ([], ["THEIRS-1"])
    with pytest.raises(Conflict):
        ask(world, actor=world.stranger)


def test_a_weaker_role_is_a_reason(world, connect):
    connect(1)
    found = preview(everything(), RESET, {}, actor=world.viewer)
    assert found.asked == []
    assert {each.reason for each in found.skipped} == {"This needs the role Operator, which you do not hold there."}
    with pytest.raises(Conflict):
        ask(world, actor=world.viewer)


def test_what_does_not_fit_the_parameters_is_a_reason(world, connect):
    with_session, without = connect(2)
    without.sessions.all().delete()
    parameters = {"purpose": "session", "connector": 1, "periods": [{"start_s": 0, "limit": 16}]}
    found = preview(everything(), find("set-charging-plan"), parameters, actor=world.operator)
    assert found.asked == [with_session]
    assert "No session runs on connector 1." in [each.reason for each in found.skipped]


def test_a_message_that_breaks_the_schema_is_a_reason(world, connect):
    connect(1)
    found = preview(everything(), find("ocpp-call"), {"message": "Reset", "payload": {}}, actor=world.operator)
    assert found.asked == []
    assert "type" in next(each.reason for each in found.skipped if each.identity != "OURS-1")


def test_without_parameters_what_depends_on_them_stays_open(world, connect):
    connect(1)
    found = preview(everything(), find("set-charging-plan"), None, actor=world.operator)
    assert len(found.asked) == 1
    with pytest.raises(ValidationError):
        preview(everything(), find("set-charging-plan"), {}, actor=world.operator)


def test_each_is_due_in_its_turn(world, connect):
    connect(3)
    bulk = ask(world, per_minute=30, reason="Quarterly")
    rows = list(bulk.operations.order_by("pk"))
    assert [row.due_at - rows[0].due_at for row in rows] == [timedelta(seconds=2 * n) for n in range(3)]
    assert {row.expires_at - row.due_at for row in rows} == {rows[0].expires_at - rows[0].due_at}
    assert {(row.state, row.actor, row.source, row.reason) for row in rows} == {
        (OperationState.QUEUED, world.operator, PORTAL, "Quarterly")
    }
    assert [row.station.identity for row in rows] == sorted(row.station.identity for row in rows)
    assert bulk.skipped == [
        {"station": world.ours.station.pk, "identity": "OURS-1", "reason": "The station is not connected."}
    ]


def test_start_rings_and_says_so(world, connect, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(events, "_running", True)
    monkeypatch.setattr(events, "_names", set())
    (station,) = connect(1)
    with django_capture_on_commit_callbacks(execute=True):
        ask(world)
    assert {"operations", f"station-{station.pk}"} <= events._names


def test_the_rules_of_the_action_begin(world, connect):
    stations = connect(2)
    ask(world, action=find("disable"))
    assert not ChargingStation.objects.filter(pk__in=[s.pk for s in stations], enabled=True).exists()


@pytest.mark.parametrize("pace", [0, -1, 6001])
def test_pace_has_bounds(world, connect, pace):
    connect(1)
    with pytest.raises(ValidationError):
        ask(world, per_minute=pace)


def test_a_full_queue_is_a_reason(world, connect, monkeypatch):
    monkeypatch.setattr(bulk_operations, "QUEUE_LIMIT", 2)
    busy, _free = connect(2)
    OperationFactory.create_batch(2, station=busy)
    bulk = ask(world)
    assert "2 operations wait for the station already." in [each["reason"] for each in bulk.skipped]
    assert bulk.operations.count() == 1


def test_too_many_are_refused(world, connect, monkeypatch):
    monkeypatch.setattr(bulk_operations, "MOST_STATIONS", 2)
    connect(3)
    with pytest.raises(Conflict, match="At most 2 stations"):
        ask(world)


def queries(work) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


@pytest.mark.parametrize("action", [a for a in actions() if a.is_bulk], ids=lambda action: action.name)
def test_queries_do_not_grow_with_stations(world, connect, action):
    BadgeFactory(company=world.ours.company)
    parameters = PARAMETERS.get(action.name, {})

    def both() -> tuple[int, int]:
        ChargingStation.objects.update(enabled=action.name != "enable")
        looked = queries(lambda: preview(everything(), action, parameters, actor=world.operator))
        started = queries(lambda: ask(world, action=action, parameters=parameters))
        return looked, started

    connect(3)
    of_few = both()
    connect(27)
    assert both() == of_few
    assert BulkOperation.objects.latest("pk").operations.count() >= 30


def test_progress_counts_states_and_effects_in_one_query(world, connect, django_assert_num_queries):
    stations = connect(4)
    bulk = BulkOperationFactory()
    for station, state in zip(stations, ["queued", "sent", "accepted", "rejected"], strict=True):
        effect = EffectState.AWAITED if state == "accepted" else EffectState.NONE
        OperationFactory(station=station, bulk=bulk, state=state, effect=effect)
    OperationFactory(station=world.theirs.station, bulk=bulk)
    with django_assert_num_queries(1):
        found = progress(bulk, user=world.superuser)
    assert (found.total, found.open, found.settled, found.undone) == (5, 3, 2, 1)
    assert found.effects[EffectState.AWAITED] == 1
    assert progress(bulk, user=world.operator).total == 4
    assert progress(bulk, user=world.stranger).states == {OperationState.QUEUED: 1}


def test_skipped_are_told_within_scope(world):
    sides = (world.ours, world.theirs)
    bulk = BulkOperationFactory(
        skipped=[{"station": s.station.pk, "identity": s.station.identity, "reason": "Why"} for s in sides]
    )
    assert [each.identity for each in skipped_of(bulk, user=world.operator)] == ["OURS-1"]
    assert len(skipped_of(bulk, user=world.superuser)) == 2


def test_cancel_withdraws_what_waits_where_the_role_allows(world, connect):
    (ours,) = connect(1)
    bulk = BulkOperationFactory()
    waiting = OperationFactory(station=ours, bulk=bulk)
    sent = OperationFactory(station=ours, bulk=bulk, state=OperationState.SENT)
    foreign = OperationFactory(station=world.theirs.station, bulk=bulk)
    other = OperationFactory(station=ours)
    assert cancel_rest(bulk, actor=world.viewer) == 0
    assert cancel_rest(bulk, actor=world.operator) == 1
    states = dict(Operation.objects.values_list("pk", "state"))
    assert states == {waiting.pk: "cancelled", sent.pk: "sent", foreign.pk: "queued", other.pk: "queued"}


def test_retry_asks_those_that_have_not_done_it(world, connect):
    stations = connect(6)
    states = ["accepted", "rejected", "failed", "timed_out", "cancelled", "queued"]
    bulk = BulkOperationFactory(action="trigger-message", parameters={"message": "Heartbeat"}, reason="Why")
    for station, state in zip(stations, states, strict=True):
        OperationFactory(station=station, bulk=bulk, action=bulk.action, state=state)
    again = retry_failed(bulk, actor=world.operator, source=PORTAL)
    assert [o.station for o in again.operations.order_by("pk")] == stations[1:5]
    assert (again.parameters, again.per_minute, again.reason) == (bulk.parameters, bulk.per_minute, "Why")
    assert (again.actor, bulk.operations.count()) == (world.operator, 6)


def test_retry_of_nothing_is_refused(world, connect):
    bulk = BulkOperationFactory()
    OperationFactory(station=connect(1)[0], bulk=bulk, state=OperationState.ACCEPTED)
    with pytest.raises(Conflict):
        retry_failed(bulk, actor=world.operator, source=PORTAL)
