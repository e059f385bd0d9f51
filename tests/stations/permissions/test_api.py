"""Every path of the API and every action, for everybody. A new path needs a rule here."""

import json
from typing import Any, NamedTuple

import pytest
from django.http import HttpResponse
from django.test import Client

from emobility.api import api
from emobility.common import actions
from emobility.common.actions import Action
from stations.enums import Role
from tests.support.cast import Cast, Person, Rule, Scope, parameters_for, prepare_for, undone
from tests.support.factories import ApiKeyFactory
from tests.support.models import document

UNSIGNED = 401
LIST = Rule(outside=200)
OPERATOR, ADMINISTRATOR = Role.OPERATOR, Role.ADMINISTRATOR


class Call(NamedTuple):
    """A rule, and the body to try it with; ``$name`` stands for the id of something of ours."""

    rule: Rule
    body: dict[str, Any] | None = None


def of(things: str, create: Role, change: Role, body: dict[str, Any], scope: Scope = Scope.SITE, in_use: bool = True):
    """The usual five of one kind of things."""
    made = Rule(create, (201,), outside=422, scope=scope)
    gone = (409,) if in_use else (204,)
    named = {"description": "x"} if "description" in body else {"label": "x"} if "id_tag" in body else {"name": "x"}
    return {
        f"GET /{things}": Call(LIST),
        f"POST /{things}": Call(made, body),
        f"GET /{things}/{{id}}": Call(Rule(scope=scope)),
        f"PATCH /{things}/{{id}}": Call(Rule(change, scope=scope), named),
        f"DELETE /{things}/{{id}}": Call(Rule(change, gone, scope=scope)),
    }


def catalogue(inside: tuple[int, ...]) -> Rule:
    """The catalogue is kept by those who are over all companies."""
    return Rule(ADMINISTRATOR, inside, outside=403, scope=Scope.EVERYWHERE)


RESET = {"action": "reset"}
CALLS: dict[str, Call] = {
    "GET /actions": Call(LIST),
    "GET /stations": Call(LIST),
    "GET /stations/{identity}": Call(Rule()),
    "PATCH /stations/{identity}": Call(Rule(OPERATOR), {"name": "x"}),
    "DELETE /stations/{identity}": Call(Rule(OPERATOR, (409,))),
    "PATCH /stations/{identity}/evses/{number}": Call(Rule(OPERATOR), {"name": "x"}),
    "GET /stations/{identity}/parameters": Call(Rule()),
    "PUT /stations/{identity}/parameters/{key}": Call(Rule(OPERATOR), {"value": "60"}),
    "GET /stations/{identity}/configuration-changes": Call(Rule()),
    "POST /stations/{identity}/configuration-changes/{id}/revert": Call(Rule(OPERATOR, (201,))),
    "GET /station-models": Call(LIST),
    "GET /station-models/{slug}": Call(LIST),
    "POST /station-models": Call(catalogue((201,)), document(id="maker-other").model_dump(mode="json")),
    "DELETE /station-models/{slug}": Call(catalogue((204,))),
    "POST /stations/{identity}/operations": Call(Rule(OPERATOR, (202,)), RESET),
    "GET /operations": Call(LIST),
    "GET /operations/{id}": Call(Rule()),
    "POST /operations/{id}/cancel": Call(Rule(OPERATOR)),
    "POST /bulk-operations": Call(Rule(OPERATOR, (202,), outside=422), RESET | {"stations": ["OURS-1"]}),
    "GET /bulk-operations/{id}": Call(Rule()),
    "POST /bulk-operations/{id}/cancel": Call(Rule(OPERATOR)),
    "POST /bulk-operations/{id}/retry": Call(Rule(OPERATOR, (202,))),
    "GET /sessions": Call(LIST),
    "GET /sessions/{id}": Call(Rule()),
    "GET /log": Call(LIST),
    **of("onboarding-tokens", OPERATOR, OPERATOR, {"description": "x", "site_area": "$area"}),
    **of("site-areas", ADMINISTRATOR, ADMINISTRATOR, {"name": "x", "site": "$site"}),
    **of("sites", ADMINISTRATOR, ADMINISTRATOR, {"name": "x", "company": "$company"}, Scope.COMPANY),
    **of("badges", OPERATOR, OPERATOR, {"id_tag": "x", "company": "$company"}, Scope.COMPANY, in_use=False),
    **of("companies", ADMINISTRATOR, ADMINISTRATOR, {"name": "x"}, Scope.COMPANY),
    # Companies come and go by those who are over all of them.
    "POST /companies": Call(Rule(ADMINISTRATOR, (201,), outside=403, scope=Scope.EVERYWHERE), {"name": "x"}),
    "DELETE /companies/{id}": Call(Rule(ADMINISTRATOR, (409,), scope=Scope.COMPANY, role_in=Scope.EVERYWHERE)),
    # Those of one site see it, too.
    "GET /sites/{id}": Call(Rule()),
    "PATCH /sites/{id}": Call(Rule(ADMINISTRATOR), {"name": "x"}),
    "DELETE /sites/{id}": Call(Rule(ADMINISTRATOR, (409,))),
}


