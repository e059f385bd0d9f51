"""Pages about one station that are for those who operate it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from emobility.common.views import PortalMixin
from stations.enums import Role
from stations.models import ChargingStation
from stations.models.stations import StationQuerySet


class OperatedStationMixin(PortalMixin):
    """The station of the URL: 404 where the user cannot see it, 403 with ``not_operator`` where they may only look."""

    context_object_name: str | None = "station"
    not_operator: Any = _("Only operators may edit stations.")

    def get_queryset(self) -> StationQuerySet:
        """The stations the user may see."""
        visible: StationQuerySet = ChargingStation.objects.visible_to(self.request.user)
        return visible

    def get_object(self, queryset: QuerySet | None = None) -> ChargingStation:
        """The station, when the user may change it."""
        station: ChargingStation = super().get_object(queryset)  # type: ignore[misc]
        if not may_operate(self.request.user, station):
            raise PermissionDenied(self.not_operator)
        return station


def may_operate(user: Any, station: ChargingStation) -> bool:
    """Whether ``user`` is at least operator where ``station`` stands."""
    return ChargingStation.objects.visible_to(user, Role.OPERATOR).filter(pk=station.pk).exists()
