"""Who comes to charge."""

import math
from collections import Counter

from stations.simulation.visits import FAULT_SHARE, PAUSE_S, STAY_S, Drivers, installed_outlet, messages_per_second


def drivers(seed: str = "a") -> Drivers:
    return Drivers(seed, "BADGE")


def test_same_seed_brings_the_same_drivers():
    def visits(seed: str) -> list:
        some = drivers(seed)
        return [(some.pause_s(), some.visit(), some.fault()) for _ in range(5)]

    assert visits("a") == visits("a")
    assert visits("a") != visits("b")


def test_first_driver_comes_soon_the_others_take_their_time():
    some = drivers()
    first, *others = [some.pause_s() for _ in range(50)]
    assert first < 90
    assert all(PAUSE_S[0] <= pause <= PAUSE_S[1] for pause in others)


def test_cars_come_partly_charged_and_stay_a_while():
    visits = [drivers(str(seed)).visit() for seed in range(300)]
    assert all(0 < visit.car.state_of_charge < 1 for visit in visits)
    assert all(STAY_S[0] <= visit.stay_s <= STAY_S[1] for visit in visits)
    assert {visit.leaves_with for visit in visits} == {"EVDisconnected", "Local"}


def test_faults_are_rare():
    some = drivers()
    share = sum(some.fault() is not None for _ in range(5_000)) / 5_000
    assert FAULT_SHARE / 2 < share < FAULT_SHARE * 2


def test_fleets_have_every_kind_of_outlet():
    kinds = Counter(
        (outlet.current_type, outlet.maximum_power_w) for outlet in map(installed_outlet, map(str, range(200)))
    )
    assert set(kinds) == {("AC", 11_000), ("AC", 22_000), ("DC", 50_000), ("DC", 150_000)}


def test_shorter_sample_intervals_mean_more_messages():
    slow, fast = (messages_per_second(connectors=2, sample_interval_s=seconds) for seconds in (60, 10))
    assert 0 < slow < fast < 0.2


def test_nobody_comes_where_nobody_may():
    assert Drivers("a", "BADGE", come=False).pause_s() == math.inf
