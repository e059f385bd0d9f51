"""Every value and every status the portal knows has its help."""

import pytest
from django.apps import apps

from emobility.common.help import described_choices, explanation, explanations
from stations.enums import ConnectionStatus, ConnectorStatus, RegistrationStatus
from stations.models import ChargingStation, Connector, Operation
from stations.portal.answers import AnswerWord

MODELS = list(apps.get_app_config("stations").get_models())
MEMBERS = [member for choices in described_choices() for member in choices]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_is_explained(model):
    known = list(explanations(model))
    assert len(known) >= len(model._meta.concrete_fields) - 1
    assert [entry.label for entry in known if not str(entry.text).strip()] == []


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: f"{type(member).__name__}.{member.name}")
def test_every_status_is_explained(member):
    assert str(member.help).strip().endswith(".")
    assert member.tone in {"good", "busy", "warn", "bad", "idle"}


def test_the_choices_of_a_field_are_found():
    assert explanation(ChargingStation, "registration_status").choices is RegistrationStatus
    assert explanation(Connector(), "status").choices is ConnectorStatus


def test_a_computed_value_is_explained():
    found = explanation(ChargingStation, "connection_status")
    assert found.choices is ConnectionStatus
    assert found.member("connected") is ConnectionStatus.CONNECTED
    assert found.member("") is None


def test_a_field_explained_anew_is_listed_once():
    labels = [str(entry.label) for entry in explanations(Operation)]
    assert labels.count("answer") == 1
    assert explanation(Operation, "answer").choices is AnswerWord


def test_an_unknown_name_is_an_error():
    with pytest.raises(LookupError, match=r"ChargingStation\.colour"):
        explanation(ChargingStation, "colour")
