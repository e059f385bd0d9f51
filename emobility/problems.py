"""Errors of the API as RFC 9457 ``application/problem+json``."""

from collections.abc import Iterable
from http import HTTPStatus
from math import ceil
from typing import Any

import orjson
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as ModelError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from stations.services.errors import Conflict, QueueFull

CONTENT_TYPE = "application/problem+json"
PREFIX = "/api/v1/"
QUEUE_MOVES_S = 10
"""A station's queue has usually moved on after this long."""


def problem(status: int, detail: str = "", errors: Iterable[dict[str, str]] = ()) -> HttpResponse:
    """A problem; ``errors`` names the fields at fault, each with ``location``, ``field`` and ``detail``."""
    members: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        members["detail"] = detail
    if errors:
        members["errors"] = list(errors)
    return HttpResponse(orjson.dumps(members), status=status, content_type=CONTENT_TYPE)


class ProblemMiddleware(MiddlewareMixin):
    """Turns what Django itself answers under the API (unknown path, wrong method, crash) into problems."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Replace the body of an error; the headers stay."""
        is_error = response.status_code >= 400 and response.headers.get("Content-Type") != CONTENT_TYPE
        if not is_error or not request.path_info.startswith(PREFIX):
            return response
        replaced = problem(response.status_code)
        for name, value in response.headers.items():
            if name not in ("Content-Type", "Content-Length"):
                replaced.headers[name] = value
        replaced["Content-Length"] = len(replaced.content)
        return replaced


def add_problem_handlers(api: NinjaAPI) -> None:
    """Answer every error a view of ``api`` raises with a problem."""
    for error, handler in (
        (Http404, lambda request, exc: problem(404)),
        (HttpError, lambda request, exc: problem(exc.status_code, str(exc))),
        (AuthenticationError, _unauthenticated),
        (Throttled, lambda request, exc: _too_many(str(exc), exc.wait)),
        (Conflict, lambda request, exc: problem(409, str(exc))),
        (QueueFull, lambda request, exc: _too_many(str(exc), QUEUE_MOVES_S)),
        (ValidationError, _bad_request_fields),
        (ModelError, _bad_model_fields),
    ):
        api.add_exception_handler(error, handler)  # type: ignore[arg-type]


def _unauthenticated(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:
    given = "Authorization" in request.headers
    detail = "The API key is not valid." if given else "An API key is needed: Authorization: Bearer <key>."
    response = problem(401, detail)
    response["WWW-Authenticate"] = 'Bearer realm="api"' + (', error="invalid_token"' if given else "")
    return response


def _too_many(detail: str, retry_after_s: float | None) -> HttpResponse:
    response = problem(429, detail)
    if retry_after_s:
        response["Retry-After"] = str(ceil(retry_after_s))
    return response


def _bad_request_fields(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    """What pydantic found; the first part of its location is where, the name of our parameter is left out."""
    errors = []
    for error in exc.errors:
        location, *path = (str(part) for part in error["loc"])
        field = ".".join(path[1:] if location == "body" else path)
        errors.append({"location": location, "field": field, "detail": error["msg"]})
    return problem(422, "The request has errors.", errors)


def _bad_model_fields(request: HttpRequest, exc: ModelError) -> HttpResponse:
    """What the model found."""
    found = exc.message_dict if hasattr(exc, "error_dict") else {NON_FIELD_ERRORS: exc.messages}
    errors = [
        {"location": "body", "field": "" if field == NON_FIELD_ERRORS else field, "detail": message}
        for field, messages in found.items()
        for message in messages
    ]
    return problem(422, "The request has errors.", errors)
