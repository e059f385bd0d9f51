"""Values of parameters: what counts as the same, in whose spelling they are sent, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.catalogue.standard_keys import HINTS, KeyHint
from stations.catalogue.values import SPELLINGS, key_problem, problem, same, spelt_like

KINDS = st.sampled_from(["boolean", "integer", "decimal", "list", "text"])
WORDS = st.sampled_from(
    ["true", "True", "1", "1.0", "01", " on", "off", "0", "-0", "False", "a,b", "B, a", "", " ", "x"]
)
VALUES = WORDS | st.text(max_size=12) | st.integers().map(str)
BOOLEANS = st.sampled_from([word for pair in SPELLINGS for word in pair])


@given(KINDS, VALUES, VALUES, VALUES)
def test_the_same_is_an_equivalence(kind, one, two, three):
    assert same(kind, one, one)
    assert same(kind, one, two) == same(kind, two, one)
    assert not (same(kind, one, two) and same(kind, two, three)) or same(kind, one, three)


@pytest.mark.parametrize("kind", ["integer", "list", "text"])
def test_only_a_boolean_is_true_in_several_words(kind):
    assert same("boolean", "true", "True")
    assert same("boolean", "TRUE", "1")
    assert not same("boolean", "1", "0")
    assert not same(kind, "true", "1")


def test_numbers_are_compared_by_size_and_lists_as_sets():
    assert same("integer", "060", "60")
    assert same("decimal", "1.50", "1.5")
    assert not same("text", "060", "60")
    assert same("list", "SoC,Voltage", "voltage, SoC")
    assert not same("list", "SoC", "SoC,Voltage")
    assert not same("integer", "1_0", "10")


@given(BOOLEANS, BOOLEANS)
def test_a_boolean_is_sent_in_the_words_of_the_station(reported, value):
    sent = spelt_like("boolean", reported, value)
    assert same("boolean", sent, value)
    assert any(sent in pair and reported in pair for pair in SPELLINGS)


@given(KINDS, st.none() | VALUES, VALUES)
def test_spelling_never_changes_what_is_meant(kind, reported, value):
    assert same(kind, spelt_like(kind, reported, value), value)


def _standard_values(hint: KeyHint) -> list[str]:
    """Some that the standard allows."""
    if hint.type == "boolean":
        return ["true", "false"]
    if hint.type == "integer":
        return [str(hint.minimum), str(1000 if hint.maximum is None else hint.maximum)]
    return ["", *hint.choices, ",".join(hint.choices)] if hint.type == "list" else ["Anything at all"]


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: hint.key)
def test_what_the_standard_allows_is_allowed(hint):
    for value in _standard_values(hint):
        assert problem(hint.key, value) is None, value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ConnectorPhaseRotation", "0.RST, 1.RST,2.Unknown"),
        ("ConnectorPhaseRotation", "RTS"),
        ("MeterValuesSampledData", "Current.Import.L1,Power.Active.Import.vendor"),
        ("MeterValuesAlignedData", "0"),
        ("SomethingOfAVendor", "whatever"),
    ],
)
def test_what_stations_need_is_allowed(key, value):
    assert problem(key, value) is None


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("heartbeatinterval", "soon", "whole number"),
        ("HeartbeatInterval", "1e3", "whole number"),
        ("HeartbeatInterval", "60.0", "whole number"),
        ("HeartbeatInterval", "٦٠", "whole number"),
        ("HeartbeatInterval", "-1", "At least 0"),
        ("LightIntensity", "101", "At most 100"),
        ("LocalPreAuthorize", "maybe", "true or false"),
        ("ConnectorPhaseRotation", "1.RST,2.XYZ", "2.xyz"),
        ("SecurityProfile", "4", "At most 3"),
        ("CpoName", "x" * 501, "At most 500"),
        ("CpoName", "a\0b", "cannot be kept"),
    ],
)
def test_what_cannot_be_is_refused_with_a_way_out(key, value, said):
    assert said in str(problem(key, value))


def test_the_types_of_a_vendors_keys_come_from_the_catalogue():
    types = {"FreeCharging": "boolean"}
    assert problem("freecharging", "maybe", types)
    assert problem("FreeCharging", "1", types) is None


@pytest.mark.parametrize("key", ["", " ", "x" * 51, "a\nb"])
def test_a_name_can_be_shown_and_sent(key):
    assert key_problem(key)
    assert key_problem("OCPP/idTagConversion") is None