def documented() -> list[str]:
    """Every method and path there is."""
    paths = api.get_openapi_schema()["paths"]
    return [f"{method.upper()} {path.removeprefix('/api/v1')}" for path, methods in paths.items() for method in methods]


def caller(person: Person) -> Client:
    """A program that acts for ``person``."""
    if person.user is None:
        return Client()
    secret = f"key-of-{person.user.username}"
    ApiKeyFactory(user=person.user, secret=secret)
    return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})


def send(client: Client, method: str, path: str, body: Any = None) -> HttpResponse:
    return client.generic(method, f"/api/v1{path}", json.dumps(body), content_type="application/json")


def ids(cast: Cast) -> dict[str, int]:
    """What of ours a path or a body can name."""
    ours, things = cast.world.ours, cast.things
    return {
        "$company": ours.company.pk,
        "$site": ours.site.pk,
        "$area": ours.area.pk,
        "onboarding-tokens": ours.token.pk,
        "companies": ours.company.pk,
        "sites": ours.site.pk,
        "site-areas": ours.area.pk,
        "badges": things.badge.pk,
        "sessions": things.session.pk,
        "operations": things.operation.pk,
        "bulk-operations": things.bulk.pk,
        "configuration-changes": things.change.pk,
    }


def check(cast: Cast, rule: Rule, method: str, path: str, body: Any) -> None:
    """Everybody gets what the rule says; who is refused changes nothing and reads nothing of ours."""
    callers = [(person, caller(person)) for person in cast.people]
    for person, client in callers:
        with undone() as changes:
            answer = send(client, method, path, body)
            assert answer.status_code in rule.answers(person, UNSIGNED), (person.name, answer.content)
            changed = rule.allows(person) and method != "GET" and answer.status_code < 400
            assert bool(changes()) == changed, (person.name, changes())
            if not rule.allows(person):
                assert_silent(answer, path)


def assert_silent(answer: HttpResponse, path: str) -> None:
    """Nothing of ours is told, but what the question said."""
    text = answer.content.decode().replace("OURS-1", "") if "OURS-1" in path else answer.content.decode()
    assert "Ground floor" not in text
    assert "Ours" not in text
    assert '"results":[{' not in text.replace(" ", "")


def fill(path: str, known: dict[str, int]) -> str:
    """``path`` about something of ours; an id is of what stands before it."""
    names = {"{identity}": "OURS-1", "{key}": "MeterValueSampleInterval", "{slug}": "maker-twin", "{number}": "1"}
    parts = path.split("/")
    return "/".join(
        str(known[parts[place - 1]]) if part == "{id}" else names.get(part, part) for place, part in enumerate(parts)
    )


def test_every_path_has_a_rule():
    assert sorted(documented()) == sorted(CALLS)


@pytest.mark.parametrize("name", documented())
def test_everybody_gets_what_the_rule_says(cast, name):
    method, path = name.split()
    known = ids(cast)
    filled = fill(path, known)
    rule, body = CALLS[name]
    check(
        cast, rule, method, filled, body and {k: known.get(v, v) if isinstance(v, str) else v for k, v in body.items()}
    )


@pytest.mark.parametrize("action", actions.actions(), ids=lambda action: action.name)
def test_every_action_needs_its_role(cast, action: Action):
    prepare_for(action, cast.things.station)
    body = {"action": action.name, "parameters": parameters_for(action)}
    check(cast, Rule(Role(action.role), (202,)), "POST", "/stations/OURS-1/operations", body)


@pytest.mark.parametrize("action", [a for a in actions.actions() if a.is_bulk], ids=lambda action: action.name)
def test_every_bulk_action_needs_its_role(cast, action: Action):
    prepare_for(action, cast.things.station)
    body = {"action": action.name, "parameters": parameters_for(action), "stations": ["OURS-1"]}
    check(cast, Rule(Role(action.role), (202,), outside=422), "POST", "/bulk-operations", body)


def test_a_login_to_the_portal_opens_nothing(cast):
    client = Client()
    client.force_login(cast.world.superuser)
    for name in documented():
        method, path = name.split()
        assert send(client, method, path.replace("{identity}", "OURS-1").replace("{id}", "1")).status_code == 401, name
