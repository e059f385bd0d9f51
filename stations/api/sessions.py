"""``/sessions``: charging sessions, live and past."""

from typing import Any

from django.db.models import QuerySet
from ninja import Router
from ninja.pagination import paginate

from stations.api.auth import ApiRequest, find
from stations.api.fields import Id, Moment, Search
from stations.api.pages import Pages
from stations.api.station_schemas import SessionOut
from stations.enums import SessionState
from stations.models import ChargingSession
from stations.models.scopes import ScopedQuerySet

router = Router(tags=["Sessions"])


def _sessions() -> ScopedQuerySet:
    """Sessions with all that an answer shows."""
    return ChargingSession.objects.select_related("station", "connector__evse").order_by("-started_at", "-pk")


@router.get("", response=list[SessionOut], summary="List charging sessions")
@paginate(Pages)
def list_sessions(
    request: ApiRequest,
    station: Search | None = None,
    state: SessionState | None = None,
    since: Moment | None = None,
) -> QuerySet:
    """Charging sessions in scope, newest first; `station` is an identity, `since` the earliest start."""
    sessions = _sessions().visible_to(request.auth)
    if station is not None:
        sessions = sessions.filter(station__identity_key=station.lower())
    if state is not None:
        sessions = sessions.filter(state=state)
    if since is not None:
        sessions = sessions.filter(started_at__gte=since)
    return sessions


@router.get("/{id}", response=SessionOut, summary="Read a charging session")
def read_session(request: ApiRequest, id: Id) -> Any:
    """One charging session in scope."""
    return find(_sessions(), request, pk=id)
