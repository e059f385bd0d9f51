"""What stations answer about their configuration keys, mended where it does no harm."""

import pytest

from stations.commands import ReportedParameter, dialect_of
from stations.enums import OperationState, PushOutcome
from stations.ocpp.v16_parameters import mended, reported, written


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"key": "A", "readonly": False, "value": "1"}, ReportedParameter("A", "1", False)),
        ({"key": "A", "readonly": True, "value": None}, ReportedParameter("A", None, True)),
        ({"key": "A", "readonly": "True", "value": 60}, ReportedParameter("A", "60", True)),
        ({"key": "A", "readonly": "false", "value": True}, ReportedParameter("A", "true", False)),
        ({"key": "A", "value": "x" * 600}, ReportedParameter("A", "x" * 600, False)),
        ({"key": "A", "readonly": False, "vendor": "more"}, ReportedParameter("A", None, False)),
    ],
)
def test_slips_of_stations_are_mended(entry, found):
    answer = mended({"configurationKey": [entry]})
    assert reported([answer]) == [found]
    assert dialect_of("1.6").verdict("GetConfiguration", answer).state == OperationState.ACCEPTED


@pytest.mark.parametrize(
    "answer", [{}, {"configurationKey": None}, {"configurationKey": [7, {}, {"key": " "}, {"key": 1}]}]
)
def test_answers_with_nothing_to_learn_are_no_trouble(answer):
    assert reported([mended(answer)]) == []


@pytest.mark.parametrize("answer", [None, [], "Accepted"])
def test_what_is_no_answer_at_all_fails(answer):
    verdict = dialect_of("1.6").verdict("GetConfiguration", mended(answer))
    assert verdict.state == OperationState.FAILED


def test_key_reported_twice_counts_as_reported_last():
    answers = [mended({"configurationKey": [{"key": key, "value": value}]}) for key, value in (("A", "1"), ("a", "2"))]
    assert reported(answers) == [ReportedParameter("a", "2", False)]


def test_every_answer_is_the_outcome_of_its_own_key():
    requests = [["ChangeConfiguration", {"key": key, "value": "1"}] for key in "ABCDE"]
    answers = [
        {"status": "Accepted"},
        {"status": "RebootRequired"},
        {"error": "InternalError: no"},
        {"status": "Perhaps"},
    ]
    assert [(each.key, each.outcome) for each in written(requests, answers)] == [
        ("A", PushOutcome.ACCEPTED),
        ("B", PushOutcome.REBOOT_REQUIRED),
        ("C", PushOutcome.FAILED),
        ("D", PushOutcome.FAILED),
    ]


@pytest.mark.parametrize("answer", [None, [], "Accepted", {"status": ["Accepted"]}])
def test_answers_of_another_shape_are_failures_of_their_key_alone(answer):
    requests = [["ChangeConfiguration", {"key": key, "value": "1"}] for key in "AB"]
    found = written(requests, [answer, {"status": "Accepted"}])
    assert [each.outcome for each in found] == [PushOutcome.FAILED, PushOutcome.ACCEPTED]
