"""``/actions``, and what the document says about each."""

import pytest

from emobility.common import actions
from stations.enums import Role


@pytest.fixture
def document(client) -> dict:
    return client.get("/api/v1/openapi.json").json()


def test_every_action_is_listed_with_the_schema_of_its_parameters(viewer):
    listed = {action["name"]: action for action in viewer.get("/actions").json()}

    assert list(listed) == [action.name for action in actions.actions()]
    for action in actions.actions():
        assert listed[action.name]["parameters"] == action.schema()
        assert listed[action.name]["role"] == action.role
        assert listed[action.name]["risk"] == action.risk
    assert listed["unlock-connector"]["target"] == "connector"
    assert not listed["unlock-connector"]["is_bulk"]
    assert listed["reset"]["label"] == "Reset"
    assert listed["reset"]["help"].startswith("Reloads the station's software.")


def test_actions_of_the_contract_are_there():
    names = {
        *("reset", "reboot", "clear-cache", "set-available", "set-unavailable", "enable", "disable"),
        *("trigger-message", "unlock-connector", "remote-start", "remote-stop", "get-diagnostics"),
        *("set-charging-plan", "clear-charging-plans", "get-composite-schedule", "reserve", "cancel-reservation"),
        *("send-local-list", "data-transfer", "ocpp-call"),
    }

    assert names <= {action.name for action in actions.actions()}


def test_roles_are_roles():
    assert {action.role for action in actions.actions()} <= set(Role)


def test_a_request_is_one_of_the_actions_each_with_its_own_parameters(document):
    schemas = document["components"]["schemas"]
    body = schemas["OperationRequest"]

    mapping = body["discriminator"]["mapping"]
    assert body["discriminator"]["propertyName"] == "action"
    assert sorted(mapping) == sorted(action.name for action in actions.actions())
    assert sorted(choice["$ref"] for choice in body["oneOf"]) == sorted(mapping.values())
    for action in actions.actions():
        choice = schemas[mapping[action.name].rsplit("/", 1)[1]]
        assert choice["properties"]["action"]["const"] == action.name
        parameters = schemas[_reference(choice["properties"]["parameters"])]
        assert set(parameters["properties"]) == set(action.schema()["properties"])
        assert parameters.get("required", []) == action.schema().get("required", [])
        assert ("parameters" in choice["required"]) == bool(action.schema().get("required"))


def _reference(schema: dict) -> str:
    [schema] = schema.get("allOf", [schema])
    return schema["$ref"].rsplit("/", 1)[1]


def test_parameters_are_described(document):
    connector = document["components"]["schemas"]["UnlockConnectorParameters"]["properties"]["connector"]

    assert connector["description"] == "Number of the connector."
    assert (connector["minimum"], connector["maximum"]) == (1, 999)


def test_document_says_where_to_read_what_came_of_it(document):
    for path in ("/stations/{identity}/operations", "/bulk-operations", "/bulk-operations/{id}/retry"):
        answer = document["paths"][f"/api/v1{path}"]["post"]["responses"]["202"]
        assert answer["headers"]["Location"]["required"]
        assert answer["content"]["application/json"]["schema"]["$ref"]
