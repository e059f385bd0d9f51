"""Operations: the list, the tab, the page of one, and withdrawing one."""

import html
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import orjson
import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from emobility.common.actions import actions
from stations.commands import dialect_of
from stations.enums import EffectState, OperationSource, OperationState
from stations.models import Operation
from stations.portal.answers import MEANINGS, AnswerWord, meaning_of, word_of
from stations.portal.operations import exchanges_of, outcome, steps
from stations.portal.schedules import composite_schedule
from stations.services.journal import MASK
from tests.support.factories import OperationFactory

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
URL = "/operations/"
HOSTILE = '"><script>alert(1)</script>{{7*7}}\u202e'
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def station(world):
    return world.ours.station


def rows(response) -> list[int]:
    return [row.record.pk for row in response.context["table"].paginated_rows]


def page(client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def detail(operation: Operation) -> str:
    return reverse("operations:detail", args=[operation.pk])


# The list


def test_rows_say_who_what_why_and_what_came_of_it(viewer, world, station):
    OperationFactory(
        station=station,
        actor=world.operator,
        reason="Screen frozen",
        state=OperationState.REJECTED,
        answer="Occupied",
        effect=EffectState.MISSING,
    )
    text = page(viewer, URL)
    for shown in ("OURS-1", "Reset", "Screen frozen", "Rejected", "Occupied", "Not seen", "operator", "Portal"):
        assert shown in text
    assert 'data-live="operations"' in text


def test_an_answer_that_says_no_more_than_the_state_is_not_repeated(viewer, station):
    OperationFactory(station=station, state=OperationState.ACCEPTED, answer="Accepted")
    assert page(viewer, URL).count("Accepted</span>") == 1


@pytest.mark.parametrize(
    "query",
    [
        {"station": "OURS-1"},
        {"action": "reboot"},
        {"state": "accepted"},
        {"effect": "seen"},
        {"who": "admin"},
        {"source": "api"},
        {"since": "2026-03-01T11:00", "until": "2026-03-01T13:00"},
    ],
)
def test_filter_finds_the_one(superuser, world, station, query):
    OperationFactory(station=world.theirs.station, actor=world.operator)
    found = OperationFactory(
        station=station,
        action="reboot",
        state=OperationState.ACCEPTED,
        effect=EffectState.SEEN,
        actor=world.administrator,
        source=OperationSource.API,
    )
    Operation.objects.filter(pk=found.pk).update(requested_at=NOON)
    assert rows(superuser.get(URL, query)) == [found.pk]


def test_every_action_can_be_filtered_for(viewer):
    choices = dict(viewer.get(URL).context["filter"].form.fields["action"].choices)
    assert choices.keys() >= {action.name for action in actions()}


def test_newest_come_first_and_order_can_be_changed(viewer, station):
    first, second = (
        OperationFactory(station=station, action="reset"),
        OperationFactory(station=station, action="reboot"),
    )
    assert rows(viewer.get(URL)) == [second.pk, first.pk]
    assert rows(viewer.get(URL, {"sort": "requested_at"})) == [first.pk, second.pk]
    assert rows(viewer.get(URL, {"sort": "action"})) == [second.pk, first.pk]


def test_pages_hold_so_many(viewer, station):
    OperationFactory.create_batch(30, station=station)
    assert len(rows(viewer.get(URL))) == 25
    assert len(rows(viewer.get(URL, {"page": 2}))) == 5


def test_empty_lists_say_what_to_do(viewer, station):
    assert "No operation yet" in page(viewer, URL)
    assert "No operation matches the filter" in page(viewer, f"{URL}?who=nobody")
    assert "No operation yet" in page(viewer, reverse("stations:tab", args=[station.pk, "operations"]))


def test_strangers_find_nothing(stranger, station):
    operation = OperationFactory(station=station)
    assert rows(stranger.get(URL)) == []
    assert "reset" not in b"".join(stranger.get(URL, {"export": "csv"})).decode()
    assert stranger.get(detail(operation)).status_code == 404
    assert stranger.post(reverse("operations:cancel", args=[operation.pk])).status_code == 404


def test_csv_has_every_row_and_no_secret(viewer, world, station):
    OperationFactory(
        station=station,
        actor=world.operator,
        reason="=cmd()",
        parameters={"payload": {"key": "AuthorizationKey", "value": "geheim"}},
    )
    header, row = b"".join(viewer.get(URL, {"export": "csv"})).decode().splitlines()
    assert header.startswith("id,requested_at,station,action,parameters,state")
    assert "'=cmd()" in row
    assert "operator" in row
    assert "geheim" not in row


def test_the_tab_has_the_station_s_own(viewer, world, station):
    ours, theirs = OperationFactory(station=station), OperationFactory(station=world.theirs.station)
    text = page(viewer, reverse("stations:tab", args=[station.pk, "operations"]))
    assert detail(ours) in text
    assert detail(theirs) not in text


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_rows(viewer, world, station, django_assert_num_queries, count):
    OperationFactory.create_batch(count, station=station, actor=world.operator)
    with django_assert_num_queries(4):
        viewer.get(URL)


# The page of one


def test_page_tells_the_whole_story(viewer, world, station):
    operation = OperationFactory(
        station=station,
        actor=world.operator,
        reason="Screen frozen",
        state=OperationState.ACCEPTED,
        answer="Accepted",
        requests=[["Reset", {"type": "Hard"}]],
        responses=[{"status": "Accepted"}],
        sent_at=NOON,
        settled_at=NOON + timedelta(seconds=2),
        effect=EffectState.SEEN,
        effect_note="Booted after 31 seconds.",
        effect_at=NOON + timedelta(seconds=31),
    )
    text = page(viewer, detail(operation))
    for shown in ("OURS-1", "operator", "Screen frozen", '"type": "Hard"', "Booted after 31 seconds.", "12:00:02"):
        assert shown in text
    assert "/log/?station=OURS-1&since=2026-03-01T11%3A59&action=Reset&until=2026-03-01T12%3A01" in text


@pytest.mark.parametrize("state", OperationState)
@pytest.mark.parametrize("effect", EffectState)
def test_every_state_has_a_page(viewer, station, state, effect):
    operation = OperationFactory(
        station=station, state=state, effect=effect, error="Line cut" if state == "failed" else ""
    )
    text = page(viewer, detail(operation))
    assert f"{state.label}</span>" in text
    assert outcome(operation) in text


def test_an_odd_operation_has_a_page(viewer, station):
    operation = OperationFactory(
        station=station,
        action="no-longer-there",
        parameters={"text": HOSTILE},
        reason=HOSTILE,
        error=HOSTILE,
        answer="<script>alert",
        effect_note=HOSTILE,
        requests=[["Odd", {"a": HOSTILE}], ["More", {}]],
        responses=[HOSTILE, [1], None, 7],
    )
    response = viewer.get(detail(operation))
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert viewer.get(URL).status_code == 200


def test_secrets_are_masked(viewer, station):
    secret = {"key": "AuthorizationKey", "value": "geheim"}
    operation = OperationFactory(
        station=station, parameters={"payload": secret}, requests=[["ChangeConfiguration", secret]]
    )
    text = page(viewer, detail(operation))
    assert "geheim" not in text
    assert MASK in text


def test_a_composite_schedule_is_a_table(viewer, station):
    response = {
        "status": "Accepted",
        "scheduleStart": "2026-03-01T12:00:00Z",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 16.0, "numberPhases": 3},
                {"startPeriod": 900, "limit": 8.5},
            ],
        },
    }
    operation = OperationFactory(
        station=station,
        action="get-composite-schedule",
        state=OperationState.ACCEPTED,
        requests=[["GetCompositeSchedule", {"connectorId": 0, "duration": 3600}]],
        responses=[response],
    )
    text = page(viewer, detail(operation))
    for shown in ("16.0 A", "8.5 A", "12:15:00"):
        assert shown in text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON, JSON, JSON)
