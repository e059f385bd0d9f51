"""What the values of a parameter together mean, and what has to be sent."""

import pytest

from stations.configuration.parameters import assess, to_push
from stations.enums import ParameterStatus, PushOutcome
from stations.models import OcppParameter

TYPES = {"Flag": "boolean"}


def parameter(key: str = "MeterValueSampleInterval", **values) -> OcppParameter:
    row = OcppParameter(key=key, key_lower=key.lower(), **values)
    assess(row, TYPES)
    return row


@pytest.mark.parametrize(
    ("wanted", "recommended", "reported", "status", "differs", "drifts"),
    [
        (None, None, "10", ParameterStatus.REPORTED, False, False),
        ("60", None, "10", ParameterStatus.ADDED_BY_USER, True, False),
        ("60", "60", "60", ParameterStatus.ADDED_BY_SYSTEM, False, False),
        ("60", "060", " 60", ParameterStatus.ADDED_BY_SYSTEM, False, False),
        ("60", "60", None, ParameterStatus.ADDED_BY_SYSTEM, True, False),
        ("30", "60", "60", ParameterStatus.SYSTEM_VALUE_OVERWRITTEN, True, False),
        ("30", "60", "30", ParameterStatus.SYSTEM_VALUE_OVERWRITTEN, False, True),
        (None, "60", "30", ParameterStatus.SYSTEM_VALUE_OVERWRITTEN, False, True),
    ],
)
def test_values_say_where_the_active_one_comes_from(wanted, recommended, reported, status, differs, drifts):
    row = parameter(wanted_value=wanted, recommended_value=recommended, reported_value=reported)
    assert (row.status, row.differs, row.drifts) == (status, differs, drifts)


def test_booleans_are_compared_by_meaning_also_of_keys_only_the_catalogue_knows():
    assert not parameter("Flag", wanted_value="true", recommended_value="True", reported_value="1").differs
    assert parameter("Other", wanted_value="true", reported_value="1").differs


def test_secret_counts_as_sent_by_the_station_s_last_answer():
    secret = {"key": "AuthorizationKey", "wanted_value": "s", "reported_value": None}
    assert parameter(**secret).differs
    assert not parameter(**secret, push_outcome=PushOutcome.ACCEPTED).differs
    assert parameter(**secret, push_outcome=PushOutcome.REJECTED).differs


def test_value_that_waits_for_a_reboot_is_not_sent_again():
    row = parameter(wanted_value="60", reported_value="10", push_outcome="reboot_required", awaits_reboot=True)
    assert not row.differs


def test_what_differs_is_sent_in_the_station_s_spelling_and_what_was_not_answered_comes_last():
    rows = [
        parameter("A", wanted_value="1", push_outcome=PushOutcome.UNKNOWN),
        parameter("Flag", wanted_value="true", reported_value="0"),
        parameter("ReadOnly", wanted_value="1", reported_value="2", read_only=True),
        parameter("Same", wanted_value="1", reported_value="1"),
        parameter("Z", wanted_value="1", reported_value="2", push_outcome=PushOutcome.REJECTED),
    ]
    assert to_push(rows, TYPES) == [("Flag", "1"), ("Z", "1"), ("A", "1")]
