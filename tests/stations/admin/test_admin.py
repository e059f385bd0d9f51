"""Every model has its admin page; secrets and journals are safe there."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from stations.models import (
    EVSE,
    ApiKey,
    Badge,
    BulkOperation,
    Capabilities,
    ChargingSession,
    ChargingStation,
    Configuration,
    ConfigurationChange,
    Connector,
    EndpointProcess,
    LocalList,
    MeterSample,
    OcppExchange,
    OcppParameter,
    OnboardingToken,
    Operation,
    Refusal,
    StationModel,
)
from tests.support import factories

REPORTED = [
    BulkOperation,
    Capabilities,
    ChargingSession,
    Configuration,
    ConfigurationChange,
    EndpointProcess,
    LocalList,
    MeterSample,
    OcppExchange,
    OcppParameter,
    Operation,
    Refusal,
    StationModel,
]
MODELS = list(apps.get_app_config("stations").get_models())


@pytest.fixture
def superuser(client, world):
    client.force_login(world.superuser)
    return client


def url(model, page: str, *args) -> str:
    return reverse(f"admin:stations_{model._meta.model_name}_{page}", args=args)


def row_of(model):
    """One row of any model."""
    return getattr(factories, f"{model.__name__}Factory")()


def test_every_model_is_there():
    assert [model.__name__ for model in MODELS if not admin.site.is_registered(model)] == ["Connector"]


@pytest.mark.parametrize("model", [m for m in MODELS if m is not Connector], ids=lambda model: model.__name__)
def test_every_list_and_row_opens(superuser, model):
    row = row_of(model)
    assert superuser.get(url(model, "changelist"), {"q": "x"}).status_code == 200
    assert superuser.get(url(model, "changelist")).status_code == 200
    assert superuser.get(url(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", REPORTED, ids=lambda model: model.__name__)
def test_what_stations_reported_is_read_only(superuser, model):
    row = row_of(model)
    assert superuser.get(url(model, "add")).status_code == 403
    assert superuser.post(url(model, "change", row.pk), {"note": "x"}).status_code == 403
    assert superuser.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [ApiKey, OnboardingToken], ids=lambda model: model.__name__)
def test_digests_are_not_shown(superuser, model):
    row = row_of(model)
    for page in (url(model, "changelist"), url(model, "change", row.pk)):
        assert row.digest not in superuser.get(page).text
    assert superuser.get(url(model, "add")).status_code == 403


def test_secrets_of_an_operation_are_masked(superuser):
    payload = {"key": "AuthorizationKey", "value": "0123456789abcdef"}
    operation = factories.OperationFactory(
        action="ocpp-call",
        parameters={"message": "ChangeConfiguration", "payload": payload},
        requests=[["ChangeConfiguration", payload]],
    )
    page = superuser.get(url(Operation, "change", operation.pk)).text
    assert "AuthorizationKey" in page
    assert "0123456789abcdef" not in page
    operation.refresh_from_db()
    assert operation.requests[0][1] == payload


def test_secret_parameters_are_masked(superuser):
    parameter = factories.OcppParameterFactory(key="AuthorizationKey", wanted_value="0123456789abcdef")
    assert "0123456789abcdef" not in superuser.get(url(OcppParameter, "change", parameter.pk)).text
    parameter.refresh_from_db()
    assert parameter.wanted_value == "0123456789abcdef"


def test_a_station_is_named_and_links_to_the_portal(superuser, world):
    station = world.ours.station
    values = {"name": "By the gate", "site_area": station.site_area_id, "maximum_power_w": 22000}
    assert superuser.post(url(ChargingStation, "change", station.pk), values).status_code == 302
    station.refresh_from_db()
    assert (station.name, station.maximum_power_w, station.identity) == ("By the gate", None, "OURS-1")
    assert (
        reverse("stations:detail", args=[station.pk]) in superuser.get(url(ChargingStation, "change", station.pk)).text
    )


def test_an_evse_is_looked_at_here_and_changed_in_the_portal(superuser, world):
    evse = world.ours.evse
    page = superuser.get(url(EVSE, "change", evse.pk)).text
    assert reverse("stations:evse-edit", args=[evse.station_id, evse.number]) in page
    for name in ("change", "delete"):
        assert superuser.post(url(EVSE, name, evse.pk), {"name": "x", "post": "yes"}).status_code == 403


def test_a_connected_station_cannot_be_deleted(superuser, world):
    station = world.ours.station
    page = url(ChargingStation, "delete", station.pk)
    station.endpoint = factories.EndpointProcessFactory()
    station.save()
    assert superuser.post(page, {"post": "yes"}).status_code == 403
    station.endpoint = None
    station.save()
    assert superuser.post(page, {"post": "yes"}).status_code == 302
    assert not ChargingStation.objects.filter(pk=station.pk).exists()


def test_a_station_with_sessions_cannot_be_deleted(superuser, world):
    factories.ChargingSessionFactory(connector=world.ours.connector)
    superuser.post(url(ChargingStation, "delete", world.ours.station.pk), {"post": "yes"})
    assert ChargingStation.objects.filter(pk=world.ours.station.pk).exists()


def test_a_token_is_revoked_not_deleted(superuser, world):
    assert superuser.post(url(OnboardingToken, "delete", world.ours.token.pk), {"post": "yes"}).status_code == 403


def test_a_badge_id_is_unique_however_it_is_written(superuser, world):
    values = {"company": world.ours.company.pk, "id_tag": "ab12"}
    assert superuser.post(url(Badge, "add"), values).status_code == 302
    response = superuser.post(url(Badge, "add"), values | {"id_tag": " AB12"})
    assert "There is a badge with this id already." in response.text
    assert Badge.objects.filter(key="ab12").count() == 1


def test_a_token_is_corrected(superuser, world):
    token = world.ours.token
    superuser.post(url(OnboardingToken, "change", token.pk), {"description": "Corrected", "expires_at": ""})
    token.refresh_from_db()
    assert token.description == "Corrected"


def test_the_portal_is_one_click_away(superuser):
    assert '<a href="/">Portal</a>' in superuser.get("/admin/").text
