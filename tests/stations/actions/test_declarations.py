"""Every action says what people need to know before they choose it."""

import json
import re

import pytest
from django.conf import settings

from emobility.common.actions import Risk, Target, actions, find, nothing
from stations import commands
from stations.commands import dialect_of
from stations.enums import Role

NAMES = {
    "reset", "reboot", "clear-cache", "trigger-message", "get-diagnostics",
    "pull-parameters", "push-parameters", "set-parameters", "use-system-configuration",
    "set-available", "set-unavailable", "disable", "enable", "unlock-connector",
    "remote-start", "remote-stop", "reserve", "cancel-reservation", "send-local-list",
    "set-charging-plan", "clear-charging-plans", "get-composite-schedule", "data-transfer", "ocpp-call",
}  # fmt: skip

every_action = pytest.mark.parametrize("action", actions(), ids=lambda action: action.name)


def test_names_others_rely_on():
    assert {action.name for action in actions()} >= NAMES
    assert find("no-such-action") is None


@every_action
def test_action_explains_itself(action):
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", action.name)
    assert str(action.label)
    assert str(action.group)
    for sentence in (str(action.help), str(action.effect)):
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    assert action.role in Role
    assert action.risk in Risk


@every_action
def test_icon_is_drawn(action):
    icons = (settings.BASE_DIR / "static/portal/icons.svg").read_text()
    assert f'id="{action.icon}"' in icons


@every_action
def test_parameters_have_titles_and_descriptions(action):
    for name, field in action.parameters.model_fields.items():
        assert field.title, name
        assert field.description and field.description.endswith("."), name  # noqa: PT018


@every_action
def test_schema_is_json_and_refuses_what_it_does_not_name(action):
    schema = action.schema()
    json.dumps(schema)
    assert schema["additionalProperties"] is False
    assert schema.get("properties", {}).keys() == action.parameters.model_fields.keys()


@every_action
def test_station_has_words_for_what_is_sent(action):
    dialect = dialect_of("1.6")
    assert action.sends
    assert all(map(dialect.supports, action.sends))


@every_action
def test_what_ends_sessions_is_risky(action):
    assert action.risk == Risk.HIGH or action.ends is nothing


def test_stops_go_before_starts_and_those_before_the_rest():
    priorities = {action.name: action.priority for action in actions()}
    assert priorities.pop("remote-stop") < priorities.pop("remote-start") < min(priorities.values())


def test_target_is_the_connector_where_one_must_be_named():
    assert find("unlock-connector").target == Target.CONNECTOR
    assert find("set-unavailable").target == Target.STATION
    assert find("set-unavailable").takes_connector
    assert not find("reset").takes_connector


def test_every_command_has_an_action():
    dialect = dialect_of("1.6")
    kinds = {kind for kind in vars(commands).values() if isinstance(kind, type) and dialect.supports(kind)}
    assert {kind for action in actions() for kind in action.sends} == kinds
