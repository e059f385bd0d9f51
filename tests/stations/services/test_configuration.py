"""Changes to configurations: in force with their history, whose values they are, and taken back."""

import pytest
from django.core.exceptions import ValidationError

from stations.configuration.changes import MASK, Change
from stations.enums import ChangeCause, ConfigurationStatus, OperationSource, ParameterStatus
from stations.models import EVSE, Configuration, ConfigurationChange, Connector, OcppParameter
from stations.services.configuration import (
    change_configuration,
    configuration_of,
    revert_change,
    set_parameters,
    use_system_configuration,
)
from stations.services.connectors import ensure_connector
from stations.services.errors import Conflict
from tests.support.commands import connected_station
from tests.support.factories import ChargingStationFactory, ConnectorFactory, EVSEFactory
from tests.support.models import RECOMMENDED, document, known_model

pytestmark = pytest.mark.django_db
BY = {"actor": None, "source": OperationSource.SYSTEM}


@pytest.fixture
def station():
    return connected_station(vendor="Maker", model="Twin", ocpp_version="1.6")


def status_of(station) -> str:
    return Configuration.objects.get(station=station).status


def wanted(station) -> dict[str, str]:
    return dict(OcppParameter.objects.filter(station=station).values_list("key", "wanted_value"))


def change(station, *changes: Change) -> ConfigurationChange | None:
    return change_configuration(station, changes, cause=ChangeCause.EDITED, **BY)


def test_system_configuration_sets_connectors_and_parameters_and_says_so(station):
    use_system_configuration(station, known_model(), **BY)
    connectors = Connector.objects.filter(station=station).order_by("number")
    assert [(c.evse.number, c.type, c.phases, c.current_a, c.maximum_power_w) for c in connectors] == [
        (1, "type_2", 3, 32, 22080),
        (2, "type_2", 3, 32, 22080),
    ]
    station.refresh_from_db()
    assert station.maximum_power_w == 44160
    assert wanted(station) == RECOMMENDED
    assert status_of(station) == ConfigurationStatus.DEFINED_BY_SYSTEM


def test_connectors_that_share_an_outlet_come_to_one_evse_and_the_empty_one_goes(station):
    EVSE.objects.filter(station=station, number=2).update(code="SECOND", name="Left")
    shared = document(
        evses=[{"number": 1, "connectors": [c for e in document().model_dump()["evses"] for c in e["connectors"]]}],
        maximum_power_w=22080,
    )
    row = use_system_configuration(station, known_model(**shared.model_dump()), **BY)
    assert [c.evse.number for c in Connector.objects.filter(station=station)] == [1, 1]
    assert EVSE.objects.get(station=station).number == 1
    revert_change(row, **BY)
    assert [c.evse.number for c in Connector.objects.filter(station=station).order_by("number")] == [1, 2]
    assert EVSE.objects.get(station=station, number=2).code == "SECOND"


def test_user_overwrites_values_and_the_system_brings_them_back(station):
    model = known_model()
    use_system_configuration(station, model, **BY)
    set_parameters(station, {"metervaluesampleinterval": "30", "Mine": "1"}, **BY)
    row = OcppParameter.objects.get(station=station, key="MeterValueSampleInterval")
    assert (row.wanted_value, row.recommended_value, row.status) == (
        "30",
        "60",
        ParameterStatus.SYSTEM_VALUE_OVERWRITTEN,
    )
    assert status_of(station) == ConfigurationStatus.SYSTEM_VALUES_OVERWRITTEN
    use_system_configuration(station, model, **BY)
    assert status_of(station) == ConfigurationStatus.DEFINED_BY_SYSTEM
    assert wanted(station) == RECOMMENDED | {"Mine": "1"}
    kept = ConfigurationChange.objects.filter(station=station).first()
    assert kept.changes == [
        {
            "kind": "parameter",
            "item": "MeterValueSampleInterval",
            "field": "wanted_value",
            "before": "30",
            "after": "60",
        }
    ]


def test_changed_connector_overwrites_system_values(station):
    use_system_configuration(station, known_model(), **BY)
    row = change(station, Change("connector", "1", "phases", 3, 1))
    assert status_of(station) == ConfigurationStatus.SYSTEM_VALUES_OVERWRITTEN
    revert_change(row, **BY)
    assert status_of(station) == ConfigurationStatus.DEFINED_BY_SYSTEM


def test_another_spelling_of_a_recommended_value_overwrites_nothing(station):
    use_system_configuration(station, known_model(), **BY)
    set_parameters(station, {"LocalPreAuthorize": "1"}, **BY)
    assert status_of(station) == ConfigurationStatus.DEFINED_BY_SYSTEM


def test_wrong_values_are_refused_together_and_nothing_changes(station):
    OcppParameter.objects.create(station=station, key="Fixed", key_lower="fixed", read_only=True, reported_value="1")
    with pytest.raises(ValidationError) as caught:
        set_parameters(station, {"HeartbeatInterval": "abc", "fixed": "2", "Good": "1", "x" * 51: "1"}, **BY)
    assert set(caught.value.message_dict) == {"HeartbeatInterval", "fixed", "x" * 51}
    assert wanted(station) == {"Fixed": None}
    assert not ConfigurationChange.objects.exists()


