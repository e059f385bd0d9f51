"""``/stations/{identity}/evses``: what people call an EVSE, and where drivers find it."""

from typing import Annotated, Any

from ninja import Path, Router

from stations.api.auth import ApiRequest, find
from stations.api.fields import LARGEST_INTEGER, Identity
from stations.api.station_schemas import EvseChanges, EvseOut
from stations.enums import OperationSource, Role
from stations.models import EVSE
from stations.services.evses import change_evse

router = Router(tags=["Stations"])
Number = Annotated[int, Path(ge=1, le=LARGEST_INTEGER, description="Number of the EVSE within the station.")]


@router.patch("/{identity}/evses/{number}", response=EvseOut, summary="Name an EVSE and say where it is")
def change_evse_details(request: ApiRequest, identity: Identity, number: Number, body: EvseChanges) -> Any:
    """Needs an operator of the station. Code and eMI³ id are unique over all EVSEs."""
    evses = EVSE.objects.select_related("station").prefetch_related("connectors__station")
    named = {"station__identity_key": identity.lower(), "number": number}
    station = find(evses, request, Role.OPERATOR, **named).station
    change_evse(station, number, body.model_dump(exclude_unset=True), actor=request.auth, source=OperationSource.API)
    return evses.get(**named)
