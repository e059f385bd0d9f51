"""``/onboarding-tokens``."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.models import OnboardingToken
from stations.services.credentials import digest
from tests.support.factories import OnboardingTokenFactory


@pytest.fixture
def unused(world) -> OnboardingToken:
    return OnboardingTokenFactory(site_area=world.ours.area)


def test_url_is_told_once(operator, world):
    made = operator.post("/onboarding-tokens", {"description": "Delivery", "site_area": world.ours.area.pk})

    assert made.status_code == 201
    token = OnboardingToken.objects.get(pk=made.json()["id"])
    assert (token.description, token.site_area, token.created_by) == ("Delivery", world.ours.area, world.operator)
    secret = made.json()["url"].removesuffix("/").rsplit("/", 1)[1]
    assert token.digest == digest(secret, purpose="onboarding")
    read = operator.get(f"/onboarding-tokens/{token.pk}")
    assert read.json() == {name: value for name, value in made.json().items() if name != "url"}
    assert secret not in read.content.decode()


def test_token_is_revoked_for_good(operator, unused):
    address = f"/onboarding-tokens/{unused.pk}"

    revoked = operator.patch(address, {"revoked": True}).json()
    assert (revoked["revoked"], revoked["status"]) == (True, "revoked")
    assert operator.patch(address, {"revoked": True}).status_code == 200
    assert operator.patch(address, {"revoked": False}).status_code == 409
    assert operator.get(address).json()["status"] == "revoked"


def test_token_is_changed(operator, unused):
    past = timezone.now() - timedelta(days=1)

    answer = operator.patch(
        f"/onboarding-tokens/{unused.pk}",
        {"description": "Other", "expires_at": past.isoformat(), "disconnects_stations": True, "revoked": False},
    ).json()

    assert (answer["description"], answer["status"], answer["disconnects_stations"]) == ("Other", "expired", True)


def test_token_stays_in_its_area(operator, unused, world):
    assert operator.patch(f"/onboarding-tokens/{unused.pk}", {"site_area": world.ours.area.pk}).status_code == 422


def test_unused_token_is_deleted_and_used_one_kept(operator, unused, world):
    assert operator.delete(f"/onboarding-tokens/{unused.pk}").status_code == 204

    kept = operator.delete(f"/onboarding-tokens/{world.ours.token.pk}")
    assert kept.status_code == 409
    assert "Revoke" in kept.json()["detail"]


@pytest.mark.parametrize(("user", "status"), [("viewer", 403), ("stranger", 404)])
def test_only_operators_in_scope_change_a_token(request, unused, user, status):
    client = request.getfixturevalue(user)

    assert client.patch(f"/onboarding-tokens/{unused.pk}", {"revoked": True}).status_code == status
    assert client.delete(f"/onboarding-tokens/{unused.pk}").status_code == status
    unused.refresh_from_db()
    assert unused.revoked_at is None


def test_token_is_made_only_in_an_area_in_scope(operator, viewer, world):
    count = OnboardingToken.objects.count()

    def made(client, area) -> int:
        return client.post("/onboarding-tokens", {"description": "x", "site_area": area.pk}).status_code

    assert made(operator, world.theirs.area) == 422
    assert made(viewer, world.ours.area) == 403
    assert OnboardingToken.objects.count() == count
