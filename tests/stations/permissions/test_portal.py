"""Every page of the portal and every action, for everybody. A new page needs a rule here."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from emobility.common import actions
from stations.catalogue.files import dump
from stations.enums import Role
from stations.portal import station_tabs
from tests.support.cast import Cast, Person, Rule, Scope, parameters_for, prepare_for, undone
from tests.support.models import document

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")

UNSIGNED = 302
OPERATOR = Role.OPERATOR
EVERYBODY = Rule(outside=200)
"""Everybody who is signed in: lists show what is in scope."""
VIEWERS = Rule()
OPERATORS = Rule(OPERATOR)
NOT_TAKEN = Rule(inside=(405,), outside=405)
DONE = (302,)


class Page(NamedTuple):
    """Who may look at a page, who may send its form, and what is in the form."""

    get: Rule
    post: Rule = NOT_TAKEN
    form: dict[str, Any] = {}
    query: str = ""
    is_draft: bool = False
    """What is sent waits in the session: stations change later."""


CATALOGUE_KEEPERS = Rule(Role.ADMINISTRATOR, outside=403, scope=Scope.EVERYWHERE)
CATALOGUE_KEPT = Rule(Role.ADMINISTRATOR, DONE, outside=403, scope=Scope.EVERYWHERE)

CONSOLE = {"message": "ClearCache"}
PAGES: dict[str, Page] = {
    "home": Page(EVERYBODY),
    "stations:list": Page(EVERYBODY),
    "stations:detail": Page(VIEWERS),
    "stations:tab": Page(VIEWERS),
    "stations:power": Page(VIEWERS),
    "stations:edit": Page(OPERATORS, Rule(OPERATOR, DONE), {"name": "x", "site_area": "$area"}),
    "stations:configure": Page(OPERATORS, Rule(OPERATOR, DONE), {"start": "now"}, is_draft=True),
    "stations:connectors-edit": Page(
        OPERATORS,
        Rule(OPERATOR, DONE),
        {"connectors-TOTAL_FORMS": "0", "connectors-INITIAL_FORMS": "0", "maximum_power_w": "44160"},
    ),
    "stations:use-recommended": Page(
        NOT_TAKEN, Rule(OPERATOR, DONE), {"kind": "station", "item": "", "field": "maximum_power_w"}
    ),
    "stations:evse-edit": Page(OPERATORS, Rule(OPERATOR, DONE), {"name": "x"}),
    "stations:parameters-edit": Page(OPERATORS, Rule(OPERATOR, DONE), {"new_key": "VendorKey", "new_value": "1"}),
    "stations:parameters-copy": Page(OPERATORS),
    "stations:action": Page(OPERATORS, Rule(OPERATOR, DONE), CONSOLE),
    "stations:console": Page(OPERATORS, Rule(OPERATOR, DONE), CONSOLE),
    "stations:take-back": Page(OPERATORS, Rule(OPERATOR, DONE)),
    "catalogue:list": Page(EVERYBODY),
    "catalogue:detail": Page(EVERYBODY),
    "catalogue:file": Page(EVERYBODY),
    "catalogue:import": Page(CATALOGUE_KEEPERS, CATALOGUE_KEPT, {"text": dump(document(id="other")), "confirm": "1"}),
    "catalogue:save": Page(
        CATALOGUE_KEEPERS,
        CATALOGUE_KEPT,
        {"slug": "x", "label": "X", "vendor": "V", "model": "M", "confirm": "1"},
    ),
    "catalogue:delete": Page(Rule(Role.ADMINISTRATOR, (405,), outside=403, scope=Scope.EVERYWHERE), CATALOGUE_KEPT),
    "operations:list": Page(EVERYBODY),
    "operations:detail": Page(VIEWERS),
    "operations:cancel": Page(NOT_TAKEN, Rule(OPERATOR, DONE)),
    "operations:bulk": Page(
        Rule(OPERATOR, outside=200),
        Rule(OPERATOR, DONE, outside=409),
        {"stations": "$station"},
        "?station=$station",
    ),
    "operations:bulk-detail": Page(VIEWERS),
    "operations:bulk-cancel": Page(NOT_TAKEN, Rule(OPERATOR, DONE)),
    "operations:bulk-retry": Page(OPERATORS, Rule(OPERATOR, DONE)),
    "parameters:drift": Page(EVERYBODY),
    "parameters:export": Page(EVERYBODY, query="?station=$station"),
    "parameters:import": Page(
        Rule(OPERATOR, outside=403, scope=Scope.SOMEWHERE),
        Rule(OPERATOR, (200, 302), outside=403, scope=Scope.SOMEWHERE),
        {"content": "station,key,value\nours-1,VendorKey,1", "confirm": "save"},
    ),
    "sessions:list": Page(EVERYBODY),
    "sessions:detail": Page(VIEWERS),
    "sessions:curves": Page(VIEWERS),
    "log:list": Page(EVERYBODY),
    "log:refusals": Page(EVERYBODY),
    "log:exchange": Page(VIEWERS),
    "tokens:list": Page(EVERYBODY),
    "tokens:create": Page(
        Rule(OPERATOR, outside=403, scope=Scope.SOMEWHERE),
        Rule(OPERATOR, (200,), outside=403, scope=Scope.SOMEWHERE),
        {"description": "x", "site_area": "$area"},
    ),
    "tokens:detail": Page(VIEWERS),
    "tokens:update": Page(OPERATORS, Rule(OPERATOR, DONE), {"description": "x"}),
    "tokens:revoke": Page(NOT_TAKEN, Rule(OPERATOR, DONE)),
    "help:index": Page(EVERYBODY),
    "help:connect": Page(EVERYBODY),
}
OPEN_TO_ALL = {"account_login", "account_inactive", "healthz", "readyz", "metrics"}
OWN = {"account_logout", "account_change_password"}
"""Pages about the person who asks."""
NAMESPACES_ASIDE = {"api", "admin"}
"""Walked by ``test_api`` and below."""


def patterns(resolver: URLResolver, namespace: str = "", route: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    """Every URL there is: namespace, name and pattern."""
    for each in resolver.url_patterns:
        below = route + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each, each.namespace or namespace, below)
        else:
            yield namespace, f"{namespace}:{each.name}" if namespace else str(each.name or below), each


URLS = {name: pattern for namespace, name, pattern in patterns(get_resolver()) if namespace not in NAMESPACES_ASIDE}


def arguments(cast: Cast, name: str) -> Iterator[dict[str, Any]]:
    """Every way to fill in the URL called ``name`` with something of ours."""
    things = cast.things
    keys = {
        "stations": things.station.pk,
        "catalogue": things.station.pk,
        "sessions": things.session.pk,
        "log": things.exchange.pk,
        "tokens": cast.world.ours.token.pk,
        "operations": things.bulk.pk if ":bulk" in name else things.operation.pk,
    }
    every: dict[str, list[Any]] = {
        "pk": [keys.get(name.split(":")[0])],
        "slug": [things.model.slug] if name.startswith("catalogue:") else [tab.slug for tab in station_tabs.tabs()],
        "change": [things.change.pk],
        "number": [cast.world.ours.evse.number],
        "name": [action.name for action in actions.actions()],
        "action": [action.name for action in actions.actions() if action.is_bulk],
    }
    found: list[dict[str, Any]] = [{}]
    for argument in URLS[name].pattern.converters:
        found = [known | {argument: value} for known in found for value in every[argument]]
    yield from found


def visitor(person: Person) -> Client:
    """The browser of ``person``."""
    client = Client()
    if person.user is not None:
        client.force_login(person.user)
    return client


def form_of(values: dict[str, Any], action: actions.Action | None, ids: dict[str, int]) -> dict[str, Any]:
    """``values`` and the parameters of ``action`` as a browser sends them."""
    parameters = parameters_for(action) if action else {}
    return {name: ids.get(value, value) for name, value in values.items()} | {
        f"parameters-{name}": json.dumps(value) if isinstance(value, list | dict) else value
        for name, value in parameters.items()
    }


def check(
    visitors: list[tuple[Person, Client]],
    method: str,
    url: str,
    rule: Rule,
    form: dict[str, Any],
    *,
    is_draft: bool = False,
) -> None:
    """Everybody gets what the rule says; who is refused changes nothing and reads nothing of ours."""
    for person, client in visitors:
        with undone() as changes:
            answer = client.get(url) if method == "GET" else client.post(url, form)
            assert answer.status_code in rule.answers(person, UNSIGNED), (method, url, person.name)
            if person.user is None:
                assert answer.url.startswith(reverse("account_login")), url
            is_concerned = not is_draft and person.holds.get(Scope.SITE) is not None
            changed = rule.allows(person) and method == "POST" and answer.status_code < 400 and is_concerned
            assert bool(changes()) == changed, (method, url, person.name, changes())
            if not person.holds.get(Scope.SITE):
                assert_silent(answer, url, person)


def assert_silent(answer: HttpResponse, url: str, person: Person) -> None:
    """Nothing of ours is shown to those it does not concern."""
    shown = b"".join(answer) if answer.streaming else answer.content
    assert "OURS-1" not in shown.decode(), (url, person.name)


def test_every_page_has_a_rule():
    assert set(URLS) == set(PAGES) | OPEN_TO_ALL | OWN


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", sorted(PAGES))
def test_everybody_gets_what_the_rule_says(cast, name, method):
    page = PAGES[name]
    visitors = [(person, visitor(person)) for person in cast.people]
    ids = {"$area": cast.world.ours.area.pk, "$station": cast.things.station.pk}
    for values in arguments(cast, name):
        action = actions.find(values.get("name") or values.get("action") or "")
        if action is not None:
            prepare_for(action, cast.things.station)
        url = reverse(name, kwargs=values)
        query = page.query.replace("$station", str(ids["$station"]))
        rule = page.get if method == "GET" else page.post
        check(
            visitors,
            method,
            url + (query if method == "GET" else ""),
            rule,
            form_of(page.form, action, ids),
            is_draft=page.is_draft,
        )


@pytest.mark.parametrize("name", sorted(PAGES))
def test_no_form_is_taken_from_elsewhere(cast, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.world.superuser)
    with undone() as changes:
        for values in arguments(cast, name):
            assert client.post(reverse(name, kwargs=values)).status_code == 403, (name, values)
        assert changes() == []


@pytest.mark.parametrize("name", sorted(OPEN_TO_ALL))
def test_pages_open_to_all_say_nothing_of_ours(cast, client, name):
    url = f"/{name}" if name in ("healthz", "readyz", "metrics") else reverse(name)
    assert_silent(client.get(url), url, cast.people[0])


@pytest.mark.parametrize("name", sorted(OWN))
def test_pages_about_oneself_need_a_login(client, db, name):
    assert client.get(reverse(name)).status_code == 302


def admin_urls() -> list[str]:
    """Every page of the administration, about the first row where it is about one."""
    found = []
    for namespace, name, pattern in patterns(get_resolver()):
        if namespace == "admin" and pattern.name and pattern.name != "login":
            arguments = pattern.pattern.regex.groupindex
            found.append(reverse(name, kwargs={each: "stations" if each == "app_label" else 1 for each in arguments}))
    return found


@pytest.mark.parametrize("who", ["viewer", "operator", "administrator"])
def test_administration_is_for_staff(cast, who):
    client = Client()
    client.force_login(getattr(cast.world, who))
    with undone() as changes:
        for url in admin_urls():
            for answer in (client.get(url), client.post(url, {"post": "yes"})):
                assert answer.status_code in (302, 403, 404), url
                assert "OURS-1" not in answer.content.decode(), url
        assert changes() == []
