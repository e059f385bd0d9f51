"""``/stations``."""

import pytest

from stations.enums import ConnectorStatus
from stations.models import ChargingStation
from stations.services.credentials import revoke_onboarding_token
from tests.support.factories import (
    ChargingSessionFactory,
    ConnectorFactory,
    EndpointProcessFactory,
    OcppExchangeFactory,
    SiteAreaFactory,
)


@pytest.fixture
def station(world) -> ChargingStation:
    return world.ours.station


def test_station_shows_its_evses_and_connectors(viewer, world, station):
    ConnectorFactory(evse=world.ours.evse, number=2, status=ConnectorStatus.CHARGING, power_w=7400, type="Type 2")

    answer = viewer.get("/stations/OURS-1").json()

    assert answer["identity"] == "OURS-1"
    assert answer["site_area"] == world.ours.area.pk
    assert answer["registration_status"] == "accepted"
    assert answer["connection_status"] == "disconnected"
    assert answer["authorization_status"] == "authorized"
    assert answer["authentication_method"] == "onboarding_token"
    assert answer["ocpp_version"] == "1.6"
    assert answer["power_w"] == 7400
    [evse] = answer["evses"]
    assert (evse["number"], evse["status"], evse["code"]) == (1, "charging", None)
    assert [(c["number"], c["status"], c["power_w"]) for c in evse["connectors"]] == [
        (1, "unknown", None),
        (2, "charging", 7400),
    ]
    assert evse["connectors"][1]["type"] == "Type 2"


def test_station_is_found_however_its_identity_is_written(viewer):
    assert viewer.get("/stations/ours-1").json()["identity"] == "OURS-1"


def test_station_held_by_a_living_endpoint_is_connected(viewer, station):
    ChargingStation.objects.filter(pk=station.pk).update(endpoint=EndpointProcessFactory())

    assert viewer.get("/stations/OURS-1").json()["connection_status"] == "connected"
    assert viewer.get("/stations", connection_status="connected").json()["count"] == 1
    assert viewer.get("/stations", connection_status="disconnected").json()["count"] == 0


def test_station_whose_token_refuses_it_is_not_authorized(viewer, world):
    token = world.ours.token
    token.disconnects_stations = True
    token.save()
    revoke_onboarding_token(token)

    assert viewer.get("/stations/OURS-1").json()["authorization_status"] == "not_authorized"


def test_list_is_filtered_by_site_area(superuser, world):
    answer = superuser.get("/stations", site_area=world.theirs.area.pk).json()

    assert [station["identity"] for station in answer["results"]] == ["THEIRS-1"]


def test_operator_names_and_moves_a_station(operator, world, station):
    area = SiteAreaFactory(site=world.ours.site)

    answer = operator.patch("/stations/OURS-1", {"name": " Entrance ", "site_area": area.pk})

    assert answer.status_code == 200
    station.refresh_from_db()
    assert (station.name, station.site_area) == ("Entrance", area)
    assert (answer.json()["name"], answer.json()["site_area"]) == ("Entrance", area.pk)


def test_what_a_change_leaves_out_stays(operator, world, station):
    operator.patch("/stations/OURS-1", {"name": "Entrance"})

    station.refresh_from_db()
    assert (station.name, station.site_area) == ("Entrance", world.ours.area)


@pytest.mark.parametrize("field", ["identity", "vendor", "registration_status", "power_w", "id"])
def test_other_fields_cannot_be_changed(operator, field):
    assert operator.patch("/stations/OURS-1", {field: "x"}).status_code == 422


def test_station_cannot_be_moved_out_of_scope(operator, world, station):
    answer = operator.patch("/stations/OURS-1", {"site_area": world.theirs.area.pk})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["site_area"]


def test_viewer_changes_nothing(viewer, station):
    assert viewer.patch("/stations/OURS-1", {"name": "x"}).status_code == 403
    assert viewer.delete("/stations/OURS-1").status_code == 403
    station.refresh_from_db()
    assert station.name == ""


def test_station_out_of_scope_does_not_exist(stranger):
    assert stranger.get("/stations/OURS-1").status_code == 404
    assert stranger.patch("/stations/OURS-1", {"name": "x"}).status_code == 404
    assert stranger.delete("/stations/OURS-1").status_code == 404


def test_station_without_sessions_is_deleted(operator, station):
    OcppExchangeFactory(station=station)

    assert operator.delete("/stations/OURS-1").status_code == 204
    assert operator.get("/stations/OURS-1").status_code == 404


def test_station_with_sessions_is_kept(operator, world):
    ChargingSessionFactory(connector=world.ours.connector)

    answer = operator.delete("/stations/OURS-1")

    assert answer.status_code == 409
    assert "sessions" in answer.json()["detail"]
    assert operator.get("/stations/OURS-1").status_code == 200


def test_connected_station_is_kept(operator, station):
    ChargingStation.objects.filter(pk=station.pk).update(endpoint=EndpointProcessFactory())

    answer = operator.delete("/stations/OURS-1")

    assert answer.status_code == 409
    assert "connected" in answer.json()["detail"]
