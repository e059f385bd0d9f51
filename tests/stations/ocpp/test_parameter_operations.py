"""Many parameters in one operation, over a real socket: each gets its answer, and none keeps the others waiting."""

import pytest

from stations.enums import OperationState, PushOutcome
from stations.models import Capabilities, OcppParameter
from stations.services.operation_upkeep import follow_effects
from tests.stations.ocpp.asking import ask, asked, nothing_more, settled
from tests.stations.ocpp.conftest import booted

pytestmark = pytest.mark.asyncio(loop_scope="module")


def outcomes(station) -> dict[str, str]:
    follow_effects()
    return dict(OcppParameter.objects.filter(station=station).values_list("key", "push_outcome"))


async def test_declined_value_does_not_keep_the_next_ones_from_being_sent(station, row_of):
    operation = ask(station, "set-parameters", values={"A": "1", "B": "2", "C": "3"})
    for key, answer in (("A", {"status": "Rejected"}), ("B", None), ("C", {"status": "Accepted"})):
        message_id, message, payload = await asked(station)
        assert (message, payload["key"]) == ("ChangeConfiguration", key)
        await (station.answer(message_id, answer) if answer else station.refuse(message_id, "InternalError", "no"))
    done = settled(operation, OperationState.REJECTED)
    assert done.error == "2 of 3 messages were not agreed to."
    assert done.responses == [{"status": "Rejected"}, {"error": "InternalError: no"}, {"status": "Accepted"}]
    assert outcomes(row_of(station)) == {
        "A": PushOutcome.REJECTED, "B": PushOutcome.FAILED, "C": PushOutcome.ACCEPTED
    }  # fmt: skip
    await nothing_more(station)


async def test_all_taken_is_accepted(station, row_of):
    operation = ask(station, "set-parameters", values={"A": "1", "B": "2"})
    for answer in ("Accepted", "RebootRequired"):
        message_id, *_rest = await asked(station)
        await station.answer(message_id, {"status": answer})
    assert settled(operation, OperationState.ACCEPTED).error == ""
    assert outcomes(row_of(station)) == {"A": "accepted", "B": "reboot_required"}


async def test_station_without_words_for_it_is_not_asked_again(station, row_of):
    operation = ask(station, "pull-parameters")
    message_id, *_rest = await asked(station)
    await station.refuse(message_id, "NotImplemented")
    settled(operation, OperationState.FAILED)
    assert Capabilities.objects.get(station=row_of(station)).refused_messages == ["GetConfiguration"]
    with pytest.raises(Exception, match="does not know GetConfiguration"):
        ask(station, "pull-parameters")


async def test_station_gone_midway_is_told_value_by_value(url, identity, row_of):
    async with booted(url, identity) as guest:
        operation = ask(guest, "set-parameters", values={"A": "1", "B": "2", "C": "3"})
        message_id, *_rest = await asked(guest)
        await guest.answer(message_id, {"status": "Accepted"})
        await asked(guest)
    settled(operation, OperationState.TIMED_OUT)
    station = row_of(guest)
    assert outcomes(station) == {"A": "accepted", "B": "unknown", "C": "not_sent"}
    station.refresh_from_db()
    assert station.configuration.pushes_left == 3


async def test_values_that_are_null_or_no_text_are_read_all_the_same(station, row_of):
    operation = ask(station, "pull-parameters")
    message_id, *_rest = await asked(station)
    entries = [
        {"key": "A", "readonly": False, "value": None},
        {"key": "B", "readonly": "true", "value": 7},
        {"key": "C\x00", "readonly": False, "value": "c"},
    ]
    await station.answer(message_id, {"configurationKey": entries})
    settled(operation, OperationState.ACCEPTED)
    follow_effects()
    found = OcppParameter.objects.filter(station=row_of(station)).order_by("key")
    assert [(row.key, row.reported_value, row.read_only) for row in found] == [
        ("A", None, False), ("B", "7", True), ("C", "c", False)
    ]  # fmt: skip
