"""What stations can do is learnt from their parameters and from what they refuse."""

import pytest

from stations.commands import Verdict
from stations.enums import OperationState
from stations.models import Capabilities, ChargingStation
from stations.services.capabilities import learn_refused
from stations.services.operation_upkeep import follow_effects
from stations.services.operations import Conflict
from tests.support.commands import answered, ask, connected_station, done

pytestmark = pytest.mark.django_db
UNKNOWN = Verdict(OperationState.FAILED, "NotSupported", "", is_unsupported=True)


def report(**values: str) -> dict:
    return {"configurationKey": [{"key": key, "readonly": True, "value": value} for key, value in values.items()]}


def read(station, answer: dict) -> None:
    """Have ``station`` report its parameters with ``answer``."""
    done(station, "pull-parameters", answer)
    follow_effects()


def new_firmware(station, version="2.0") -> None:
    ChargingStation.objects.filter(pk=station.pk).update(firmware_version=version)


def test_answer_is_kept_as_far_as_it_is_about_abilities():
    station = connected_station(firmware_version="1.0")
    answer = report(supportedfeatureprofiles="Core, Reservation", AuthorizationKey="secret", NumberOfConnectors="2")
    read(station, answer | {"unknownKey": ["LocalAuthListEnabled"]})
    learnt = Capabilities.objects.get(station=station)
    assert learnt.parameters == {"SupportedFeatureProfiles": "Core, Reservation", "NumberOfConnectors": "2"}
    assert learnt.profiles == {"Core", "Reservation"}
    assert learnt.firmware_version == "1.0"
    assert learnt.read_at is not None


def test_parameters_without_a_value_and_empty_answers_are_no_trouble():
    station = connected_station()
    answer = report(SupportedFeatureProfiles="Core")
    answer["configurationKey"].append({"key": "NumberOfConnectors", "readonly": True})
    read(station, answer)
    assert Capabilities.objects.get(station=station).parameters == {"SupportedFeatureProfiles": "Core"}
    read(station, {})
    assert Capabilities.objects.get(station=station).parameters == {}


def test_message_a_station_does_not_know_is_not_offered_until_it_is_asked_again_or_has_other_firmware():
    station = connected_station()
    answered(ask(station, "clear-cache"), verdict=UNKNOWN)
    with pytest.raises(Conflict, match="does not know ClearCache"):
        ask(station, "clear-cache")
    read(station, report(SupportedFeatureProfiles="Core"))
    answered(ask(station, "clear-cache"), verdict=UNKNOWN)
    new_firmware(station)
    assert ask(station, "clear-cache").state == OperationState.QUEUED


def test_what_was_refused_before_the_new_firmware_is_forgotten():
    station = connected_station()
    learn_refused([(station.pk, "Reset"), (station.pk, "ClearCache")])
    learn_refused([(station.pk, "Reset")])
    assert Capabilities.objects.get(station=station).refused_messages == ["ClearCache", "Reset"]
    new_firmware(station)
    learn_refused([(station.pk, "ReserveNow")])
    learnt = Capabilities.objects.get(station=station)
    assert (learnt.refused_messages, learnt.firmware_version) == (["ReserveNow"], "2.0")


def test_nothing_refused_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        learn_refused([])
