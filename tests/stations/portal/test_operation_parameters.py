"""The page of an operation says what came of every parameter."""

import pytest

from stations.configuration.changes import MASK
from stations.enums import OperationState, PushOutcome
from stations.portal.operation_parameters import read_parameters, written_parameters
from tests.support.factories import MOMENT, OperationFactory


def change(key: str, value: str) -> list:
    return ["ChangeConfiguration", {"key": key, "value": value}]


@pytest.fixture
def writing(world):
    requests = [change("A", "1"), change("AuthorizationKey", "hunter2"), change("C", "3"), change("D", "4")]
    return OperationFactory.build(
        station=world.ours.station, action="push-parameters", ocpp_version="1.6", requests=requests,
        responses=[{"status": "Accepted"}, {"status": "RebootRequired"}],
    )  # fmt: skip


def outcomes(operation) -> list:
    return [each.outcome for each in written_parameters(operation)]


def test_each_written_value_has_its_outcome_and_secrets_are_hidden(writing):
    writing.state, writing.sent_at = OperationState.SENT, MOMENT
    assert outcomes(writing) == [PushOutcome.ACCEPTED, PushOutcome.REBOOT_REQUIRED, None, None]
    assert [each.value for each in written_parameters(writing)] == ["1", MASK, "3", "4"]


def test_what_got_no_answer_is_told_from_what_was_never_sent(writing):
    writing.state, writing.sent_at = OperationState.FAILED, MOMENT
    assert outcomes(writing)[2:] == [PushOutcome.UNKNOWN, PushOutcome.NOT_SENT]
    writing.sent_at, writing.responses = None, []
    assert set(outcomes(writing)) == {PushOutcome.NOT_SENT}


def test_the_page_lists_what_was_written(viewer, writing):
    writing.save()
    text = viewer.get(f"/operations/{writing.pk}/").text
    assert "What came of each value" in text
    assert "Reboot required" in text
    assert "hunter2" not in text


def test_the_page_lists_what_was_read(viewer, world):
    answers = [
        {"configurationKey": [{"key": "Zeta", "readonly": True, "value": "9"}], "unknownKey": ["Odd"]},
        {"error": "InternalError"},
        {"configurationKey": [{"key": "AuthorizationKey", "readonly": False, "value": "hunter2"}]},
    ]
    operation = OperationFactory(
        station=world.ours.station, action="pull-parameters", ocpp_version="1.6", responses=answers
    )
    assert [(each.key, each.value) for each in read_parameters(operation)] == [
        ("AuthorizationKey", MASK),
        ("Zeta", "9"),
    ]
    text = viewer.get(f"/operations/{operation.pk}/").text
    assert "What the station reported" in text
    assert "hunter2" not in text