def test_no_answer_breaks_the_table(schedule, periods, start):
    composite_schedule(schedule)
    composite_schedule({"chargingSchedule": schedule, "scheduleStart": start})
    composite_schedule({"chargingSchedule": {"chargingSchedulePeriod": periods}, "scheduleStart": start})
    composite_schedule(
        {"chargingSchedule": {"chargingSchedulePeriod": [{"startPeriod": start}]}, "scheduleStart": "2099-12-31T23:59Z"}
    )


def test_htmx_gets_the_progress_alone(viewer, station):
    operation = OperationFactory(station=station)
    part = viewer.get(detail(operation), headers={"HX-Request": "true", "HX-Target": "operation-progress"})
    assert part.text.strip().startswith('<div id="operation-progress"')
    assert "load delay:2s" in part.text
    Operation.objects.filter(pk=operation.pk).update(state=OperationState.ACCEPTED)
    part = viewer.get(detail(operation), headers={"HX-Request": "true", "HX-Target": "operation-progress"})
    assert "load delay:2s" not in part.text


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ["done", "now", "ahead"]),
        ({"state": "sent", "sent_at": NOON}, ["done", "done", "now"]),
        ({"state": "accepted", "sent_at": NOON, "settled_at": NOON}, ["done", "done", "done"]),
        ({"state": "accepted", "settled_at": NOON, "effect": "awaited"}, ["done", "done", "done", "now"]),
        ({"state": "accepted", "settled_at": NOON, "effect": "seen"}, ["done", "done", "done", "done"]),
        ({"state": "cancelled", "settled_at": NOON}, ["done", "done"]),
        ({"state": "accepted", "settled_at": NOON, "requests": []}, ["done"]),
    ],
)
def test_steps_tell_how_far_it_is(fields, expected):
    assert [step.state for step in steps(OperationFactory.build(station=None, **fields))] == expected


