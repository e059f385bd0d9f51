"""``/stations``: charging stations with their EVSEs and connectors."""

from typing import Any

from django.db.models import Q, QuerySet
from ninja import Router, Status
from ninja.pagination import paginate

from stations.api.auth import ApiRequest, find, referenced
from stations.api.fields import Identity, QueryId
from stations.api.pages import Pages
from stations.api.station_schemas import StationChanges, StationOut
from stations.enums import ConfigurationStatus, ConnectionStatus, RegistrationStatus, Role
from stations.models import ChargingStation, SiteArea
from stations.models.stations import StationQuerySet
from stations.services.stations import delete_station, update_station

router = Router(tags=["Stations"])


def _stations() -> StationQuerySet:
    """Stations with all that an answer shows, in a fixed number of queries."""
    return (
        ChargingStation.objects.with_live()
        .select_related("onboarding_token", "configuration__station_model")
        .defer("configuration__station_model__document")
        .prefetch_related("evses__connectors__station")
        .order_by("identity_key")
    )


@router.get("", response=list[StationOut], summary="List charging stations")
@paginate(Pages)
def list_stations(
    request: ApiRequest,
    site_area: QueryId | None = None,
    connection_status: ConnectionStatus | None = None,
    registration_status: RegistrationStatus | None = None,
    configuration_status: ConfigurationStatus | None = None,
) -> QuerySet:
    """Charging stations in scope, by identity."""
    wanted = {
        "site_area": site_area,
        "connection_status": connection_status,
        "registration_status": registration_status,
    }
    stations = _stations().visible_to(request.auth).filter(**{k: v for k, v in wanted.items() if v is not None})
    return stations if configuration_status is None else _in_configuration(stations, configuration_status)


def _in_configuration(stations: StationQuerySet, status: ConfigurationStatus) -> StationQuerySet:
    """Those of ``stations`` whose configuration has ``status``; one that has none yet is defined by the user."""
    wanted = Q(configuration__status=status)
    is_default = status == ConfigurationStatus.DEFINED_BY_USER
    return stations.filter(wanted | Q(configuration=None) if is_default else wanted)


@router.get("/{identity}", response=StationOut, summary="Read a charging station")
def read_station(request: ApiRequest, identity: Identity) -> Any:
    """One charging station in scope; upper and lower case are the same."""
    return find(_stations(), request, identity_key=identity.lower())


@router.patch("/{identity}", response=StationOut, summary="Name or move a charging station")
def change_station(request: ApiRequest, identity: Identity, body: StationChanges) -> Any:
    """Needs an operator of the station, and of the site area it moves to."""
    station = find(ChargingStation.objects.all(), request, Role.OPERATOR, identity_key=identity.lower())
    values = {"name": station.name, "site_area": station.site_area_id} | body.model_dump(exclude_unset=True)
    area = referenced(SiteArea.objects.all(), request, Role.OPERATOR, "site_area", values["site_area"])
    update_station(station, name=values["name"], site_area=area, actor=request.auth)
    return _stations().get(pk=station.pk)


@router.delete("/{identity}", response={204: None}, summary="Delete a charging station")
def remove_station(request: ApiRequest, identity: Identity) -> Any:
    """Needs an operator of the station; refused (409) while it is connected or has charging sessions."""
    station = find(ChargingStation.objects.all(), request, Role.OPERATOR, identity_key=identity.lower())
    delete_station(station, actor=request.auth)
    return Status(204, None)
