"""``/bulk-operations``: the same action on many stations."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Router, Status

from stations.api.auth import ApiRequest, find, require_somewhere
from stations.api.bulk_schemas import BulkOperationOut, BulkOperationRequest
from stations.api.fields import Id
from stations.api.operation_requests import ACCEPTED, example, role_of, wanted_action, wrong_parameters_named
from stations.enums import OperationSource, Role
from stations.models import BulkOperation, ChargingStation
from stations.models.stations import StationQuerySet
from stations.services.bulk_operations import cancel_rest, retry_failed, start, undone_stations
from stations.services.errors import Conflict

router = Router(tags=["Operations"])
NAMED_STATIONS = 3


def _bulk_operations() -> Any:
    return BulkOperation.objects.select_related("actor")


@router.post(
    "",
    response={202: BulkOperationOut},
    summary="Ask many stations to do something",
    openapi_extra=example(action="reset", stations=["CS-1", "CS-2"], per_minute=60, reason="New tariff"),
)
def request_bulk_operation(request: ApiRequest, response: HttpResponse, body: BulkOperationRequest) -> Any:
    """Stations that cannot be asked now, or where you do not hold the role of the action, are skipped, each with the
    reason. The others are asked at the pace you give. 409 when none is left.
    """
    action = wanted_action(body)
    stations = _named(body.stations, request)
    require_somewhere(stations, request, Role(action.role))
    with wrong_parameters_named():
        bulk = start(
            stations,
            action,
            body.parameters,
            actor=request.auth,
            source=OperationSource.API,
            reason=body.reason,
            per_minute=body.per_minute,
        )
    return _accepted(bulk, response)


@router.get("/{id}", response=BulkOperationOut, summary="Read a bulk operation")
def read_bulk_operation(request: ApiRequest, id: Id) -> Any:
    """Its progress, counted over the stations in scope; `GET /operations?bulk=` lists their outcomes."""
    return find(_bulk_operations(), request, pk=id)


@router.post("/{id}/cancel", response=BulkOperationOut, summary="Cancel the rest of a bulk operation")
def cancel_bulk_operation(request: ApiRequest, id: Id) -> Any:
    """Withdraws what was not sent yet, where you hold the role of the action; refused (409) when nothing is left."""
    bulk = _changeable(request, id)
    if not cancel_rest(bulk, actor=request.auth):
        raise Conflict(_("Nothing of it waits to be sent any more."))
    return bulk


@router.post(
    "/{id}/retry",
    response={202: BulkOperationOut},
    summary="Try a bulk operation again where it failed",
    openapi_extra=ACCEPTED,
)
def retry_bulk_operation(request: ApiRequest, response: HttpResponse, id: Id) -> Any:
    """A new bulk operation for the stations that declined, failed, did not answer or were not asked."""
    bulk = _changeable(request, id)
    if not undone_stations(bulk).exists():
        raise Conflict(_("No station is left to be tried again."))
    return _accepted(retry_failed(bulk, actor=request.auth, source=OperationSource.API), response)


def _changeable(request: ApiRequest, pk: int) -> BulkOperation:
    """The bulk operation, if the caller holds the role of its action at one of its stations."""
    action = find(_bulk_operations(), request, pk=pk).action
    return find(_bulk_operations(), request, role_of(action), pk=pk)


def _accepted(bulk: BulkOperation, response: HttpResponse) -> Status:
    response["Location"] = reverse("api:read_bulk_operation", args=[bulk.pk])
    return Status(202, bulk)


def _named(identities: list[str], request: ApiRequest) -> StationQuerySet:
    """The stations called ``identities``; raises ``ValidationError`` naming those that do not exist for the caller."""
    keys = {identity.lower(): identity for identity in identities}
    stations = ChargingStation.objects.visible_to(request.auth).filter(identity_key__in=keys)
    missing = sorted(keys.keys() - set(stations.order_by().values_list("identity_key", flat=True)))
    if missing:
        named = ", ".join(keys[key] for key in missing[:NAMED_STATIONS])
        raise ValidationError(
            {
                "stations": _("{count} of them do not exist or are out of your scope: {names} …").format(
                    count=len(missing), names=named
                )
            }
        )
    return stations
