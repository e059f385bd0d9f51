"""What OCPP 1.6 has for words: of ours for stations, of theirs for us."""

import json

import pytest

from stations.commands import InvalidRequest, NotSupported, RawCall, dialect_of
from stations.enums import OperationState

DIALECT = dialect_of("1.6")
ACCEPTED, REJECTED, FAILED = OperationState.ACCEPTED, OperationState.REJECTED, OperationState.FAILED


@pytest.mark.parametrize(
    ("message", "payload", "state"),
    [
        ("Reset", {"status": "Accepted"}, ACCEPTED),
        ("Reset", {"status": "Rejected"}, REJECTED),
        ("ChangeAvailability", {"status": "Scheduled"}, ACCEPTED),
        ("UnlockConnector", {"status": "Unlocked"}, ACCEPTED),
        ("UnlockConnector", {"status": "UnlockFailed"}, REJECTED),
        ("UnlockConnector", {"status": "NotSupported"}, REJECTED),
        ("ChangeConfiguration", {"status": "RebootRequired"}, ACCEPTED),
        ("ChangeConfiguration", {"status": "NotSupported"}, REJECTED),
        ("ReserveNow", {"status": "Occupied"}, REJECTED),
        ("TriggerMessage", {"status": "NotImplemented"}, REJECTED),
        ("SendLocalList", {"status": "VersionMismatch"}, REJECTED),
        ("DataTransfer", {"status": "UnknownVendorId"}, REJECTED),
        ("ClearChargingProfile", {"status": "Unknown"}, REJECTED),
        ("SetChargingProfile", {"status": "NotSupported"}, REJECTED),
    ],
)
def test_status_is_kept_in_the_stations_word(message, payload, state):
    verdict = DIALECT.verdict(message, payload)
    assert (verdict.state, verdict.word, verdict.error) == (state, payload["status"], "")
    assert not verdict.is_unsupported


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        ("GetConfiguration", {"configurationKey": [], "unknownKey": ["x"]}),
        ("GetConfiguration", {}),
        ("GetLocalListVersion", {"listVersion": -1}),
        ("GetDiagnostics", {}),
        ("UpdateFirmware", {}),
    ],
)
def test_answer_without_a_status_agrees(message, payload):
    assert DIALECT.verdict(message, payload)[:3] == (ACCEPTED, "", "")


@pytest.mark.parametrize(
    ("message", "payload"),
    [("Reset", {}), ("Reset", {"status": "Later"}), ("Reset", []), ("Reset", None), ("GetLocalListVersion", {})],
)
def test_answer_that_breaks_its_schema_is_an_error(message, payload):
    verdict = DIALECT.verdict(message, payload)
    assert verdict.state == FAILED
    assert "does not fit its schema" in verdict.error


def test_only_the_local_list_is_unsupported_by_a_status():
    assert DIALECT.verdict("SendLocalList", {"status": "NotSupported"}).is_unsupported


@pytest.mark.parametrize(
    ("code", "is_unsupported"),
    [("NotImplemented", True), ("NotSupported", True), ("InternalError", False), ("FormationViolation", False)],
)
def test_error_says_whether_the_message_is_known(code, is_unsupported):
    verdict = DIALECT.refusal("Reset", code, "Sorry")
    assert (verdict.state, verdict.word, verdict.error, verdict.is_unsupported) == (
        FAILED,
        code,
        "Sorry",
        is_unsupported,
    )


@pytest.mark.parametrize("message", DIALECT.messages())
def test_every_message_has_a_schema_to_show(message):
    assert json.loads(json.dumps(DIALECT.schema(message)))["type"] == "object"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (RawCall("Reset", {}), "type"),
        (RawCall("Reset", {"type": "Soft", "more": 1}), "more"),
        (RawCall("Authorize", {"idTag": "A"}), "no message"),
        (RawCall("Nonsense", {}), "no message"),
        (RawCall("ReserveNow", {"connectorId": "1"}), "connectorId"),
    ],
)
def test_request_that_breaks_its_schema_is_refused(call, error):
    with pytest.raises(InvalidRequest, match=error):
        DIALECT.requests(call)


def test_command_without_words():
    with pytest.raises(NotSupported):
        DIALECT.requests(object())
    assert not DIALECT.supports(object)
