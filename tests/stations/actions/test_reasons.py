"""Why an action cannot be done now, in every situation a station can be in."""

from typing import Any

import pytest

from emobility.common.actions import actions, find
from stations.enums import ConnectorStatus, RegistrationStatus
from stations.models import ChargingStation, Connector
from stations.services.queries import stations_for_actions
from tests.support.commands import connected_station
from tests.support.factories import CapabilitiesFactory, ChargingSessionFactory, ChargingStationFactory
from tests.support.models import of_known_model

pytestmark = pytest.mark.django_db
ALL = {action.name for action in actions()}
SERVICE = {"disable", "enable"}
SESSIONS = {
    "remote-start", "remote-stop", "reserve", "cancel-reservation", "send-local-list",
    "set-charging-plan", "clear-charging-plans", "get-composite-schedule",
}  # fmt: skip
"""What needs a registered station."""
KNOWN_MODEL = {"use-system-configuration"}
"""What needs a station whose model is in the catalogue."""
WAITS = {"set-parameters"} | KNOWN_MODEL
"""What need not be sent now: it waits until the station is there."""
UNAVAILABLE, FAULTED, AVAILABLE = ConnectorStatus.UNAVAILABLE, ConnectorStatus.FAULTED, ConnectorStatus.AVAILABLE


def reasons(station: ChargingStation) -> dict[str, str]:
    """The reason by action, for those that cannot be done."""
    facts = stations_for_actions(ChargingStation.objects.filter(pk=station.pk)).get()
    found = {action.name: action.unavailable(facts) for action in actions()}
    return {name: reason for name, reason in found.items() if reason is not None}


def idle(**values: Any) -> ChargingStation:
    """A connected station of a known model."""
    return of_known_model(connected_station(**values))


def running(station: ChargingStation, number: int = 1):
    return ChargingSessionFactory(connector=Connector.objects.get(station=station, number=number))


def test_idle_connected_station_can_do_everything_but_end_a_session():
    assert reasons(idle()) == {
        "enable": "The station is enabled already.",
        "remote-stop": "No session runs at the station.",
    }


def test_station_that_charges_can_end_its_session():
    station = idle()
    running(station)
    assert reasons(station).keys() == {"enable"}


def test_station_that_is_away_can_only_be_disabled_and_given_values_that_wait():
    found = reasons(of_known_model(ChargingStationFactory()))
    assert found.keys() == ALL - {"disable"} - WAITS
    assert {found[name] for name in found.keys() - SERVICE} == {"The station is not connected."}


def test_station_that_was_never_there_is_given_no_values():
    found = reasons(of_known_model(ChargingStationFactory(ocpp_version="")))
    assert {found[name] for name in WAITS} == {"The station has never been connected."}


def test_station_of_an_unknown_model_has_no_system_configuration():
    found = reasons(connected_station())
    assert {found[name] for name in KNOWN_MODEL} == {"The model of the station is not in the catalogue."}
    assert found.keys() == {"enable", "remote-stop"} | KNOWN_MODEL


def test_disabled_station_can_only_be_enabled():
    found = reasons(idle(enabled=False))
    assert found.keys() == ALL - {"enable"}
    assert found["disable"] == "The station is disabled already."
    assert {found[name] for name in ALL - SERVICE} == {"The station is disabled for maintenance. Enable it first."}


def test_disabled_station_that_is_away_can_be_enabled():
    assert "enable" not in reasons(ChargingStationFactory(enabled=False))


def test_nothing_is_sent_to_a_rejected_station():
    found = reasons(idle(registration_status=RegistrationStatus.REJECTED))
    assert {found[name] for name in ALL - SERVICE} == {"The station is rejected: nothing may be sent to it."}


def test_station_that_has_not_booted_takes_no_sessions():
    found = reasons(idle(registration_status=RegistrationStatus.PENDING))
    assert found.keys() == SESSIONS | {"enable"}
    assert {found[name] for name in SESSIONS} == {"The registration of the station is not complete yet."}