# Withdrawing and doing it again


def test_an_operation_that_waits_is_cancelled(operator, station):
    operation = OperationFactory(station=station)
    assert "Cancel the operation" in page(operator, detail(operation))
    answer = operator.post(reverse("operations:cancel", args=[operation.pk]), follow=True)
    assert "The operation was cancelled." in answer.text
    operation.refresh_from_db()
    assert operation.state == OperationState.CANCELLED


def test_one_that_was_sent_is_not(operator, station):
    operation = OperationFactory(station=station, state=OperationState.SENT)
    assert "Cancel the operation" not in page(operator, detail(operation))
    assert "too late" in operator.post(reverse("operations:cancel", args=[operation.pk]), follow=True).text
    operation.refresh_from_db()
    assert operation.state == OperationState.SENT


def test_the_dialog_shows_what_became_of_it(operator, station):
    operation = OperationFactory(station=station)
    answer = operator.post(
        reverse("operations:cancel", args=[operation.pk]),
        headers={"HX-Request": "true", "HX-Target": "operation-progress"},
    )
    assert answer.text.strip().startswith('<div id="operation-progress"')
    assert "Cancelled" in answer.text


def test_viewers_may_only_look(viewer, station):
    operation = OperationFactory(station=station)
    text = page(viewer, detail(operation))
    assert "Cancel the operation" not in text
    assert "Do it again" not in text
    assert viewer.post(reverse("operations:cancel", args=[operation.pk])).status_code == 403
    operation.refresh_from_db()
    assert operation.state == OperationState.QUEUED


def test_again_leads_to_the_same_dialog(operator, station):
    operation = OperationFactory(station=station, parameters={})
    assert f"/stations/{station.pk}/actions/reset/?again={operation.pk}" in page(operator, detail(operation))


# Words


def test_every_answer_a_station_may_give_is_explained():
    for message in dialect_of("1.6").messages():
        for word in words_of(f"{message}Response"):
            operation = Operation(answer=word, requests=[[message, {}]], responses=[{"status": word}])
            assert isinstance(word_of(operation), AnswerWord), (message, word)
            assert meaning_of(operation), (message, word)


def words_of(message: str) -> list[str]:
    """Every status the schema of an answer knows."""
    text = files("ocpp").joinpath("v16", "schemas", f"{message}.json").read_text(encoding="utf-8-sig")
    schema = orjson.loads(text)
    status = schema["properties"].get("status", {})
    if "$ref" in status:
        status = schema["definitions"][status["$ref"].rpartition("/")[2]]
    return status.get("enum", [])


def test_meanings_are_about_messages_and_words_there_are():
    for message, word in MEANINGS:
        assert word in words_of(f"{message}Response"), (message, word)


def test_a_word_nobody_knows_stands_as_it_is():
    operation = Operation(answer="Maybe", requests=[["Reset", {}]], responses=[{"status": "Maybe"}])
    assert (word_of(operation), meaning_of(operation)) == ("Maybe", "")


def test_messages_without_answers_are_shown_too():
    operation = Operation(requests=[["A", {}], ["B", {}]], responses=[{"status": "Accepted"}])
    assert [(e.message, e.answer is None) for e in exchanges_of(operation)] == [("A", False), ("B", True)]
