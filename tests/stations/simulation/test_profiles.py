"""Charging profiles and the limits they add up to."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.simulation.profiles import Profile, Profiles, parse_profile, schedule_payload
from stations.simulation.transaction import Transaction

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SESSION = Transaction("BADGE", NOON, id=7)
HOUR = timedelta(hours=1)


def profile(limit: float = 10_000, *, purpose: str = "TxDefaultProfile", unit: str = "W", **changes) -> Profile:
    schedule = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
    } | changes.pop("schedule", {})
    raw = {
        "chargingProfileId": changes.pop("id", 1),
        "stackLevel": changes.pop("stack_level", 0),
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": changes.pop("kind", "Relative"),
        "chargingSchedule": schedule,
    }
    return parse_profile(raw | changes)


def holding(*installed: tuple[int, Profile]) -> Profiles:
    profiles = Profiles()
    for connector, item in installed:
        profiles.install(connector, item)
    return profiles


def limit(profiles: Profiles, at: datetime = NOON, session: Transaction | None = SESSION, **more) -> float | None:
    return profiles.limit_w(1, at, session, **more)


def test_no_profile_is_no_limit():
    assert limit(Profiles()) is None


@pytest.mark.parametrize(("phases", "watts"), [({}, 11_040), ({"numberPhases": 1}, 3_680)])
def test_amperes_count_over_the_phases(phases, watts):
    periods = [{"startPeriod": 0, "limit": 16} | phases]
    assert limit(holding((1, profile(unit="A", schedule={"chargingSchedulePeriod": periods})))) == watts


def test_highest_stack_level_wins_even_when_it_allows_more():
    low, high = profile(5_000, id=1), profile(9_000, id=2, stack_level=3)
    assert limit(holding((1, low), (1, high))) == 9_000


def test_own_default_outranks_the_station_default_of_the_same_level():
    assert limit(holding((0, profile(5_000, id=1)), (1, profile(9_000, id=2)))) == 9_000


def test_station_default_counts_for_every_connector():
    assert limit(holding((0, profile(5_000)))) == 5_000


def test_session_profile_replaces_the_default():
    own = profile(9_000, id=2, purpose="TxProfile")
    assert limit(holding((1, profile(5_000, stack_level=8)), (1, own))) == 9_000


def test_session_profile_of_another_session_does_not_count():
    other = profile(9_000, purpose="TxProfile", transactionId=8)
    assert limit(holding((1, other))) is None


def test_session_profile_ends_with_the_session():
    profiles = holding((1, profile(5_000, id=1)), (1, profile(9_000, id=2, purpose="TxProfile")))
    profiles.end_session(1)
    assert limit(profiles) == 5_000


def test_station_maximum_caps_and_is_shared():
    top = profile(12_000, id=2, purpose="ChargePointMaxProfile", kind="Absolute", schedule={"startSchedule": iso(NOON)})
    profiles = holding((1, profile(9_000)), (0, top))
    assert limit(profiles) == 9_000
    assert limit(profiles, sharing=2) == 6_000
    assert profiles.limit_w(0, NOON, None) == 12_000


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def steps(kind: str = "Relative", duration: int | None = None, **changes) -> Profile:
    schedule = {
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10_000}, {"startPeriod": 1800, "limit": 5_000}],
    } | changes.pop("schedule", {})
    if duration:
        schedule["duration"] = duration
    return profile(kind=kind, schedule=schedule, **changes)


def test_relative_schedule_starts_with_the_session():
    profiles = holding((1, steps(duration=3600)))
    assert limit(profiles, NOON) == 10_000
    assert limit(profiles, NOON + timedelta(minutes=30)) == 5_000
    assert limit(profiles, NOON + HOUR) is None


def test_absolute_schedule_says_nothing_before_its_start():
    profiles = holding((1, steps("Absolute", schedule={"startSchedule": iso(NOON)})))
    assert limit(profiles, NOON - timedelta(seconds=1)) is None
    assert limit(profiles, NOON + 2 * HOUR) == 5_000


def test_daily_schedule_repeats():
    daily = steps("Recurring", duration=3600, recurrencyKind="Daily", schedule={"startSchedule": iso(NOON)})
    profiles = holding((1, daily))
    assert limit(profiles, NOON + timedelta(days=3, minutes=40)) == 5_000
    assert limit(profiles, NOON + timedelta(days=3, hours=2)) is None


def test_expired_profile_lets_the_one_below_it_count():
    ended = profile(3_000, id=2, stack_level=5, validTo=iso(NOON))
    assert limit(holding((1, profile(8_000)), (1, ended))) == 8_000


def test_same_purpose_and_level_replace_each_other():
    assert limit(holding((1, profile(8_000, id=1)), (1, profile(4_000, id=2)))) == 4_000


def test_same_id_moves_to_the_new_connector():
    profiles = holding((2, profile(8_000)), (1, profile(4_000)))
    assert profiles.by_connector[2] == []


@pytest.mark.parametrize(
    ("criteria", "left"),
    [
        ({}, []),
        ({"id": 1}, [2]),
        ({"connector": 1, "purpose": "TxProfile"}, [1]),
        ({"stack_level": 4}, [1]),
        ({"connector": 0}, [1, 2]),
        ({"id": 9}, [1, 2]),
    ],
)
def test_clear_drops_what_matches_every_criterion(criteria, left):
    profiles = holding((1, profile(id=1)), (1, profile(id=2, purpose="TxProfile", stack_level=4)))
    assert profiles.clear(**criteria) is (len(left) < 2)
    assert [item.id for item in profiles.by_connector[1]] == left


def test_composite_schedule_has_every_change_once():
    top = profile(7_000, id=2, purpose="ChargePointMaxProfile", kind="Absolute", schedule={"startSchedule": iso(NOON)})
    profiles = holding((1, steps(duration=3600)), (0, top))
    periods = profiles.composite(1, NOON, 2 * HOUR, SESSION, ceiling_w=22_000)
    assert [(p.start.seconds, p.limit_w) for p in periods] == [(0, 7_000), (1800, 5_000), (3600, 7_000)]


def test_composite_schedule_without_profiles_is_the_hardware():
    assert [p.limit_w for p in Profiles().composite(1, NOON, HOUR, None, ceiling_w=22_000)] == [22_000]


def test_schedule_is_written_in_the_unit_asked_for():
    periods = Profiles().composite(1, NOON, HOUR, None, ceiling_w=22_080)
    written = schedule_payload(periods, NOON, HOUR, "A")
    assert written["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 32.0}]
    assert written["duration"] == 3600
