"""The command console."""

import html
import json

import pytest
from django.urls import reverse

from stations.commands import dialect_of
from stations.models import ChargingStation, Operation
from stations.services.journal import MASK
from tests.support.factories import EndpointProcessFactory, OperationFactory

MESSAGES = dialect_of("1.6").messages()


@pytest.fixture
def station(world) -> ChargingStation:
    """Our station, connected."""
    ChargingStation.objects.filter(pk=world.ours.station.pk).update(endpoint=EndpointProcessFactory())
    return ChargingStation.objects.get(pk=world.ours.station.pk)


@pytest.fixture
def url(station) -> str:
    return reverse("stations:action", args=[station.pk, "ocpp-call"])


def test_every_message_can_be_chosen(operator, url):
    text = operator.get(url).text
    assert [name for name in MESSAGES if f"<option>{name}</option>" not in text] == []
    assert 'id="action-form"' not in text


@pytest.mark.parametrize("message", MESSAGES)
def test_every_message_has_its_fields(operator, url, message):
    response = operator.get(url, {"message": message})
    assert list(response.context["form"].fields) == [leaf.name for leaf in response.context["form"].leaves]
    assert f'<input type="hidden" name="message" value="{message}">' in response.text
    assert not response.context["form"].is_bound


@pytest.mark.parametrize("message", ["BootNotification", "zzz", "<script>"])
def test_what_is_no_message_to_a_station_is_not_chosen(operator, url, message):
    response = operator.get(url, {"message": message})
    assert response.context["message"] == ""
    assert "<script>" not in response.text.replace("<script src", "")


def test_fields_become_the_message(operator, station, url):
    operator.post(
        url,
        {
            "message": "GetLog",
            "parameters-log.remoteLocation": "ftp://logs",
            "parameters-log.oldestTimestamp": "2026-03-01T12:00",
            "parameters-logType": "SecurityLog",
            "parameters-requestId": "7",
        },
    )
    payload = {
        "log": {"remoteLocation": "ftp://logs", "oldestTimestamp": "2026-03-01T12:00:00Z"},
        "logType": "SecurityLog",
        "requestId": 7,
    }
    operation = Operation.objects.get()
    assert operation.requests == [["GetLog", payload]]
    assert operation.parameters == {"message": "GetLog", "payload": payload}


def test_json_becomes_the_message(operator, station, url):
    operator.post(url, {"message": "Reset", "raw": "1", "parameters-payload": '{"type": "Soft"}'})
    assert Operation.objects.get().requests == [["Reset", {"type": "Soft"}]]


@pytest.mark.parametrize(
    ("entered", "said"),
    [('{"type": "Medium"}', "Medium"), ("{", "This is not JSON"), ("[]", "curly brackets"), ("", "type")],
)
def test_json_that_does_not_fit_is_refused_and_kept(operator, url, entered, said):
    response = operator.post(url, {"message": "Reset", "raw": "1", "parameters-payload": entered})
    assert said in html.unescape(response.text)
    assert response.context["form"]["payload"].value() == entered
    assert not Operation.objects.exists()


def test_a_limit_of_the_schema_is_said_at_its_field(operator, url):
    data = {"message": "RemoteStartTransaction", "parameters-idTag": "x" * 21}
    form = operator.post(url, data).context["form"]
    assert list(form.errors) == ["idTag"]


def test_nothing_is_lost_between_fields_and_json(operator, url):
    data = {"message": "ChangeAvailability", "parameters-connectorId": "2", "switch": "1"}
    raw = operator.post(url, data)
    assert json.loads(raw.context["form"]["payload"].value()) == {"connectorId": 2}
    back = {"message": "ChangeAvailability", "raw": "1", "parameters-payload": '{"connectorId": 3}', "switch": "1"}
    form = operator.post(url, back).context["form"]
    assert form["connectorId"].value() == 3
    assert not Operation.objects.exists()


def test_no_message_is_no_request(operator, url):
    assert operator.post(url, {"parameters-payload": "{}"}).status_code == 200
    assert not Operation.objects.exists()


def test_the_same_again_is_filled_in(operator, station, url):
    earlier = OperationFactory(
        station=station, action="ocpp-call", parameters={"message": "Reset", "payload": {"type": "Hard"}}
    )
    context = operator.get(url, {"again": earlier.pk}).context
    assert (context["message"], context["form"]["type"].value()) == ("Reset", "Hard")


def test_secrets_of_what_waits_are_not_filled_in_again(operator, station, url):
    payload = {"key": "AuthorizationKey", "value": "geheim"}
    earlier = OperationFactory(
        station=station, action="ocpp-call", parameters={"message": "ChangeConfiguration", "payload": payload}
    )
    text = operator.get(url, {"again": earlier.pk}).text
    assert "geheim" not in text
    assert MASK in text


def test_a_station_of_unknown_version_has_no_messages(operator, station, url):
    ChargingStation.objects.filter(pk=station.pk).update(ocpp_version="")
    response = operator.get(url, {"message": "Reset"})
    assert response.status_code == 200
    assert response.context["messages_offered"] == []
