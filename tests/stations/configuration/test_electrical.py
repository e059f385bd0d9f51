"""What can be entered for connectors, what is filled in, and what cannot be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.catalogue.files import shipped
from stations.configuration.electrical import EnteredConnector, EnteredStation, completed, problems

TYPE_2 = EnteredConnector(1, 1, "type_2", "AC", 3, 230, 32.0)
CCS = EnteredConnector(2, 2, "ccs_2", "DC", None, 400, 125.0, 50_000)


def station(*connectors: EnteredConnector, **values) -> EnteredStation:
    return completed(EnteredStation(connectors, **values))


@pytest.mark.parametrize("document", shipped(), ids=lambda document: document.id)
def test_every_model_of_the_catalogue_could_be_entered(document):
    rows = [
        EnteredConnector(
            c.number, evse.number, c.type or "", c.current_type, c.phases, c.voltage_v, c.current_a, c.maximum_power_w
        )
        for evse in document.evses
        for c in evse.connectors
    ]
    assert problems(station(*rows, maximum_power_w=document.maximum_power_w, shares_power=document.shares_power)) == {}


def test_power_is_filled_in():
    entered = station(TYPE_2, CCS)
    assert [c.maximum_power_w for c in entered.connectors] == [22080, 50_000]
    assert entered.connectors[1].phase_rotation == "NotApplicable"
    assert entered.maximum_power_w == 72_080
    assert problems(entered) == {}


@given(st.sampled_from([1, 2, 3]), st.integers(100, 400), st.integers(6, 400))
def test_power_that_was_filled_in_is_never_wrong(phases, voltage_v, current_a):
    assert problems(station(EnteredConnector(1, 1, "", "AC", phases, voltage_v, float(current_a)))) == {}


def test_one_phase_has_no_order_unless_somebody_names_one():
    socket = EnteredConnector(1, 1, "domestic", "AC", 1, 230, 16.0)
    rows = station(socket, replace(socket, number=2, evse=2, phase_rotation="STR"), replace(TYPE_2, number=3, evse=3))
    assert [c.phase_rotation for c in rows.connectors] == ["NotApplicable", "STR", ""]


def test_evse_has_the_power_of_its_strongest_connector():
    socket = EnteredConnector(2, 1, "domestic", "AC", 1, 230, 16.0)
    assert station(TYPE_2, socket).maximum_power_w == 22080
    assert problems(station(TYPE_2, socket)) == {}


@pytest.mark.parametrize(
    ("connector", "field", "sentence"),
    [
        (replace(TYPE_2, phases=None), "phases", "say how many"),
        (replace(CCS, phases=3), "phases", "DC has no phases"),
        (replace(TYPE_2, maximum_power_w=7400), "maximum_power_w", "less than the 22080 W"),
        (replace(TYPE_2, maximum_power_w=43_000), "maximum_power_w", "more than the 22080 W"),
        (replace(CCS, maximum_power_w=90_000), "maximum_power_w", "more than the 50000 W"),
        (replace(TYPE_2, voltage_v=None), "voltage_v", "needed"),
        (replace(TYPE_2, current_type=""), "current_type", "needed"),
        (replace(CCS, phase_rotation="RST"), "phase_rotation", "DC has no phases"),
        (replace(TYPE_2, evse=0), "evse", "from 1"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(connector, field, sentence):
    found = problems(station(connector))
    assert sentence in " ".join(found[connector.number, field])


def test_connectors_of_one_evse_hang_on_one_supply():
    other = EnteredConnector(2, 1, "domestic", "AC", 1, 110, 16.0)
    assert set(problems(station(TYPE_2, other))) == {(1, "voltage_v"), (2, "voltage_v")}
    assert problems(station(TYPE_2, replace(other, evse=2))) == {}


def test_numbers_are_unique():
    assert (1, "number") in problems(station(TYPE_2, replace(TYPE_2, evse=2)))


@pytest.mark.parametrize(
    ("power_w", "is_shared", "is_fine"),
    [
        (44_160, False, True),
        (22_080, False, False),
        (22_080, True, True),
        (30_000, True, True),
        (11_000, True, False),
        (44_160, True, False),
        (None, True, False),
    ],
)
def test_station_has_the_power_of_its_evses_or_shares_less(power_w, is_shared, is_fine):
    entered = station(TYPE_2, replace(TYPE_2, number=2, evse=2), maximum_power_w=power_w, shares_power=is_shared)
    assert (problems(entered) == {}) is is_fine


def test_station_has_connectors():
    assert problems(station()) == {(None, "connectors"): ["A station has at least one connector."]}