@pytest.mark.parametrize("version", ["", "2.0.1", "9.9"])
def test_version_we_do_not_speak(version):
    found = reasons(idle(ocpp_version=version))
    assert {found[name] for name in ALL - SERVICE} == {f"OCPP {version or '?'} has no such command."}


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("Reset", {"reset", "reboot"}),
        ("ClearCache", {"clear-cache"}),
        ("ChangeAvailability", {"set-available", "set-unavailable"}),
        ("UnlockConnector", {"unlock-connector"}),
        ("RemoteStartTransaction", {"remote-start"}),
        ("ReserveNow", {"reserve"}),
        ("SendLocalList", {"send-local-list"}),
        ("GetLocalListVersion", {"send-local-list"}),
        ("DataTransfer", {"data-transfer"}),
        ("GetConfiguration", {"pull-parameters"}),
        ("ChangeConfiguration", {"push-parameters"} | WAITS),
    ],
)
def test_message_the_station_did_not_know(message, names):
    station = idle()
    running(station)
    CapabilitiesFactory(station=station, parameters={}, refused_messages=[message])
    found = reasons(station)
    assert found.keys() == names | {"enable"}
    for name in names:
        assert message in found[name]


@pytest.mark.parametrize(
    ("profile", "names"),
    [
        ("RemoteTrigger", {"trigger-message"}),
        ("FirmwareManagement", {"get-diagnostics"}),
        ("Reservation", {"reserve", "cancel-reservation"}),
        ("LocalAuthListManagement", {"send-local-list"}),
        ("SmartCharging", {"set-charging-plan", "clear-charging-plans", "get-composite-schedule"}),
        ("Core", set()),
    ],
)
def test_feature_profile_the_station_does_not_list(profile, names):
    station = idle()
    running(station)
    learnt = CapabilitiesFactory(station=station)
    learnt.parameters = {"SupportedFeatureProfiles": ",".join(learnt.profiles - {profile})}
    learnt.save()
    found = reasons(station)
    assert found.keys() == names | {"enable"}
    for name in names:
        assert profile in found[name]


@pytest.mark.parametrize("parameters", [{}, {"SupportedFeatureProfiles": ""}, {"SupportedFeatureProfiles": None}])
def test_station_that_lists_no_profiles_is_taken_to_have_all(parameters):
    station = idle()
    CapabilitiesFactory(station=station, parameters=parameters)
    assert reasons(station).keys() == {"enable", "remote-stop"}


def test_what_was_learnt_of_other_firmware_does_not_count():
    station = connected_station(firmware_version="2.0")
    CapabilitiesFactory(station=station, firmware_version="1.0", refused_messages=["Reset"])
    assert "reset" not in reasons(station)


def test_local_list_that_is_switched_off():
    station = connected_station()
    CapabilitiesFactory(station=station, parameters={"LocalAuthListEnabled": "False"})
    assert "switched off" in reasons(station)["send-local-list"]


@pytest.mark.parametrize("statuses", [[UNAVAILABLE, FAULTED], [UNAVAILABLE]])
def test_no_session_starts_where_no_connector_is_free(statuses):
    assert reasons(connected_station(*statuses))["remote-start"] == "No connector of the station is free."


def test_one_free_connector_is_enough():
    station = connected_station(AVAILABLE, FAULTED, AVAILABLE)
    running(station, 1)
    assert "remote-start" not in reasons(station)
    running(station, 3)
    assert reasons(station)["remote-start"] == "No connector of the station is free."


def test_reasons_of_a_single_connector():
    station = connected_station(AVAILABLE, UNAVAILABLE, AVAILABLE)
    running(station, 1)
    facts = stations_for_actions(ChargingStation.objects.filter(pk=station.pk)).get()
    one, two, three = facts.connectors.all()
    start, stop = find("remote-start").unavailable_on, find("remote-stop").unavailable_on
    assert start(facts, one) == "A session runs on connector 1."
    assert start(facts, two) == "Connector 2 is Unavailable."
    assert start(facts, three) is None
    assert [stop(facts, each) is None for each in (one, two, three)] == [True, False, False]


@pytest.mark.parametrize("action", ["reset", "reboot", "unlock-connector", "remote-stop"])
def test_sessions_that_will_end_are_named(action):
    station = connected_station()
    session = running(station, 1)
    facts = stations_for_actions(ChargingStation.objects.filter(pk=station.pk)).get()
    found = find(action)
    parameters = {"connector": 1} if found.takes_connector else {}
    assert list(found.ends(facts, found.parameters(**parameters))) == [session]


def test_all_that_decides_is_fetched_in_few_queries(django_assert_max_num_queries):
    for _ in range(4):
        running(connected_station())
    with django_assert_max_num_queries(3):
        for station in stations_for_actions(ChargingStation.objects.all()):
            for action in actions():
                action.unavailable(station)
                for connector in station.connectors.all():
                    action.unavailable_on(station, connector)
