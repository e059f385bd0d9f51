"""Curves for charts."""

from datetime import timedelta

import pytest

from stations.services.curves import POINTS, session_curves, station_power
from tests.support.factories import MOMENT, ChargingSessionFactory, ConnectorFactory, EVSEFactory, MeterSampleFactory


@pytest.fixture
def session(world):
    return ChargingSessionFactory(connector=world.ours.connector, meter_start_wh=1000)


def sample(session, seconds: int, power_w: int | None = 1000, **extra) -> None:
    MeterSampleFactory(session=session, sampled_at=MOMENT + timedelta(seconds=seconds), power_w=power_w, **extra)


def test_power_of_each_connector(session, world):
    second = ConnectorFactory(evse=EVSEFactory(station=world.ours.station, number=2))
    sample(session, 0, 7000)
    sample(ChargingSessionFactory(connector=second), 60, 11_000)
    one, two = station_power(world.ours.station, MOMENT - timedelta(minutes=1), MOMENT + timedelta(minutes=9))
    start = int(MOMENT.timestamp())
    assert (one.label, one.times, one.values) == ("1", [start], [7.0])
    assert (two.label, two.times, two.values) == ("2", [start + 60], [11.0])


def test_main_meter_other_times_and_missing_power_stay_out(session, world):
    sample(session, 0, 7000, connector_number=0)
    sample(session, 1, None)
    sample(session, 3600)
    sample(session, -3600)
    (curve,) = station_power(world.ours.station, MOMENT, MOMENT + timedelta(minutes=10))
    assert curve.times == []


def test_many_samples_become_few_points(session, world):
    for seconds in range(0, 7200, 6):
        sample(session, seconds, 1000 if seconds % 12 else 3000)
    (curve,) = station_power(world.ours.station, MOMENT, MOMENT + timedelta(hours=2))
    assert 0 < len(curve.times) <= POINTS
    assert sum(curve.values) / len(curve.values) == pytest.approx(2.0, abs=0.01)


def test_long_pause_breaks_the_line(session, world):
    for seconds in (0, 60, 120, 7200, 7260):
        sample(session, seconds)
    (curve,) = station_power(world.ours.station, MOMENT, MOMENT + timedelta(hours=3))
    assert [value is None for value in curve.values] == [False, False, False, True, False, False]
    assert curve.times == sorted(set(curve.times))


def test_session_has_power_and_energy(session):
    sample(session, 0, 11_000, energy_wh=1000)
    sample(session, 600, 11_000, energy_wh=2800)
    sample(session, 900, None, energy_wh=None)
    power, energy = session_curves(session)
    assert (power.unit, power.values) == ("kW", [11.0, 11.0])
    assert (energy.unit, energy.values) == ("kWh", [0.0, 1.8])


def test_session_without_samples_or_start_register_has_empty_curves(session):
    assert [curve.times for curve in session_curves(session)] == [[], []]
    session.meter_start_wh = None
    sample(session, 0, None, energy_wh=5)
    assert [curve.times for curve in session_curves(session)] == [[], []]
