"""``/log``: every OCPP frame, and every handshake that was refused."""

from typing import Literal

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from stations.api.auth import ApiRequest
from stations.api.fields import Moment, QueryId, Search
from stations.api.pages import JournalPages
from stations.api.station_schemas import LogEntry
from stations.models import ChargingStation, OcppExchange, Refusal
from stations.models.journal import Direction
from stations.services.journal_index import first_id_since

router = Router(tags=["Log"])


class LogFilter(Schema):
    type: Literal["frame", "refusal"] = Field("frame", description="OCPP frames or refused handshakes.")
    station: Search | None = Field(None, description="Identity of the station.")
    direction: Direction | None = Field(None, description="Who sent the request: the station (`in`) or we (`out`).")
    action: Search | None = Field(None, description="OCPP message, for example BootNotification.")
    since: Moment | None = Field(None, description="Nothing older than this.")
    before: QueryId | None = Field(None, description="Only entries with a smaller id: go on where a page ended.")


@router.get("", response=list[LogEntry], summary="Read the log")
@paginate(JournalPages)
def read_log(request: ApiRequest, wanted: Query[LogFilter]) -> QuerySet:
    """Entries in scope, newest first."""
    rows = _frames(request, wanted) if wanted.type == "frame" else _refusals(request, wanted)
    return rows.filter(pk__lt=wanted.before) if wanted.before is not None else rows


def _frames(request: ApiRequest, wanted: LogFilter) -> QuerySet:
    frames = OcppExchange.objects.visible_to(request.auth).select_related("station").order_by("-pk")
    if wanted.station is not None:
        # The station's key first: frames are indexed by it.
        key = ChargingStation.objects.filter(identity_key=wanted.station.lower()).values_list("pk", flat=True).first()
        frames = frames.filter(station=key) if key else frames.none()
    if wanted.direction is not None:
        frames = frames.filter(direction=wanted.direction)
    if wanted.action is not None:
        frames = frames.filter(action=wanted.action)
    if wanted.since is not None:
        first = first_id_since(OcppExchange.objects.all(), "received_at", wanted.since)
        frames = frames.filter(pk__gte=first, received_at__gte=wanted.since)
    return frames


def _refusals(request: ApiRequest, wanted: LogFilter) -> QuerySet:
    for field in ("direction", "action"):
        if getattr(wanted, field) is not None:
            raise ValidationError({field: _("Only frames have this.")})
    refusals = Refusal.objects.visible_to(request.auth).order_by("-pk")
    if wanted.station is not None:
        refusals = refusals.filter(identity__iexact=wanted.station)
    if wanted.since is not None:
        refusals = refusals.filter(last_at__gte=wanted.since)
    return refusals
