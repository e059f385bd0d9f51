"""The physics of a charging car."""

import pytest

from stations.simulation.charging import Car, Charge, Outlet, ac_taper, dc_taper, idle_reading

AC_22 = Outlet("AC", 22_000)
DC_150 = Outlet("DC", 150_000)


def car(**changes) -> Car:
    return Car(**({"capacity_wh": 60_000, "charge_wh": 12_000} | changes))


def charge(outlet: Outlet = AC_22, **changes) -> Charge:
    return Charge(car(**changes), outlet, register_wh=1_000_000)


def test_car_on_ac_takes_what_its_charger_can():
    assert charge(maximum_ac_w=11_000).power_w == 11_000


def test_outlet_limits_a_stronger_car():
    assert charge(Outlet("AC", 11_000), maximum_ac_w=22_000).power_w == 11_000


def test_one_phase_car_uses_one_phase_of_the_outlet():
    session = charge(Outlet("AC", 11_000), maximum_ac_w=7_400, phases=1)
    assert session.power_w == pytest.approx(11_000 / 3)
    assert session.reading().phases == 1


def test_three_phase_car_on_a_one_phase_outlet_takes_a_third():
    assert charge(Outlet("AC", 7_400, phases=1), maximum_ac_w=11_000).power_w == pytest.approx(11_000 / 3)


def test_energy_is_power_times_time():
    session = charge(maximum_ac_w=11_000)
    session.advance(1_800)
    assert session.register_wh == pytest.approx(1_005_500)
    assert session.car.charge_wh == pytest.approx(17_500)


def test_many_short_steps_give_the_energy_of_a_long_one():
    one, many = charge(DC_150), charge(DC_150)
    one.advance(1_200)
    for _ in range(1_200):
        many.advance(1)
    assert many.register_wh == pytest.approx(one.register_wh, rel=0.001)


def test_charging_ends_at_the_target_and_never_beyond():
    session = charge(DC_150, target=0.8)
    session.advance(10 * 3600)
    assert session.car.charge_wh == pytest.approx(48_000, abs=1)
    assert session.car.is_full
    assert session.power_w == 0
    before = session.register_wh
    session.advance(3600)
    assert session.register_wh == before


@pytest.mark.parametrize("taper", [ac_taper, dc_taper])
def test_taper_starts_full_never_rises_and_never_ends(taper):
    shares = [taper(percent / 100) for percent in range(101)]
    assert shares[0] == 1
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] > 0


def test_dc_car_slows_down_from_half_full_on():
    assert charge(DC_150, charge_wh=55_000).power_w < charge(DC_150, charge_wh=45_000).power_w < 100_000


def test_limit_lowers_the_power():
    session = charge(maximum_ac_w=22_000)
    session.limit_w = 7_000
    assert session.power_w == 7_000


def test_limit_below_six_amperes_holds_the_session_back():
    session = charge()
    session.limit_w = 6 * 230 * 3 - 1
    assert session.is_held_back
    assert session.power_w == 0
    session.limit_w = 6 * 230 * 3
    assert not session.is_held_back


def test_reading_is_consistent_per_phase():
    reading = charge(maximum_ac_w=11_000).reading()
    assert reading.current_a * reading.voltage_v * reading.phases == pytest.approx(11_000)
    assert 225 < reading.voltage_v < 230


def test_dc_reading_has_one_current_and_battery_voltage():
    reading = charge(DC_150).reading()
    assert reading.phases == 1
    assert reading.voltage_v > 300


def test_idle_meter_shows_the_register_and_no_power():
    reading = idle_reading(AC_22, 1234.9)
    assert (reading.energy_wh, reading.power_w, reading.current_a) == (1234, 0, 0)
