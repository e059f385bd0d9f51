"""``/stations/{identity}/parameters``: the OCPP parameters of a station."""

from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Path, Router
from ninja.pagination import paginate

from stations.api.auth import ApiRequest, find
from stations.api.configuration_schemas import ParameterOut, ParameterValue
from stations.api.fields import NO_CONTROL_CHARACTERS, Identity
from stations.api.pages import Pages
from stations.enums import OperationSource, ParameterStatus, Role
from stations.models import ChargingStation, OcppParameter
from stations.services.configuration import set_parameters
from stations.services.errors import Conflict

router = Router(tags=["Configuration"])
Key = Annotated[
    str,
    Path(
        pattern=NO_CONTROL_CHARACTERS,
        min_length=1,
        max_length=255,
        description="Name of the parameter in any case; a slash in it may be written as %2F.",
    ),
]


@router.get("/{identity}/parameters", response=list[ParameterOut], summary="List the OCPP parameters of a station")
@paginate(Pages)
def list_parameters(
    request: ApiRequest, identity: Identity, status: ParameterStatus | None = None, differs: bool | None = None
) -> QuerySet:
    """What the station has, what is wanted and what is recommended, by name; `differs` lists what has to be sent."""
    station = find(ChargingStation.objects.all(), request, identity_key=identity.lower())
    wanted = {"status": status, "differs": differs}
    parameters = OcppParameter.objects.filter(station=station).order_by("key_lower")
    return parameters.filter(**{name: value for name, value in wanted.items() if value is not None})


@router.put("/{identity}/parameters/{path:key}", response=ParameterOut, summary="Set an OCPP parameter")
def set_parameter(request: ApiRequest, identity: Identity, key: Key, body: ParameterValue) -> Any:
    """Needs an operator of the station. The value is wanted from now on; the action `push-parameters` sends it.
    Refused (409) for what the station says is read-only.
    """
    station = find(ChargingStation.objects.all(), request, Role.OPERATOR, identity_key=identity.lower())
    named = OcppParameter.objects.filter(station=station, key_lower=key.strip().lower())
    if body.value is not None and named.filter(read_only=True).exists():
        raise Conflict(_("The station says that {key} is read-only: it cannot be set.").format(key=key))
    try:
        set_parameters(station, {key: body.value}, actor=request.auth, source=OperationSource.API)
    except ValidationError as error:
        raise ValidationError({"value": error.messages}) from error
    return named.first() or OcppParameter(station=station, key=key)
