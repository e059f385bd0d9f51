"""The onboarding token pages: who may do what, and a secret that is shown once."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from stations.enums import AuthorizationStatus, TokenStatus
from stations.models import ChargingStation, OnboardingToken
from stations.services.credentials import digest
from tests.support.factories import ChargingStationFactory, OnboardingTokenFactory

LIST, CREATE = "/onboarding-tokens/", "/onboarding-tokens/new/"
SECRET = re.compile(r"/ocpp/([A-Za-z0-9_-]{20,64})/")


def url(name: str, token: OnboardingToken) -> str:
    return reverse(f"tokens:{name}", args=[token.pk])


def form(world, **values) -> dict:
    return {"description": "New delivery", "site_area": world.ours.area.pk, "expires_at": ""} | values


@pytest.fixture
def operator(client, world):
    client.force_login(world.operator)
    return client


@pytest.fixture
def viewer(client, world):
    client.force_login(world.viewer)
    return client


@pytest.fixture
def stranger(client, world):
    client.force_login(world.stranger)
    return client


def test_the_list_shows_tokens_in_scope(viewer, world):
    page = viewer.get(LIST).text
    assert "Ours delivery" in page
    assert "Theirs delivery" not in page


@pytest.mark.parametrize("items", [1, 3])
def test_the_list_costs_a_fixed_number_of_queries(viewer, world, items, django_assert_num_queries):
    tokens = OnboardingTokenFactory.create_batch(items, site_area=world.ours.area, created_by=world.operator)
    for token in tokens:
        ChargingStationFactory(site_area=world.ours.area, onboarding_token=token)
    with django_assert_num_queries(9):
        assert viewer.get(LIST).status_code == 200


@pytest.mark.parametrize("status", list(TokenStatus))
def test_the_list_filters_by_status(viewer, world, status):
    past = timezone.now() - timedelta(days=1)
    OnboardingTokenFactory(site_area=world.ours.area, description="Once expired", expires_at=past)
    OnboardingTokenFactory(site_area=world.ours.area, description="Once revoked", expires_at=past, revoked_at=past)
    page = viewer.get(LIST, {"status": status.value}).text
    shown = [name for name in ("Ours delivery", "Once expired", "Once revoked") if name in page]
    assert shown == [{"valid": "Ours delivery", "expired": "Once expired", "revoked": "Once revoked"}[status]]


def test_a_part_of_the_list_comes_alone(viewer, world):
    response = viewer.get(LIST, headers={"HX-Request": "true", "HX-Target": "tokens"})
    assert response.text.strip().startswith('<div id="tokens"')
    assert "HX-Target" in response["Vary"]


def test_a_viewer_reads_why_creating_is_not_offered(viewer):
    page = viewer.get(LIST).text
    assert 'aria-disabled="true"' in page
    assert "managed by operators" in page
    assert f'href="{CREATE}"' not in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_viewer_cannot_create(viewer, world, method):
    before = OnboardingToken.objects.count()
    response = getattr(viewer, method)(CREATE, form(world))
    assert response.status_code == 403
    assert "managed by operators" in response.text
    assert OnboardingToken.objects.count() == before


def test_the_url_is_shown_once_and_works(operator, world, settings):
    response = operator.post(CREATE, form(world))
    secret = SECRET.search(response.text)[1]
    token = OnboardingToken.objects.get(digest=digest(secret, purpose="onboarding"))
    assert (token.description, token.site_area, token.created_by) == ("New delivery", world.ours.area, world.operator)
    assert f"{settings.PUBLIC_OCPP_URL}/ocpp/{secret}/" in response.text
    assert 'src="data:image/svg+xml' in response.text
    assert "no-store" in response["Cache-Control"]
    assert secret not in str(dict(operator.session))
    for page in (LIST, url("detail", token), url("update", token), reverse("log:list")):
        assert secret not in operator.get(page).text


def test_areas_of_others_are_no_choice(operator, world):
    response = operator.post(CREATE, form(world, site_area=world.theirs.area.pk))
    assert "Select a valid choice" in response.text
    assert not OnboardingToken.objects.filter(description="New delivery").exists()


def test_an_expiry_in_the_past_is_refused(operator, world):
    response = operator.post(CREATE, form(world, expires_at="2020-01-01T00:00"))
    assert "Choose a time in the future" in response.text


@pytest.mark.parametrize("name", ["detail", "update"])
def test_tokens_of_others_do_not_exist(stranger, world, name):
    assert stranger.get(url(name, world.ours.token)).status_code == 404


def test_a_viewer_may_look_but_not_touch(viewer, world):
    token = world.ours.token
    page = viewer.get(url("detail", token)).text
    assert world.ours.station.identity in page
    assert "data-dialog" not in page
    assert viewer.get(url("update", token)).status_code == 403
    assert viewer.post(url("revoke", token)).status_code == 403
    token.refresh_from_db()
    assert token.status == TokenStatus.VALID


def test_an_operator_changes_a_token(operator, world):
    token = world.ours.token
    moment = timezone.now().replace(second=0, microsecond=0) + timedelta(days=3)
    values = {"description": "Renamed", "expires_at": f"{moment:%Y-%m-%dT%H:%M}", "disconnects_stations": "on"}
    assert operator.post(url("update", token), values).url == url("detail", token)
    token.refresh_from_db()
    assert (token.description, token.expires_at, token.disconnects_stations) == ("Renamed", moment, True)


def test_an_old_expiry_may_stay_while_the_description_changes(operator, world):
    token = world.ours.token
    past = timezone.now().replace(second=0, microsecond=0) - timedelta(days=3)
    OnboardingToken.objects.filter(pk=token.pk).update(expires_at=past)
    operator.post(url("update", token), {"description": "Renamed", "expires_at": f"{past:%Y-%m-%dT%H:%M}"})
    token.refresh_from_db()
    assert (token.description, token.expires_at) == ("Renamed", past)


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, AuthorizationStatus.AUTHORIZED),
        ({"refuse_stations": "on"}, AuthorizationStatus.NOT_AUTHORIZED),
    ],
)
def test_revoking_refuses_its_stations_only_when_asked(operator, world, values, status):
    page = operator.post(url("revoke", world.ours.token), values, follow=True).text
    station = ChargingStation.objects.get(pk=world.ours.station.pk)
    assert station.onboarding_token.status == TokenStatus.REVOKED
    assert station.authorization_status == status
    assert "The token was revoked." in page
    assert 'data-dialog="revoke"' not in page


def test_revoking_again_keeps_the_first_moment(operator, world):
    token = world.ours.token
    operator.post(url("revoke", token))
    token.refresh_from_db()
    first = token.revoked_at
    operator.post(url("revoke", token))
    token.refresh_from_db()
    assert token.revoked_at == first


def test_revoking_needs_a_post(operator, world):
    assert operator.get(url("revoke", world.ours.token)).status_code == 405


def test_a_token_of_another_company_cannot_be_revoked(stranger, world):
    assert stranger.post(url("revoke", world.ours.token)).status_code == 404
