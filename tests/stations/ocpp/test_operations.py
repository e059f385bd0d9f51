"""Operations on their way to a real station: in order, at most once, and truthful about what came of them."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from stations.enums import OperationState
from stations.models import Capabilities, ChargingSession, Operation
from stations.services.operation_upkeep import expire_operations
from stations.services.operations import cancel_operations
from tests.stations.ocpp.asking import ask, asked, nothing_more, settled
from tests.stations.ocpp.conftest import booted
from tests.support.servers import Endpoint, running

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_operation_is_sent_and_its_answer_kept(station, journal):
    operation = ask(station, "clear-cache")
    message_id, message, payload = await asked(station)
    assert (message, payload) == ("ClearCache", {})
    sent = settled(operation, OperationState.SENT)
    assert sent.sent_at is not None
    await station.answer(message_id, {"status": "Accepted"})
    done = settled(operation, OperationState.ACCEPTED)
    assert (done.answer, done.responses, done.error) == ("Accepted", [{"status": "Accepted"}], "")
    assert done.settled_at >= done.sent_at >= done.requested_at
    kept = journal(station, action="ClearCache")
    assert (kept.direction, kept.outcome, kept.message_id) == ("out", "result", message_id)


@pytest.mark.parametrize(
    ("content", "state", "word"),
    [
        ({"status": "Rejected"}, OperationState.REJECTED, "Rejected"),
        ({"status": "Perhaps"}, OperationState.FAILED, ""),
        ({}, OperationState.FAILED, ""),
        ([], OperationState.FAILED, ""),
        (None, OperationState.FAILED, ""),
        ("Accepted", OperationState.FAILED, ""),
        ({"status": "Accepted\x00"}, OperationState.FAILED, ""),
    ],
)
async def test_answers_are_judged_by_what_they_say(station, content, state, word):
    operation = ask(station, "clear-cache")
    message_id, _message, _payload = await asked(station)
    await station.answer(message_id, content)
    done = settled(operation, state)
    assert done.answer == word
    assert bool(done.error) == (state == OperationState.FAILED)
    await nothing_more(station)


async def test_error_answer_fails_and_the_queue_goes_on(station):
    first, second = ask(station, "clear-cache"), ask(station, "reset")
    message_id, _message, _payload = await asked(station)
    await station.refuse(message_id, "InternalError", "out of order")
    failed = settled(first, OperationState.FAILED)
    assert (failed.answer, failed.error) == ("InternalError", "out of order")
    message_id, message, payload = await asked(station)
    assert (message, payload) == ("Reset", {"type": "Soft"})
    await station.answer(message_id, {"status": "Accepted"})
    settled(second, OperationState.ACCEPTED)


@pytest.mark.parametrize("code", ["NotImplemented", "NotSupported"])
async def test_station_that_does_not_know_a_message_is_not_asked_again(station, code, row_of):
    operation = ask(station, "clear-cache")
    message_id, _message, _payload = await asked(station)
    await station.refuse(message_id, code)
    settled(operation, OperationState.FAILED)
    assert Capabilities.objects.get(station=row_of(station)).refused_messages == ["ClearCache"]
    with pytest.raises(Exception, match="does not know ClearCache"):
        ask(station, "clear-cache")


async def test_one_is_outstanding_stops_go_first_then_starts_then_the_rest_by_age(station, row_of):
    await station.call("StatusNotification", {"connectorId": 1, "status": "Available", "errorCode": "NoError"})
    started = await station.call(
        "StartTransaction",
        {"connectorId": 1, "idTag": "ANY", "meterStart": 0, "timestamp": timezone.now().isoformat()},
    )
    await station.call("StatusNotification", {"connectorId": 2, "status": "Available", "errorCode": "NoError"})
    running = ask(station, "clear-cache")
    message_id, *_rest = await asked(station)
    waiting = [
        ask(station, "reset"),
        ask(station, "clear-cache"),
        ask(station, "remote-start", badge="ANY", connector=2),
        ask(station, "remote-stop", transaction_id=str(started["transactionId"])),
    ]
    await nothing_more(station)
    assert {operation.state for operation in Operation.objects.filter(pk__in=[o.pk for o in waiting])} == {"queued"}
    order = []
    for _ in range(5):
        await station.answer(message_id, {"status": "Accepted"})
        if len(order) == 4:
            break
        message_id, message, _payload = await asked(station)
        order.append(message)
    assert order == ["RemoteStopTransaction", "RemoteStartTransaction", "Reset", "ClearCache"]
    for operation in [running, *waiting]:
        settled(operation, OperationState.ACCEPTED)
    assert ChargingSession.objects.filter(station=row_of(station)).count() == 1


async def test_lost_connection_leaves_the_outcome_unknown_and_nothing_is_sent_twice(url, identity):
    async with booted(url, identity) as guest:
        sent, waiting = ask(guest, "reset"), ask(guest, "clear-cache")
        assert (await asked(guest))[1] == "Reset"
    lost = settled(sent, OperationState.TIMED_OUT)
    assert "connection was lost" in lost.error
    assert Operation.objects.get(pk=waiting.pk).state == OperationState.QUEUED
    async with booted(url, identity) as guest:
        message_id, message, _payload = await asked(guest)
        assert message == "ClearCache"
        await guest.answer(message_id, {"status": "Accepted"})
        settled(waiting, OperationState.ACCEPTED)
        await nothing_more(guest)


async def test_answer_sent_with_the_last_breath_counts(url, identity):
    async with booted(url, identity) as guest:
        operation = ask(guest, "reset")
        message_id, *_rest = await asked(guest)
        async with asyncio.TaskGroup() as burst:
            burst.create_task(guest.send_raw('[2,"busy","Heartbeat",{}]'))
            burst.create_task(guest.answer(message_id, {"status": "Accepted"}))
            burst.create_task(guest.socket.close())
    settled(operation, OperationState.ACCEPTED)


async def test_cancelled_and_late_operations_are_never_sent(url, identity):
    async with booted(url, identity) as guest:
        sent = ask(guest, "clear-cache")
        message_id, *_rest = await asked(guest)
        cancelled, late = ask(guest, "reset"), ask(guest, "reboot")
        assert cancel_operations(Operation.objects.filter(pk__in=[sent.pk, cancelled.pk]), actor="somebody") == 1
        Operation.objects.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        assert expire_operations() == 1
        await guest.answer(message_id, {"status": "Accepted"})
        settled(sent, OperationState.ACCEPTED)
        assert "somebody" in settled(cancelled, OperationState.CANCELLED).error
        assert settled(late, OperationState.CANCELLED).error
        await nothing_more(guest)


async def test_operation_due_later_waits(station):
    operation = ask(station, "clear-cache")
    message_id, *_rest = await asked(station)
    later = ask(station, "reset")
    Operation.objects.filter(pk=later.pk).update(due_at=timezone.now() + timedelta(hours=1))
    await station.answer(message_id, {"status": "Accepted"})
    settled(operation, OperationState.ACCEPTED)
    await nothing_more(station)
    Operation.objects.filter(pk=later.pk).update(due_at=timezone.now())
    assert (await asked(station))[1] == "Reset"  # the sweep finds it without a bell


async def test_fifty_requests_at_once_stay_in_order(station):
    operations = [ask(station, "data-transfer", vendor_id="v", data=str(number)) for number in range(50)]
    heard = []
    for _ in operations:
        message_id, _message, payload = await asked(station)
        heard.append(int(payload["data"]))
        await station.answer(message_id, {"status": "Accepted"})
    assert heard == list(range(50))
    settled(operations[-1], OperationState.ACCEPTED)


async def test_secrets_are_masked_once_they_are_sent(station):
    payload = {"key": "AuthorizationKey", "value": "0123456789abcdef0123"}
    operation = ask(station, "ocpp-call", message="ChangeConfiguration", payload=payload)
    message_id, message, got = await asked(station)
    assert (message, got) == ("ChangeConfiguration", payload)
    await station.answer(message_id, {"status": "Accepted"})
    done = settled(operation, OperationState.ACCEPTED)
    assert "0123456789abcdef0123" not in json.dumps([done.parameters, done.requests, done.details])
    assert Operation.objects.filter(pk=done.pk).values_list("requests", flat=True)[0][0][1]["key"] == "AuthorizationKey"


async def test_several_messages_go_one_after_the_other(station, row_of):
    operation = ask(station, "send-local-list")
    message_id, message, payload = await asked(station)
    assert (message, payload["updateType"]) == ("SendLocalList", "Full")
    await station.answer(message_id, {"status": "Accepted"})
    message_id, message, _payload = await asked(station)
    assert message == "GetLocalListVersion"
    assert Operation.objects.get(pk=operation.pk).responses == [{"status": "Accepted"}]
    await station.answer(message_id, {"listVersion": payload["listVersion"]})
    done = settled(operation, OperationState.ACCEPTED)
    assert done.responses == [{"status": "Accepted"}, {"listVersion": payload["listVersion"]}]


async def test_declined_message_ends_the_row_of_messages(station):
    operation = ask(station, "send-local-list")
    message_id, *_rest = await asked(station)
    await station.answer(message_id, {"status": "VersionMismatch"})
    assert settled(operation, OperationState.REJECTED).answer == "VersionMismatch"
    await nothing_more(station)


@pytest.fixture(scope="module")
def impatient(live_database, tmp_path_factory) -> Iterator[Endpoint]:
    """An endpoint that waits half a second for answers."""
    yield from running(Endpoint("ocpp_endpoint", tmp_path_factory.mktemp("impatient"), OCPP_CALL_TIMEOUT=0.5))


async def test_silence_ends_as_unknown_and_the_late_answer_is_noted(impatient, live_world, identity):
    url = impatient.url(live_world.ours.secret, "").rstrip("/")
    async with booted(url, identity) as guest:
        silent, after = ask(guest, "reset"), ask(guest, "clear-cache")
        late_id, *_rest = await asked(guest)
        message_id, message, _payload = await asked(guest)
        assert message == "ClearCache"
        assert "No answer within 0.5 seconds" in settled(silent, OperationState.TIMED_OUT).error
        await guest.answer(late_id, {"status": "Accepted"})
        await guest.answer(message_id, {"status": "Rejected"})
        settled(after, OperationState.REJECTED)
        noted = Operation.objects.get(pk=silent.pk)
        assert (noted.state, noted.responses) == (OperationState.TIMED_OUT, [{"status": "Accepted"}])
        assert "late: Accepted" in noted.error
