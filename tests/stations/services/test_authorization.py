"""Which badges may charge, and where."""

from datetime import timedelta

import pytest
from django.utils import timezone

from emobility.common.writers import transaction
from stations.services.authorization import judge_badges
from tests.support.factories import BadgeFactory, ChargingStationFactory

HOUR = timedelta(hours=1)


@pytest.fixture
def station(db):
    return ChargingStationFactory()


def verdict(station, tag: str, **options: bool):
    with transaction() as database:
        return judge_badges(database, [(station.pk, tag)], **options)[station.pk, tag]


@pytest.mark.parametrize("presented", ["F6CA0CC5", "f6ca0cc5", " F6CA0CC5 ", "F6CA\x10\x0e0CC5"])
def test_badge_is_known_however_it_is_written(station, presented):
    badge = BadgeFactory(id_tag="F6CA0cc5")
    assert verdict(station, presented) == ("accepted", badge.pk, None)


@pytest.mark.parametrize("presented", ["", " ", "\x1b", "F6CA0CC", "F6CA0CC55", "%", "_", "*", "f6ca0cc5' OR 1=1 --"])
@pytest.mark.parametrize("known", [True, False])
def test_other_badge_is_unknown(station, presented, known):
    if known:
        BadgeFactory(id_tag="F6CA0CC5")
    assert verdict(station, presented).status == "invalid"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"blocked": True}, "blocked"),
        ({"expires_at": -HOUR}, "expired"),
        ({"expires_at": HOUR}, "accepted"),
        ({"blocked": True, "expires_at": -HOUR}, "blocked"),
    ],
)
@pytest.mark.parametrize("any_badge", [True, False])
def test_blocked_and_expired_badges_are_refused_everywhere(station, values, expected, any_badge):
    station.site_area.any_badge = any_badge
    station.site_area.save()
    if "expires_at" in values:
        values = values | {"expires_at": timezone.now() + values["expires_at"]}
    BadgeFactory(id_tag="A", **values)
    found = verdict(station, "a")
    assert found.status == expected
    assert found.expires_at == values.get("expires_at")


def test_area_that_takes_any_badge_takes_no_empty_one(station):
    station.site_area.any_badge = True
    station.site_area.save()
    assert verdict(station, "whoever").status == "accepted"
    for nothing in ("", " ", "\x1b"):
        assert verdict(station, nothing).status == "invalid"


def test_many_are_judged_at_once(db):
    stations = ChargingStationFactory.create_batch(3)
    BadgeFactory(id_tag="A")
    asked = [(station.pk, tag) for station in stations for tag in ("A", "a", "B")]
    with transaction() as database:
        verdicts = judge_badges(database, asked)
    assert {key: found.status for key, found in verdicts.items()} == {
        (pk, tag): "invalid" if tag == "B" else "accepted" for pk, tag in asked
    }


@pytest.mark.parametrize("any_badge", [True, False])
def test_disabled_station_accepts_no_badge(station, any_badge):
    station.enabled, station.site_area.any_badge = False, any_badge
    station.save()
    station.site_area.save()
    badge = BadgeFactory(id_tag="A")
    assert verdict(station, "a") == ("blocked", badge.pk, None)
    for tag in ("unknown", ""):
        assert verdict(station, tag).status == "blocked"
    assert verdict(ChargingStationFactory(), "a").status == "accepted"


def test_disabled_station_ends_sessions_as_ever(station):
    station.enabled = False
    station.save()
    BadgeFactory(id_tag="A")
    assert verdict(station, "a", may_start=False).status == "accepted"
    assert verdict(station, "unknown", may_start=False).status == "invalid"
