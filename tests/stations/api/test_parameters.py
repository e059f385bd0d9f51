"""``/stations/{identity}/parameters``."""

import pytest

from stations.models import ConfigurationChange, OcppParameter
from tests.support.commands import ask, connected_station
from tests.support.factories import MOMENT, OcppParameterFactory

PARAMETERS = "/stations/OURS-1/parameters"


@pytest.fixture
def reported(world):
    """``reported(key, value)``: the station has reported it."""

    def make(key: str, value: str | None, **values) -> OcppParameter:
        return OcppParameterFactory(
            station=world.ours.station, key=key, reported_value=value, pulled_at=MOMENT, **values
        )

    return make


def test_parameters_tell_what_is_wanted_and_what_the_station_has(viewer, operator, reported):
    reported("HeartbeatInterval", "300")
    reported("LocalPreAuthorize", "0")
    operator.put(f"{PARAMETERS}/LocalPreAuthorize", {"value": "true"})

    heartbeat, authorize = viewer.get(PARAMETERS).json()["results"]

    assert heartbeat == {
        "key": "HeartbeatInterval", "active_value": "300", "recommended_value": None, "reported_value": "300",
        "status": "reported_by_station", "read_only": False, "reboot_required": False, "awaits_reboot": False, "differs": False,
        "push_outcome": None, "pushed_at": None, "pulled_at": "2026-03-01T12:00:00Z",
    }  # fmt: skip
    assert (authorize["active_value"], authorize["reported_value"]) == ("true", "0")
    assert (authorize["status"], authorize["differs"]) == ("added_by_user", True)
    assert [each["key"] for each in viewer.get(PARAMETERS, differs="true").json()["results"]] == ["LocalPreAuthorize"]
    assert viewer.get(PARAMETERS, status="reported_by_station").json()["count"] == 1


def test_value_is_set_with_a_history_until_nobody_sets_it_any_more(operator, world, reported):
    row = reported("HeartbeatInterval", "300")

    answer = operator.put(f"{PARAMETERS}/heartbeatinterval", {"value": "60"})

    assert (answer.status_code, answer.json()["key"], answer.json()["active_value"]) == (200, "HeartbeatInterval", "60")
    change = ConfigurationChange.objects.get()
    assert (change.actor, change.source, change.cause) == (world.operator, "api", "edited")
    assert operator.put(f"{PARAMETERS}/HeartbeatInterval", {"value": None}).json()["active_value"] == "300"
    row.refresh_from_db()
    assert row.wanted_value is None


@pytest.mark.parametrize("name", ["Device/GridCurrent", "Device%2FGridCurrent"])
def test_keys_of_vendors_may_have_a_slash(operator, name):
    answer = operator.put(f"{PARAMETERS}/{name}", {"value": "63"})

    assert (answer.status_code, answer.json()["key"]) == (200, "Device/GridCurrent")
    assert operator.put(f"{PARAMETERS}/{name}", {"value": None}).json()["active_value"] is None
    assert not OcppParameter.objects.exists()


def test_wrong_value_is_refused_with_what_is_wrong(operator):
    answer = operator.put(f"{PARAMETERS}/HeartbeatInterval", {"value": "often"})

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["detail"]) == ("value", "Write a whole number.")
    assert not OcppParameter.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"value": 5}, {"value": "1", "key": "x"}, {"value": "a\x00"}, {"value": "x" * 501}]
)
def test_what_is_no_value_is_refused(operator, body):
    assert operator.put(f"{PARAMETERS}/VendorKey", body).status_code == 422


def test_read_only_parameter_cannot_be_set(operator, reported):
    reported("NumberOfConnectors", "2", read_only=True)

    answer = operator.put(f"{PARAMETERS}/numberofconnectors", {"value": "3"})

    assert answer.status_code == 409
    assert "read-only" in answer.json()["detail"]


def test_secrets_are_masked(operator, viewer, reported):
    answer = operator.put(f"{PARAMETERS}/AuthorizationKey", {"value": "correct horse"})

    assert answer.status_code == 200
    for shown in (answer, viewer.get(PARAMETERS), viewer.get("/stations/OURS-1/configuration-changes")):
        assert "correct horse" not in str(shown.json())
        assert "•••" in str(shown.json())


def test_value_that_was_set_is_sent_by_the_next_update(operator, world):
    station = connected_station(identity="HERE-1", site_area=world.ours.area)

    operator.put("/stations/here-1/parameters/Device/GridCurrent", {"value": "63"})

    assert ask(station, "push-parameters").requests == [
        ["ChangeConfiguration", {"key": "Device/GridCurrent", "value": "63"}]
    ]
