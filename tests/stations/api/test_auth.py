"""Who gets in: keys only, with their user's rights."""

import pytest
from django.test import Client
from django.utils import timezone

from stations.models import ApiKey
from tests.support.factories import ApiKeyFactory, UserFactory

STATIONS = "/api/v1/stations"


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_call_without_key_is_refused_with_a_problem(db):
    response = Client().get(STATIONS)

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'
    assert response.json()["status"] == 401


@pytest.mark.parametrize("key", ["", "nonsense", "ключ", "a b", "x" * 5000])
def test_call_with_unknown_key_is_refused(db, key):
    response = Client().get(STATIONS, headers=bearer(key))

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


def test_portal_login_gives_no_access(world):
    client = Client()
    client.force_login(world.superuser)

    assert client.get(STATIONS).status_code == 401


def test_key_acts_as_its_user(world, viewer, stranger):
    assert [station["identity"] for station in viewer.get("/stations").json()["results"]] == ["OURS-1"]
    assert [station["identity"] for station in stranger.get("/stations").json()["results"]] == ["THEIRS-1"]


def test_revoked_key_is_refused(world, viewer):
    ApiKey.objects.update(revoked_at=timezone.now())

    assert viewer.get("/stations").status_code == 401


def test_key_of_inactive_user_is_refused(db):
    ApiKeyFactory(user=UserFactory(is_active=False), secret="sleeping")

    assert Client().get(STATIONS, headers=bearer("sleeping")).status_code == 401


def test_user_without_membership_sees_nothing(db):
    ApiKeyFactory(secret="alone")

    assert Client().get(STATIONS, headers=bearer("alone")).json()["results"] == []
