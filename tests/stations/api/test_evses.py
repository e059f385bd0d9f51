"""``/stations/{identity}/evses/{number}``."""

import pytest

from stations.models import EVSE, ConfigurationChange

PATH = "/stations/ours-1/evses/1"
DETAILS = {
    "code": "P2-17", "name": "Left", "emi3_id": "DE*ABC*E1", "parking_level": "-2", "parking_space": "17",
    "directions": "Behind the lift", "latitude": 48.5, "longitude": 9.25,
}  # fmt: skip


def test_operator_names_an_evse_and_says_where_it_is(operator, world):
    answer = operator.patch(PATH, DETAILS)

    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in DETAILS} == DETAILS
    assert answer.json()["connectors"][0]["number"] == 1
    assert ConfigurationChange.objects.get().actor == world.operator
    cleared = operator.patch(PATH, {"code": None, "latitude": None, "name": ""}).json()
    assert (cleared["code"], cleared["latitude"], cleared["name"]) == (None, None, "")
    assert cleared["emi3_id"] == "DE*ABC*E1"


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "P2-17"), ("emi3_id", "DE*ABC*E1"), ("emi3_id", "E1"), ("latitude", 91), ("colour", "x")],
)
def test_wrong_detail_is_named(operator, world, field, value):
    EVSE.objects.get(pk=world.theirs.evse.pk).delete()
    EVSE.objects.create(station=world.theirs.station, number=1, code="P2-17", emi3_id="DE*ABC*E1")

    answer = operator.patch(PATH, {field: value})

    assert answer.status_code == 422, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_evse_that_is_not_there(operator):
    assert operator.patch("/stations/OURS-1/evses/9", {"name": "x"}).status_code == 404
    assert operator.patch("/stations/THEIRS-1/evses/1", {"name": "x"}).status_code == 404
