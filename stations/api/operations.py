"""``/operations``: what stations were asked to do, and what came of it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.pagination import paginate

from stations.api.auth import ApiRequest, find
from stations.api.fields import Id, Identity
from stations.api.operation_requests import example, role_of, wanted_action, wrong_parameters_named
from stations.api.operation_schemas import OperationFilter, OperationOut, OperationRequest
from stations.api.pages import JournalPages
from stations.enums import OperationSource, Role
from stations.models import ChargingStation, Operation
from stations.models.scopes import ScopedQuerySet
from stations.services.errors import Conflict
from stations.services.operations import cancel_operations, request_operation

router = Router(tags=["Operations"])


def _operations() -> ScopedQuerySet:
    """Operations with all that an answer shows, newest first."""
    return Operation.objects.select_related("station", "actor").order_by("-pk")


@router.post(
    "/stations/{identity}/operations",
    response={202: OperationOut},
    summary="Ask a station to do something",
    openapi_extra=example(action="trigger-message", parameters={"message": "MeterValues"}, reason="Its meter is stuck"),
)
def request_action(request: ApiRequest, response: HttpResponse, identity: Identity, body: OperationRequest) -> Any:
    """Needs the role of the action at the station. It is queued and sent in its turn; the address in `Location` tells
    what came of it. 409 says why it cannot be done now, 429 that too much waits for the station already.
    """
    action = wanted_action(body)
    station = find(ChargingStation.objects.all(), request, Role(action.role), identity_key=identity.lower())
    with wrong_parameters_named():
        operation = request_operation(
            station, action, body.parameters, actor=request.auth, source=OperationSource.API, reason=body.reason
        )
    response["Location"] = reverse("api:read_operation", args=[operation.pk])
    return Status(202, operation)


@router.get("/operations", response=list[OperationOut], summary="List operations")
@paginate(JournalPages)
def list_operations(request: ApiRequest, wanted: Query[OperationFilter]) -> QuerySet:
    """Operations of stations in scope, newest first."""
    operations = _operations().visible_to(request.auth)
    if wanted.station is not None:
        operations = operations.filter(station__identity_key=wanted.station.lower())
    lookups = {"since": "requested_at__gte", "before": "pk__lt"}
    given = wanted.model_dump(exclude={"station"}, exclude_none=True)
    return operations.filter(**{lookups.get(name, name): value for name, value in given.items()})


@router.get("/operations/{id}", response=OperationOut, summary="Read an operation")
def read_operation(request: ApiRequest, id: Id) -> Any:
    """One operation of a station in scope."""
    return find(_operations(), request, pk=id)


@router.post("/operations/{id}/cancel", response=OperationOut, summary="Cancel an operation")
def cancel_operation(request: ApiRequest, id: Id) -> Any:
    """Needs the role of its action at the station; refused (409) once it was sent."""
    action = find(_operations(), request, pk=id).action
    operation = find(_operations(), request, role_of(action), pk=id)
    if not cancel_operations(Operation.objects.filter(pk=operation.pk), actor=request.auth):
        raise Conflict(_("It was sent already, or has ended."))
    return _operations().get(pk=operation.pk)
