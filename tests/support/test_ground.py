"""The test ground itself: every factory makes a valid row, real servers start and stop."""

import inspect

import pytest
import redis
from django.db import connection
from factory.django import DjangoModelFactory

from tests.support import factories, require

FACTORIES = [
    made
    for _, made in inspect.getmembers(factories, inspect.isclass)
    if issubclass(made, DjangoModelFactory) and made is not DjangoModelFactory
]


@pytest.mark.django_db
@pytest.mark.parametrize("made", FACTORIES, ids=lambda made: made._meta.model.__name__)
def test_factory_makes_rows_that_do_not_collide(made):
    shipped = set(made._meta.model.objects.all())
    rows = made.create_batch(2)
    assert set(made._meta.model.objects.all()) - shipped == set(rows)
    assert all(str(row) for row in rows)


def test_every_model_of_the_domain_has_a_factory():
    import stations.models

    assert set(stations.models.__all__) == {made._meta.model.__name__ for made in FACTORIES} - {"User"}


@pytest.mark.django_db
def test_database_is_a_real_one(settings):
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        assert name.startswith(str(settings.DATA_DIR))
    else:
        assert connection.vendor == "postgresql"
        assert connection.settings_dict["HOST"].startswith("/")


def test_redis_answers(redis_url):
    assert redis.Redis.from_url(redis_url).ping()


def test_world_has_two_sides(world):
    assert world.ours.station.site_area.site.company == world.ours.company
    assert world.ours.company != world.theirs.company
    assert world.stranger.memberships.get().company == world.theirs.company


def test_live_data_is_committed(live_world, django_db_blocker):
    from threading import Thread

    seen = []
    reader = Thread(target=lambda: (seen.extend(type(live_world.ours.station).objects.all()), connection.close()))
    reader.start()
    reader.join()
    assert live_world.ours.station in seen


def test_missing_program_skips_for_a_user_and_fails_in_ci(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="a browser is missing"):
        require(None, "a browser")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="a browser is missing"):
        require(None, "a browser")
    assert require("/usr/bin/browser", "a browser") == "/usr/bin/browser"
