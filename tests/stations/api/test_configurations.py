"""``/station-models``, ``/stations/{identity}/configuration-changes``, and what a station tells of its configuration."""

import pytest

from stations.configuration.changes import Change
from stations.enums import OperationSource
from stations.models import EVSE, Configuration, OcppParameter, StationModel
from stations.services.catalogue import import_model
from stations.services.configuration import use_system_configuration
from tests.support.factories import ConfigurationChangeFactory
from tests.support.models import document, known_model

CHANGES = "/stations/OURS-1/configuration-changes"


@pytest.fixture
def model(world) -> StationModel:
    """A model of the catalogue that both companies' stations are."""
    model = known_model()
    for side in (world.ours, world.theirs):
        Configuration.objects.create(station=side.station, matching_model=model)
    return model


def test_station_tells_its_model_and_what_the_catalogue_says_of_its_connectors(viewer, world, model):
    before = viewer.get("/stations/OURS-1").json()
    assert (before["configuration_status"], before["station_model"]) == ("defined_by_user", None)
    use_system_configuration(world.ours.station, model, actor=None, source=OperationSource.SYSTEM)
    EVSE.objects.filter(station=world.ours.station, number=1).update(emi3_id="DE*ABC*E1", parking_level="-2")

    station = viewer.get("/stations/OURS-1").json()

    assert (station["configuration_status"], station["station_model"]) == ("defined_by_system", "maker-twin")
    first, second = station["evses"]
    assert (first["emi3_id"], first["parking_level"], first["latitude"]) == ("DE*ABC*E1", "-2", None)
    [connector] = second["connectors"]
    assert {name: connector[name] for name in ("type", "phases", "voltage_v", "current_a", "phase_rotation")} == {
        "type": "type_2", "phases": 3, "voltage_v": 230, "current_a": 32.0, "phase_rotation": "",
    }  # fmt: skip


def test_stations_are_listed_by_the_status_of_their_configuration(superuser, world, model):
    use_system_configuration(world.ours.station, model, actor=None, source=OperationSource.SYSTEM)
    Configuration.objects.filter(station=world.theirs.station).delete()
    for status, identity in (("defined_by_system", "OURS-1"), ("defined_by_user", "THEIRS-1")):
        found = superuser.get("/stations", configuration_status=status).json()["results"]
        assert [each["identity"] for each in found] == [identity]


def test_changes_are_listed_and_taken_back(operator, world):
    operator.put("/stations/OURS-1/parameters/HeartbeatInterval", {"value": "60"})
    [change] = operator.get(CHANGES).json()["results"]
    assert (change["cause"], change["source"], change["actor"], change["operation"]) == (
        "edited", "api", "operator", None
    )  # fmt: skip
    assert change["changes"] == [
        {
            "kind": "parameter", "item": "HeartbeatInterval", "field": "wanted_value", "title": "HeartbeatInterval",
            "before": None, "after": "60",
        }
    ]  # fmt: skip

    answer = operator.post(f"{CHANGES}/{change['id']}/revert", None)

    assert (answer.status_code, answer.json()["cause"]) == (201, "reverted")
    assert not OcppParameter.objects.exists()
    assert operator.get(CHANGES).json()["count"] == 2


def test_change_of_secrets_alone_cannot_be_taken_back(operator, world):
    secret = Change("parameter", "AuthorizationKey", "wanted_value", None, "x").kept()
    change = ConfigurationChangeFactory(station=world.ours.station, changes=[secret])

    answer = operator.post(f"{CHANGES}/{change.pk}/revert", None)

    assert answer.status_code == 409
    assert "secrets" in answer.json()["detail"]


def test_change_of_another_station_is_not_found(operator, world):
    change = ConfigurationChangeFactory(station=world.theirs.station)
    assert operator.post(f"{CHANGES}/{change.pk}/revert", None).status_code == 404


def test_models_count_the_stations_in_scope(viewer, superuser, model):
    for caller, count in ((viewer, 1), (superuser, 2)):
        found = caller.get("/station-models/maker-twin").json()
        assert (found["label"], found["origin"], found["matching_stations"]) == ("Maker Twin", "imported", count)
        assert found["document"]["maximum_power_w"] == 44160
    assert viewer.get("/station-models/nobody-knows").status_code == 404
    listed = viewer.get("/station-models", limit=1000).json()
    assert listed["count"] == StationModel.objects.count() == len(listed["results"])


def test_administrator_imports_a_file_of_the_catalogue_and_deletes_it(superuser, world):
    file = {"$schema": "../schema.json"} | document().model_dump(mode="json", exclude_defaults=True)

    answer = superuser.post("/station-models", file)

    assert (answer.status_code, answer.json()["slug"]) == (201, "maker-twin")
    assert StationModel.objects.get(slug="maker-twin").facts == document()
    assert superuser.delete("/station-models/maker-twin").status_code == 204
    assert superuser.get("/station-models/maker-twin").status_code == 404


def test_shipped_model_stays(superuser, world):
    slug = StationModel.objects.filter(origin="shipped").values_list("slug", flat=True)[0]
    answer = superuser.delete(f"/station-models/{slug}")
    assert answer.status_code == 409
    assert "shipped" in answer.json()["detail"]


def test_faults_of_a_document_are_named(superuser, world):
    file = document().model_dump(mode="json") | {"colour": "green", "evses": []}
    answer = superuser.post("/station-models", file)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"colour", "evses"}


@pytest.mark.django_db
def test_text_no_database_takes_is_refused(superuser, world):
    file = document().model_dump(mode="json") | {"notes": ["a\x00b"]}
    assert superuser.post("/station-models", file).status_code == 422


def test_company_administrator_does_not_keep_the_catalogue(administrator, world):
    import_model(document(), actor=None)
    assert administrator.post("/station-models", document().model_dump(mode="json")).status_code == 403
    assert administrator.delete("/station-models/maker-twin").status_code == 403
