"""The REST API ``/api/v1``: routers, authentication, errors, documentation."""

from typing import Any

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI, Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from emobility.problems import CONTENT_TYPE, add_problem_handlers
from stations.api import (
    actions,
    badges,
    bulk_operations,
    configuration_changes,
    evses,
    locations,
    log,
    operations,
    parameters,
    sessions,
    station_models,
    stations,
    tokens,
)
from stations.api.auth import ApiKeyAuth

DESCRIPTION = """\
Stations, sessions and the data around them, with the rights of the user the key belongs to.

An administrator makes a key with `manage.py create_api_key --user U --name N`; send it as
`Authorization: Bearer <key>`. Objects out of the user's scope do not exist (404). Powers are in watts,
energies in watt-hours, times in UTC. Errors are problems (RFC 9457).
"""
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, for a person."},
        "errors": {
            "type": "array",
            "description": "The fields at fault.",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("location", "field", "detail")},
            },
        },
    },
}


class StrictParser(Parser):
    """JSON by the letter: no NaN, no lone surrogates, no bottomless nesting."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body as plain values; raises ``ValueError`` when it is not JSON."""
        return orjson.loads(request.body)


class PortalApi(NinjaAPI):
    """Documents, beside what each endpoint answers, the problems all of them can answer."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of the function: unique, and short enough for generated clients."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The OpenAPI document."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
        answer = {
            "description": "The request was refused; the problem says why.",
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"]["4XX"] = answer
        return schema


api = PortalApi(
    title="Operator portal for charging stations",
    version="1",
    description=DESCRIPTION,
    auth=ApiKeyAuth(),
    parser=StrictParser(),
    docs=Swagger({"validatorUrl": None, "persistAuthorization": False}),
    urls_namespace="api",
)
add_problem_handlers(api)
api.add_router("/stations", stations.router)
api.add_router("/stations", evses.router)
api.add_router("/stations", parameters.router)
api.add_router("/stations", configuration_changes.router)
api.add_router("/station-models", station_models.router)
api.add_router("/sessions", sessions.router)
api.add_router("/onboarding-tokens", tokens.router)
api.add_router("", locations.router)
api.add_router("/badges", badges.router)
api.add_router("/log", log.router)
api.add_router("/actions", actions.router)
api.add_router("", operations.router)
api.add_router("/bulk-operations", bulk_operations.router)