def test_value_nobody_wants_any_more_leaves_what_the_station_reports(station):
    set_parameters(station, {"Mine": "1"}, **BY)
    assert OcppParameter.objects.get(station=station).is_hidden
    set_parameters(station, {"Mine": None}, **BY)
    assert not OcppParameter.objects.filter(station=station).exists()


def test_nothing_to_change_leaves_no_trace(station):
    set_parameters(station, {"Mine": "1"}, **BY)
    assert set_parameters(station, {"mine": "1"}, **BY) is None
    assert ConfigurationChange.objects.count() == 1


def test_secrets_stay_out_of_the_history_and_are_not_brought_back(station):
    row = set_parameters(station, {"AuthorizationKey": "hush-hush-hush", "Mine": "1"}, **BY)
    assert [c["after"] for c in row.changes] == [MASK, "1"]
    revert_change(row, **BY)
    assert wanted(station) == {"AuthorizationKey": "hush-hush-hush"}


def test_change_that_cannot_be_taken_back_says_why(station):
    row = change(station, Change("evse", "1", "code", None, "GATE"), Change("evse", "2", "code", None, "DOOR"))
    change(station, Change("evse", "1", "code", "GATE", "EAST"), Change("evse", "2", "code", "DOOR", "WEST"))
    back = revert_change(ConfigurationChange.objects.first(), **BY)
    assert [e.code for e in EVSE.objects.order_by("number")] == ["GATE", "DOOR"]
    assert back.cause == ChangeCause.REVERTED
    revert_change(row, **BY)
    foreign = EVSEFactory(code="EAST")
    with pytest.raises(Conflict, match="cannot be taken back"):
        revert_change(ConfigurationChange.objects.get(pk=row.pk + 2), **BY)
    foreign.delete()


@pytest.mark.parametrize(
    ("entered", "kept"),
    [("de*abc*e1a2", "DE*ABC*E1A2"), ("DEABCE1A2", "DE*ABC*E1A2"), ("DE*ABC*E1*A*2", "DE*ABC*E1*A*2")],
)
def test_evse_id_is_kept_as_it_is_written(station, entered, kept):
    change(station, Change("evse", "1", "emi3_id", "", entered))
    assert EVSE.objects.get(station=station, number=1).emi3_id == kept


@pytest.mark.parametrize("entered", ["DE*AB*E1", "D*ABC*E1", "DE*ABC*1", "DE*ABC*E", "DE*ABC*E1-2"])
def test_what_is_no_evse_id_is_refused(station, entered):
    with pytest.raises(ValidationError, match="no eMI³ id"):
        change(station, Change("evse", "1", "emi3_id", "", entered))


def test_evse_ids_are_unique_however_they_are_written(station):
    change(station, Change("evse", "1", "emi3_id", "", "DE*ABC*E1A"))
    with pytest.raises(ValidationError, match="Another EVSE"):
        change(station, Change("evse", "2", "emi3_id", "", "DE*ABC*E1*A"))


def test_connector_the_station_reported_or_may_report_is_not_removed(station):
    gone = Change("connector", "2", "number", 2, None)
    with pytest.raises(Conflict, match="not connected"):
        change(station, gone)
    type(station).objects.filter(pk=station.pk).update(endpoint=None)
    change(station, gone)
    assert [c.number for c in Connector.objects.filter(station=station)] == [1]
    Connector.objects.filter(station=station).update(status_at=station.registered_at)
    with pytest.raises(Conflict, match="reported it"):
        change(station, Change("connector", "1", "number", 1, None))


def test_connector_the_model_does_not_know_stays_where_it_is(station):
    ConnectorFactory(evse=EVSEFactory(station=station, number=3), number=3)
    use_system_configuration(station, known_model(), **BY)
    assert [c.evse.number for c in Connector.objects.filter(station=station).order_by("number")] == [1, 2, 3]
    assert configuration_of(station).status == ConfigurationStatus.DEFINED_BY_SYSTEM


def test_connector_reported_after_it_was_placed_stays_at_its_evse(station):
    change(station, Change("connector", "2", "evse", 2, 1), Change("evse", "2", "number", 2, None))
    assert ensure_connector(station.pk, 2) == Connector.objects.get(station=station, number=2).pk
    assert [evse.number for evse in EVSE.objects.filter(station=station)] == [1]


def test_connectors_made_by_the_system_stay_when_its_configuration_is_taken_back():
    station = ChargingStationFactory(vendor="Maker", model="Twin", ocpp_version="1.6")
    row = use_system_configuration(station, known_model(), **BY)
    Connector.objects.filter(station=station).update(status_at=station.registered_at)
    revert_change(row, **BY)
    connectors = Connector.objects.filter(station=station).order_by("number")
    assert [(c.evse.number, c.phases, c.type) for c in connectors] == [(1, None, ""), (2, None, "")]
    assert not OcppParameter.objects.filter(station=station, wanted_value__isnull=False).exists()


def test_history_of_a_change_taken_back_tells_what_it_replaced(station):
    row = set_parameters(station, {"Mine": "1"}, **BY)
    set_parameters(station, {"Mine": "2"}, **BY)
    assert [(c["before"], c["after"]) for c in revert_change(row, **BY).changes] == [("2", None)]
    assert revert_change(row, **BY) is None
