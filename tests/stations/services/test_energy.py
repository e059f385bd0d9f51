"""The energy of a session: never negative, never a matter of the order in which readings come."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.ocpp import v16
from stations.services.energy import energy_between, settle
from stations.services.station_state import ConnectorState, OpenSession, StationState

TEN = datetime(2026, 5, 1, 10, tzinfo=UTC)
registers = st.none() | st.integers(-(2**62), 2**62)


def settled(start_wh, stop_wh, last_wh=None, hours=1.0):
    return settle(
        start_wh=start_wh, stop_wh=stop_wh, last_wh=last_wh, started_at=TEN, stopped_at=TEN + timedelta(hours=hours)
    )


@given(registers, registers, registers, st.floats(-1000, 1000))
def test_energy_is_never_negative_and_fits_its_column(start, stop, last, hours):
    result = settled(start, stop, last, hours)
    assert result.energy_wh is None or 0 <= result.energy_wh < 2**63
    assert result.energy_wh is not None or result.review_reason


@given(registers, registers)
def test_energy_so_far_is_never_negative(start, register):
    energy = energy_between(start, register)
    assert energy is None or energy >= 0


@pytest.mark.parametrize(("stop", "last", "energy"), [(1500, 1400, 500), (None, 1400, 400), (-1, 1400, 400)])
def test_last_reading_stands_in_for_a_missing_stop(stop, last, energy):
    assert settled(1000, stop, last) == (energy, "")


@pytest.mark.parametrize("hours", [0, -5, 1 / 3600])
def test_session_of_no_length_is_judged_as_of_a_minute(hours):
    assert settled(0, 20_000, hours=hours).review_reason == ""
    assert settled(0, 30_000, hours=hours).review_reason != ""


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8, unique=True).flatmap(st.permutations))
def test_energy_does_not_depend_on_the_order_of_readings(registers_wh):
    session = OpenSession(1, "7", 1, "A", "accepted", TEN, 0)
    state = StationState(1, "CS-1", 1, True, {1: ConnectorState(1, 1, session=session)}, {"7": session})
    for register in registers_wh:
        entry = {
            "timestamp": (TEN + timedelta(seconds=register)).isoformat(),
            "sampledValue": [{"value": str(register)}],
        }
        payload = {"connectorId": 1, "transactionId": 7, "meterValue": [entry]}
        v16.on_meter_values(state, payload, TEN + timedelta(days=1)).effect.remember(state)
    assert session.energy_wh == max(registers_wh)
