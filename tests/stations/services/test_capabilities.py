"""What stations can do is learnt from them, and asked of them now and then."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from stations.actions.reasons import capabilities_of
from stations.commands import Verdict
from stations.enums import OperationSource, OperationState, RegistrationStatus
from stations.models import Capabilities, ChargingStation, EndpointProcess, Operation
from stations.services.capabilities import ask_capabilities, learn_refused
from stations.services.operations import Conflict
from tests.support.commands import answered, ask, connected_station, done
from tests.support.factories import ChargingStationFactory, EndpointProcessFactory

pytestmark = pytest.mark.django_db
UNKNOWN = Verdict(OperationState.FAILED, "NotSupported", "", is_unsupported=True)


def report(**values: str) -> dict:
    return {"configurationKey": [{"key": key, "readonly": True, "value": value} for key, value in values.items()]}


def new_firmware(station, version="2.0") -> None:
    ChargingStation.objects.filter(pk=station.pk).update(firmware_version=version)


def test_answer_is_kept_as_far_as_it_is_about_abilities():
    station = connected_station(firmware_version="1.0")
    answer = report(supportedfeatureprofiles="Core, Reservation", AuthorizationKey="secret", NumberOfConnectors="2")
    done(station, "read-capabilities", answer | {"unknownKey": ["LocalAuthListEnabled"]})
    learnt = Capabilities.objects.get(station=station)
    assert learnt.parameters == {"SupportedFeatureProfiles": "Core, Reservation", "NumberOfConnectors": "2"}
    assert learnt.profiles == {"Core", "Reservation"}
    assert learnt.firmware_version == "1.0"
    assert learnt.read_at is not None


def test_parameters_without_a_value_and_empty_answers_are_no_trouble():
    station = connected_station()
    answer = report(SupportedFeatureProfiles="Core")
    answer["configurationKey"].append({"key": "NumberOfConnectors", "readonly": True})
    done(station, "read-capabilities", answer)
    assert Capabilities.objects.get(station=station).parameters == {"SupportedFeatureProfiles": "Core"}
    done(station, "read-capabilities", {})
    assert Capabilities.objects.get(station=station).parameters == {}


def test_message_a_station_does_not_know_is_not_offered_until_it_is_asked_again_or_has_other_firmware():
    station = connected_station()
    answered(ask(station, "clear-cache"), verdict=UNKNOWN)
    with pytest.raises(Conflict, match="does not know ClearCache"):
        ask(station, "clear-cache")
    done(station, "read-capabilities", report(SupportedFeatureProfiles="Core"))
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


def test_stations_are_asked_once():
    stations = [connected_station() for _ in range(2)]
    assert ask_capabilities() == 2
    assert ask_capabilities() == 0
    for operation in Operation.objects.all():
        assert (operation.action, operation.actor, operation.source) == (
            "read-capabilities",
            None,
            OperationSource.SYSTEM,
        )
        answered(operation, report(SupportedFeatureProfiles="Core"))
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        EndpointProcess.objects.update(renewed_at=timezone.now())
        assert ask_capabilities() == 0
        new_firmware(stations[0])
        assert ask_capabilities() == 1


def test_only_so_many_at_once():
    for _ in range(5):
        connected_station()
    assert [ask_capabilities(limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_silent_station_is_asked_again_a_day_later():
    station = connected_station()
    ask_capabilities()
    Operation.objects.update(state=OperationState.TIMED_OUT)
    assert ask_capabilities() == 0
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
        EndpointProcess.objects.update(renewed_at=timezone.now())
        assert ask_capabilities() == 1
    assert capabilities_of(station) is None


def test_station_that_does_not_know_the_question_stands_in_nobodys_way():
    mute, other = connected_station(), connected_station()
    learn_refused([(mute.pk, "GetConfiguration")])
    assert [ask_capabilities(limit=1), ask_capabilities(limit=1)] == [0, 1]
    assert Operation.objects.get().station == other
    new_firmware(mute)
    assert ask_capabilities() == 1


def test_only_connected_registered_and_enabled_stations_are_asked():
    ChargingStationFactory()
    dead = EndpointProcessFactory(renewed_at=timezone.now() - timedelta(minutes=1))
    connected_station(endpoint=dead)
    connected_station(enabled=False)
    connected_station(registration_status=RegistrationStatus.PENDING)
    assert ask_capabilities() == 0
