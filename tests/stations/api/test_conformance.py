"""Whatever is asked of the API: no crash, and every answer is what the document says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from stations.enums import OperationState
from stations.models import ChargingStation, Operation
from tests.support.factories import (
    ApiKeyFactory,
    BadgeFactory,
    BulkOperationFactory,
    ChargingSessionFactory,
    ConfigurationChangeFactory,
    EndpointProcessFactory,
    OcppExchangeFactory,
    OcppParameterFactory,
    OperationFactory,
    RefusalFactory,
)
from tests.support.models import known_model

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
KEY = "key-of-the-conformance-test"
REFERENCES = {"company", "site", "site_area", "stations"}

bounded = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
REQUESTS = {"method": "POST", "path_regex": "/(bulk-)?operations$"}
SIGNED_IN = {"generation": {"with-security-parameters": False}}
AT_RANDOM = SIGNED_IN | {"phases": {"coverage": {"enabled": False}}}


def load(config: dict[str, Any]) -> BaseSchema:
    """The document, with the API behind it."""
    return schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", get_wsgi_application(), config=SchemathesisConfig.from_dict(config)
    )


requests = load(AT_RANDOM).include(**REQUESTS)  # thousands of edges: so many actions, so many parameters
others = load(SIGNED_IN).exclude(**REQUESTS)


@pytest.fixture
def same_connection() -> Iterator[None]:
    """Requests work on the test's own transaction, as they do with Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(world, same_connection) -> dict[str, Any]:
    """Something for every name: what paths and bodies can refer to."""
    station = world.ours.station
    station.endpoint = EndpointProcessFactory()
    station.save()
    ApiKeyFactory(user=world.superuser, secret=KEY)
    OcppExchangeFactory(station=station)
    RefusalFactory(station=station)
    operation = OperationFactory(station=station, bulk=BulkOperationFactory())
    rows = {
        "companies": world.ours.company,
        "sites": world.ours.site,
        "site-areas": world.ours.area,
        "onboarding-tokens": world.ours.token,
        "badges": BadgeFactory(company=world.ours.company),
        "sessions": ChargingSessionFactory(connector=world.ours.connector),
        "operations": operation,
        "bulk-operations": operation.bulk,
        "configuration-changes": ConfigurationChangeFactory(station=station),
    }
    return {
        **{name: row.pk for name, row in rows.items()},
        "company": world.ours.company.pk,
        "site": world.ours.site.pk,
        "site_area": world.ours.area.pk,
        "identity": station.identity,
        "key": OcppParameterFactory(station=station, reported_value="1").key,
        "slug": known_model().slug,
        "number": world.ours.evse.number,
        "stations": [station.identity],
    }


def refer(case: Case, known: dict[str, Any]) -> None:
    """Have ``case`` speak of things there are."""
    resource = case.path.split("/{id}")[0].rsplit("/", 1)[-1]
    for name in case.path_parameters or ():
        case.path_parameters[name] = known[resource if name == "id" else name]
    if isinstance(case.body, dict):
        case.body.update({name: known[name] for name in case.body.keys() & REFERENCES})


def check(case: Case, known: dict[str, Any], is_known: bool) -> None:
    """Ask, and compare the answer with the document."""
    if is_known:
        Operation.objects.filter(state=OperationState.QUEUED).update(state=OperationState.CANCELLED)
        ChargingStation.objects.update(enabled=True)
        refer(case, known)
    case.call_and_validate(headers={"Authorization": f"Bearer {KEY}"}, checks=CHECKS)


@others.given(is_known=st.booleans())
@others.parametrize()
@settings(bounded, max_examples=15)
def test_answers_are_what_the_document_says(case: Case, known, is_known):
    check(case, known, is_known)


@requests.parametrize()
@settings(bounded, max_examples=150)
def test_any_action_with_any_parameters_is_answered(case: Case, known):
    check(case, known, True)
