"""What actions send: the messages of OCPP 1.6, each valid by its schema, for parameters of every kind."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from emobility.common.actions import actions
from stations.configuration.parameters import assess
from stations.models import Connector, Operation
from stations.services.errors import Conflict
from tests.support.commands import ask, connected_station
from tests.support.factories import (
    MOMENT,
    BadgeFactory,
    CapabilitiesFactory,
    ChargingSessionFactory,
    LocalListFactory,
    OcppParameterFactory,
)
from tests.support.models import of_known_model

pytestmark = pytest.mark.django_db
SOON = (MOMENT + timedelta(hours=1)).isoformat()
PERIODS = [{"start_s": 0, "limit": 16}, {"start_s": 60, "limit": 6.5, "phases": 1}]


@pytest.fixture
def station():
    """A station with a session, transaction 4711, on the first of its two connectors."""
    with time_machine.travel(MOMENT, tick=False):
        station = connected_station()
        connector = Connector.objects.get(station=station, number=1)
        ChargingSessionFactory(connector=connector, transaction_id="4711")
        yield station


def sent(station, action: str, **parameters: Any) -> list[list[Any]]:
    return ask(station, action, **parameters).requests


TRIED = [
    ("reset", {}, "Reset", {"type": "Soft"}),
    ("reboot", {}, "Reset", {"type": "Hard"}),
    ("clear-cache", {}, "ClearCache", {}),
    ("set-available", {}, "ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
    ("set-available", {"connector": 2}, "ChangeAvailability", {"connectorId": 2, "type": "Operative"}),
    ("set-unavailable", {"connector": None}, "ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
    ("disable", {}, "ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
    ("unlock-connector", {"connector": 1}, "UnlockConnector", {"connectorId": 1}),
    ("remote-start", {"badge": " ABC "}, "RemoteStartTransaction", {"idTag": "ABC"}),
    ("remote-start", {"badge": "ABC", "connector": 2}, "RemoteStartTransaction", {"idTag": "ABC", "connectorId": 2}),
    ("remote-stop", {}, "RemoteStopTransaction", {"transactionId": 4711}),
    ("remote-stop", {"transaction_id": "4711"}, "RemoteStopTransaction", {"transactionId": 4711}),
    ("remote-stop", {"connector": 1}, "RemoteStopTransaction", {"transactionId": 4711}),
    ("cancel-reservation", {"reservation_id": 5}, "CancelReservation", {"reservationId": 5}),
    ("trigger-message", {}, "TriggerMessage", {"requestedMessage": "StatusNotification"}),
    ("trigger-message", {"message": "MeterValues", "connector": 1}, "TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}),
    ("get-diagnostics", {"location": "ftp://u:p@files/x"}, "GetDiagnostics", {"location": "ftp://u:p@files/x"}),
    (
        "get-diagnostics",
        {"location": "https://files/x", "start": SOON, "stop": SOON, "retries": 0, "retry_interval_s": 10},
        "GetDiagnostics",
        {"location": "https://files/x", "startTime": "2026-03-01T13:00:00.000Z", "stopTime": "2026-03-01T13:00:00.000Z", "retries": 0, "retryInterval": 10},
    ),
    ("data-transfer", {"vendor_id": "com.example"}, "DataTransfer", {"vendorId": "com.example"}),
    ("data-transfer", {"vendor_id": "v", "message_id": "m", "data": "d"}, "DataTransfer", {"vendorId": "v", "messageId": "m", "data": "d"}),
    ("clear-charging-plans", {}, "ClearChargingProfile", {}),
    (
        "clear-charging-plans",
        {"id": 3, "connector": 0, "purpose": "session", "stack_level": 0},
        "ClearChargingProfile",
        {"id": 3, "connectorId": 0, "chargingProfilePurpose": "TxProfile", "stackLevel": 0},
    ),
    ("get-composite-schedule", {}, "GetCompositeSchedule", {"connectorId": 0, "duration": 3600}),
    ("get-composite-schedule", {"connector": 1, "duration_s": 60, "unit": "W"}, "GetCompositeSchedule", {"connectorId": 1, "duration": 60, "chargingRateUnit": "W"}),
    ("ocpp-call", {"message": "UpdateFirmware", "payload": {"location": "ftp://f", "retrieveDate": SOON}}, "UpdateFirmware", {"location": "ftp://f", "retrieveDate": SOON}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "parameters", "message", "payload"), TRIED)
def test_message_of_the_action(station, action, parameters, message, payload):
    assert sent(station, action, **parameters) == [[message, payload]]


def test_enabling():
    station = connected_station(enabled=False)
    assert sent(station, "enable") == [["ChangeAvailability", {"connectorId": 0, "type": "Operative"}]]


def test_reserving(station):
    [[message, payload]] = sent(station, "reserve", badge="ABC", connector=2, expires_at=SOON)
    assert 0 < payload.pop("reservationId") < 2**31
    assert (message, payload) == (
        "ReserveNow",
        {"connectorId": 2, "idTag": "ABC", "expiryDate": "2026-03-01T13:00:00.000Z"},
    )
    assert sent(station, "reserve", badge="ABC", expires_at=SOON)[0][1]["connectorId"] == 0


def test_parameters_are_read_and_what_the_station_does_not_list_is_asked_for_by_name_in_parts(station):
    CapabilitiesFactory(station=station, parameters={"GetConfigurationMaxKeys": "2"})
    for key in ("One", "Two", "Three"):
        OcppParameterFactory(station=station, key=key, wanted_value="1")
    OcppParameterFactory(station=station, key="Listed", reported_value="1", pulled_at=MOMENT)
    [[message, everything], *named] = sent(station, "pull-parameters")
    assert (message, everything) == ("GetConfiguration", {})
    assert sorted(key for _message, payload in named for key in payload["key"]) == ["One", "Three", "Two"]
    assert [len(payload["key"]) for _message, payload in named] == [2, 1]


def test_values_that_differ_are_sent_in_the_stations_own_spelling(station):
    table = {"LocalPreAuthorize": ("true", "0"), "HeartbeatInterval": ("60", "300"), "BlinkRepeat": ("1", "1")}
    for key, (wanted, reported) in table.items():
        parameter = OcppParameterFactory.build(
            station=station, key=key, wanted_value=wanted, reported_value=reported, pulled_at=MOMENT
        )
        assess(parameter, {})
        parameter.save()
    assert sent(station, "push-parameters", keys=["localpreauthorize", "BlinkRepeat"]) == [
        change("LocalPreAuthorize", "1")
    ]
    assert sent(station, "push-parameters") == [change("HeartbeatInterval", "60"), change("LocalPreAuthorize", "1")]
    Operation.objects.update(state="accepted", effect="none")
    assert sent(station, "set-parameters", values={"BlinkRepeat": "3", "HeartbeatInterval": "300"}) == [
        change("BlinkRepeat", "3")
    ]


def test_recommended_values_are_sent(station):
    of_known_model(station)
    assert sent(station, "use-system-configuration") == [
        change("LocalPreAuthorize", "true"),
        change("MeterValueSampleInterval", "60"),
        change("VendorKey", "x"),
    ]


def change(key: str, value: str) -> list[Any]:
    return ["ChangeConfiguration", {"key": key, "value": value}]


def test_charging_plan(station):
    parameters = {"connector": 1, "purpose": "session", "periods": PERIODS, "stack_level": 3, "duration_s": 600}
    [[message, payload]] = sent(station, "set-charging-plan", **parameters)
    profile = payload["csChargingProfiles"]
    assert 0 < profile.pop("chargingProfileId") < 2**31
    assert (message, payload["connectorId"]) == ("SetChargingProfile", 1)
    assert profile == {
        "transactionId": 4711,
        "stackLevel": 3,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "startSchedule": "2026-03-01T12:00:00.000Z",
            "duration": 600,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 16.0},
                {"startPeriod": 60, "limit": 6.5, "numberPhases": 1},
            ],
        },
    }


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"purpose": "station_maximum", "start": SOON}, "Absolute"),
        ({"kind": "relative"}, "Relative"),
        ({"kind": "recurring", "recurrency": "weekly", "unit": "W"}, "Recurring"),
    ],
)
def test_kinds_of_charging_plan(station, parameters, kind):
    [[_message, payload]] = sent(station, "set-charging-plan", periods=PERIODS, **parameters)
    assert payload["csChargingProfiles"]["chargingProfileKind"] == kind
    assert ("startSchedule" in payload["csChargingProfiles"]["chargingSchedule"]) == (kind != "Relative")


def test_local_list_goes_in_parts_and_is_asked_for_at_the_end(station):
    CapabilitiesFactory(station=station, parameters={"SendLocalListMaxLength": "2"})
    LocalListFactory(station=station, version=7, entries={})
    company = station.site_area.site.company
    for tag in "ABC":
        BadgeFactory(company=company, id_tag=tag, expires_at=MOMENT + timedelta(days=1))
    BadgeFactory(id_tag="OTHER")
    BadgeFactory(company=company, id_tag="x" * 21)
    info = {"status": "Accepted", "expiryDate": "2026-03-02T12:00:00.000Z"}
    entries = [{"idTag": tag, "idTagInfo": info} for tag in "ABC"]
    expected = [
        ["SendLocalList", {"listVersion": 8, "updateType": "Full", "localAuthorizationList": entries[:2]}],
        ["SendLocalList", {"listVersion": 9, "updateType": "Differential", "localAuthorizationList": entries[2:]}],
        ["GetLocalListVersion", {}],
    ]
    assert sent(station, "send-local-list") == expected
    expected[0][1]["updateType"] = "Differential"
    assert sent(station, "send-local-list", update="difference") == expected


@pytest.mark.parametrize(
    ("action", "parameters", "reason"),
    [
        ("remote-start", {"badge": "A", "connector": 1}, "A session runs on connector 1."),
        ("remote-stop", {"transaction_id": "1"}, "Name one of the sessions"),
        ("remote-stop", {"connector": 2}, "Name one of the sessions"),
        ("reserve", {"badge": "A", "expires_at": MOMENT.isoformat()}, "ends in the future"),
        ("reserve", {"badge": "A", "expires_at": (MOMENT + timedelta(days=8)).isoformat()}, "within seven days"),
        ("reserve", {"badge": "A", "expires_at": SOON, "connector": 1}, "A session runs on connector 1."),
        ("send-local-list", {"update": "difference"}, "Send the full list first"),
        ("set-charging-plan", {"periods": [{"start_s": 5, "limit": 1}]}, "The first period starts at 0"),
        ("set-charging-plan", {"periods": [PERIODS[0], PERIODS[1], PERIODS[1]]}, "every later one after"),
        ("set-charging-plan", {"periods": PERIODS, "purpose": "station_maximum", "connector": 1}, "connector 0"),
        ("set-charging-plan", {"periods": PERIODS, "purpose": "station_maximum", "kind": "relative"}, "relative"),
        ("set-charging-plan", {"periods": PERIODS, "kind": "recurring"}, "how often"),
        ("set-charging-plan", {"periods": PERIODS, "recurrency": "daily"}, "how often"),
        ("set-charging-plan", {"periods": PERIODS, "purpose": "session", "connector": 2}, "No session runs"),
        ("set-parameters", {"values": {"HeartbeatInterval": "often"}}, "HeartbeatInterval: Write a whole number."),
        ("set-parameters", {"values": {"AuthorizationKey": "x"}}, "AuthorizationKey is a secret"),
        ("use-system-configuration", {}, "not in the catalogue"),
    ],
)
def test_what_cannot_be_done_as_things_stand(station, action, parameters, reason):
    with pytest.raises(Conflict, match=reason):
        ask(station, action, **parameters)


def test_more_badges_than_the_list_holds(station):
    CapabilitiesFactory(station=station, parameters={"LocalAuthListMaxLength": "1"})
    for tag in "AB":
        BadgeFactory(company=station.site_area.site.company, id_tag=tag)
    with pytest.raises(Conflict, match="2 badges, but the list of the station holds only 1"):
        ask(station, "send-local-list")


@pytest.mark.parametrize(
    ("action", "parameters", "field"),
    [
        ("reset", {"type": "Soft"}, "type"),
        ("set-parameters", {"values": {}}, "values"),
        ("set-parameters", {"values": {"HeartbeatInterval": 60}}, "values.HeartbeatInterval"),
        ("set-available", {"connector": 0}, "connector"),
        ("set-available", {"connector": "one"}, "connector"),
        ("unlock-connector", {}, "connector"),
        ("remote-start", {}, "badge"),
        ("remote-start", {"badge": "x" * 21}, "badge"),
        ("remote-start", {"badge": "  "}, "badge"),
        ("reserve", {"badge": "A", "expires_at": "2026-03-01T13:00:00"}, "expires_at"),
        ("cancel-reservation", {"reservation_id": 2**31}, "reservation_id"),
        ("trigger-message", {"message": "Authorize"}, "message"),
        ("get-diagnostics", {"location": "file:///etc/passwd"}, "location"),
        ("get-diagnostics", {"location": "ftp://a b"}, "location"),
        ("data-transfer", {"vendor_id": ""}, "vendor_id"),
        ("send-local-list", {"update": "some"}, "update"),
        ("set-charging-plan", {"periods": []}, "periods"),
        ("set-charging-plan", {"periods": [{"start_s": 0, "limit": -1}]}, "periods.0.limit"),
        ("set-charging-plan", {"periods": [{"start_s": 0, "limit": 1.23}]}, "periods.0.limit"),
        ("get-composite-schedule", {"duration_s": 0}, "duration_s"),
        ("ocpp-call", {"message": "Reset", "payload": {"type": "Gentle"}}, "parameters"),
        ("ocpp-call", {"message": "BootNotification", "payload": {}}, "parameters"),
        ("ocpp-call", {"message": "Reset", "payload": []}, "payload"),
    ],
)
def test_wrong_parameters_are_named(station, action, parameters, field):
    with pytest.raises(ValidationError) as caught:
        ask(station, action, **parameters)
    assert list(caught.value.message_dict) == [field]


def test_no_action_was_left_out():
    tried = {action for action, *_rest in TRIED}
    elsewhere = {"enable", "reserve", "set-charging-plan", "send-local-list"}
    elsewhere |= {"pull-parameters", "push-parameters", "set-parameters", "use-system-configuration"}
    assert tried | elsewhere >= {action.name for action in actions()}
