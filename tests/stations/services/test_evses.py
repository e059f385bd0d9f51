"""Connectors and EVSEs as people enter them."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from stations.configuration.electrical import EnteredConnector, EnteredStation
from stations.enums import ConfigurationStatus, OperationSource
from stations.models import EVSE, Configuration, ConfigurationChange, Connector
from stations.services.configuration import locked_station, use_system_configuration
from stations.services.errors import Conflict
from stations.services.evses import ElectricalError, change_evse, enter_connectors, entered_station
from tests.support.commands import connected_station
from tests.support.models import known_model

pytestmark = pytest.mark.django_db
BY = {"actor": None, "source": OperationSource.PORTAL}
TYPE_2 = EnteredConnector(1, 1, "type_2", "AC", 3, 230, 32.0)


@pytest.fixture
def station():
    return connected_station(vendor="Maker", model="Twin", ocpp_version="1.6")


def now(station) -> EnteredStation:
    return entered_station(locked_station(station))


def test_what_is_entered_is_in_force_and_remembered(station):
    enter_connectors(station, EnteredStation((TYPE_2, replace(TYPE_2, number=2, evse=1))), **BY)
    assert [(c.evse, c.maximum_power_w, c.phases) for c in now(station).connectors] == [(1, 22080, 3), (1, 22080, 3)]
    assert [evse.number for evse in EVSE.objects.filter(station=station)] == [1]
    station.refresh_from_db()
    assert station.maximum_power_w == 22080
    assert Configuration.objects.get(station=station).entered_at is not None


def test_only_what_differs_is_written(station):
    entered = EnteredStation((TYPE_2, replace(TYPE_2, number=2, evse=2)))
    enter_connectors(station, entered, **BY)
    assert enter_connectors(station, now(station), **BY) is None
    connectors = (TYPE_2, replace(TYPE_2, number=2, evse=2, phase_rotation="STR"))
    row = enter_connectors(station, replace(entered, connectors=connectors), **BY)
    assert [(c["item"], c["field"], c["after"]) for c in row.changes] == [("2", "phase_rotation", "STR")]


def test_what_cannot_be_changes_nothing(station):
    with pytest.raises(ElectricalError) as caught:
        enter_connectors(station, EnteredStation((replace(TYPE_2, phases=None),)), **BY)
    assert (1, "phases") in caught.value.problems
    assert "Connector 1: AC has one, two or three phases" in caught.value.messages[0]
    assert not ConfigurationChange.objects.exists()


def test_connector_of_a_station_that_is_there_cannot_be_left_out(station):
    with pytest.raises(Conflict, match="Connector 2"):
        enter_connectors(station, EnteredStation((TYPE_2,)), **BY)
    assert Connector.objects.filter(station=station).count() == 2
    assert not ConfigurationChange.objects.exists()


def test_changed_connector_of_a_known_model_overwrites_system_values(station):
    use_system_configuration(station, known_model(), **BY)
    entered = now(station)
    weaker = replace(entered.connectors[0], current_a=16.0, maximum_power_w=None)
    rest = {"connectors": (weaker, entered.connectors[1]), "maximum_power_w": None}
    enter_connectors(station, replace(entered, **rest), **BY)
    assert Configuration.objects.get(station=station).status == ConfigurationStatus.SYSTEM_VALUES_OVERWRITTEN


def test_details_of_an_evse(station):
    change_evse(station, 1, {"code": "GATE", "name": "By the gate", "emi3_id": "de*abc*e1", "latitude": 0.0}, **BY)
    evse = EVSE.objects.get(station=station, number=1)
    assert (evse.code, evse.name, evse.emi3_id, evse.latitude) == ("GATE", "By the gate", "DE*ABC*E1", 0.0)
    assert change_evse(station, 1, {"code": "GATE", "parking_level": ""}, **BY) is None
    change_evse(station, 1, {"code": ""}, **BY)
    evse.refresh_from_db()
    assert evse.code is None


@pytest.mark.parametrize(
    ("values", "field"),
    [({"code": "TAKEN"}, "code"), ({"emi3_id": "nonsense"}, "emi3_id"), ({"latitude": 91.0}, "latitude")],
)
def test_wrong_details_are_said_at_their_field(station, values, field):
    change_evse(station, 2, {"code": "TAKEN"}, **BY)
    with pytest.raises(ValidationError) as caught:
        change_evse(station, 1, values, **BY)
    assert set(caught.value.message_dict) == {field}


def test_evse_that_is_gone_is_said(station):
    with pytest.raises(Conflict, match="no EVSE 9"):
        change_evse(station, 9, {"name": "x"}, **BY)
