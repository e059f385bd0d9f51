"""``/station-models``: the catalogue of station models."""

from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Path, Router, Status
from ninja.errors import HttpError
from ninja.pagination import paginate

from stations.api.auth import ApiRequest, require_everywhere
from stations.api.configuration_schemas import StationModelIn, StationModelOut
from stations.api.fields import NO_CONTROL_CHARACTERS
from stations.api.pages import Pages
from stations.enums import Role
from stations.models import ChargingStation, StationModel
from stations.services.catalogue import delete_model, import_model

router = Router(tags=["Station models"])
Slug = Annotated[str, Path(pattern=NO_CONTROL_CHARACTERS, description="Id of the model in the catalogue.")]


def _models(request: ApiRequest) -> QuerySet:
    """Models with the number of stations in scope that are of each, by name."""
    in_scope = Q(matching__station__in=ChargingStation.objects.visible_to(request.auth))
    return StationModel.objects.annotate(matching_stations=Count("matching", filter=in_scope)).order_by("label", "slug")


def _model(request: ApiRequest, slug: str) -> Any:
    found = _models(request).filter(slug=slug).first()
    if found is None:
        raise HttpError(404, _("There is no such model in the catalogue."))
    return found


@router.get("", response=list[StationModelOut], summary="List station models")
@paginate(Pages)
def list_station_models(request: ApiRequest) -> QuerySet:
    """All models of the catalogue, by name."""
    return _models(request)


@router.get("/{slug}", response=StationModelOut, summary="Read a station model")
def read_station_model(request: ApiRequest, slug: Slug) -> Any:
    """One model of the catalogue with all that its file says."""
    return _model(request, slug)


@router.post("", response={201: StationModelOut}, summary="Import a station model")
def create_station_model(request: ApiRequest, body: StationModelIn) -> Any:
    """Needs an administrator over all companies. Takes the place of a model with the same id; what it recommends is
    offered to the stations it matches.
    """
    require_everywhere(request, Role.ADMINISTRATOR)
    if "\\u0000" in body.model_dump_json():
        raise ValidationError({"body": _("A text contains the character NUL; remove it.")})
    return Status(201, _model(request, import_model(body.document(), actor=request.auth).slug))


@router.delete("/{slug}", response={204: None}, summary="Delete a station model")
def remove_station_model(request: ApiRequest, slug: Slug) -> Any:
    """Needs an administrator over all companies; refused (409) for a model that is shipped with the system."""
    require_everywhere(request, Role.ADMINISTRATOR)
    delete_model(_model(request, slug), actor=request.auth)
    return Status(204, None)
