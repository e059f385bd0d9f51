"""Taking the values of one station over to others: which values, which stations; then the bulk page."""

from typing import Any

import orjson
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView

from emobility.common.runs import to_runs
from stations.catalogue.standard_keys import is_of_one_station, is_secret
from stations.enums import Role
from stations.models import ChargingStation, OcppParameter
from stations.models.stations import StationQuerySet
from stations.portal.filters import ChoiceFilter, StationFilter
from stations.portal.operated import OperatedStationMixin
from stations.portal.parameters import NOT_OPERATOR
from stations.services.bulk_operations import MOST_STATIONS

LISTED = 50


class TargetFilter(StationFilter):
    """The stations that are to get the values: of the same model, unless others are asked for."""

    models = ChoiceFilter(label=_("Models"), method="other_models", choices=[("any", _("All models"))])
    connector = None  # type: ignore[assignment]  # Of no use here, like the next one.
    registration = None  # type: ignore[assignment]

    def __init__(self, *args: Any, station: ChargingStation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._station = station
        self.filters["models"].extra["empty_label"] = _("The same model")

    class Meta:
        model = ChargingStation
        fields: list[str] = []

    def other_models(self, stations: QuerySet, name: str, text: str) -> QuerySet:
        """Whatever model they are."""
        return stations

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """The stations, without the one whose values they get."""
        found = super().filter_queryset(queryset).exclude(pk=self._station.pk)
        if self.form.cleaned_data.get("models"):
            return found
        return found.filter(vendor=self._station.vendor, model=self._station.model)


class ParametersCopy(OperatedStationMixin, DetailView):
    """Choose values and stations; both stand in the URL. The bulk page shows what changes and asks before it does."""

    template_name = "parameters/copy.html"
    partials = ("copy-choice",)
    not_operator = NOT_OPERATOR

    def get_queryset(self) -> StationQuerySet:
        """The stations the user may see, with their parameters."""
        return super().get_queryset().prefetch_related("parameters")

    def targets(self) -> TargetFilter:
        """The stations that may get the values."""
        stations = ChargingStation.objects.visible_to(self.request.user, Role.OPERATOR).with_live()
        return TargetFilter(self.request.GET, queryset=stations, request=self.request, station=self.object)

    def chosen(self, offered: list[OcppParameter]) -> set[str]:
        """Keys that are ticked: at first all that do not belong to this station alone."""
        if "chosen" in self.request.GET:
            return set(self.request.GET.getlist("key"))
        return {each.key for each in offered if not is_of_one_station(each.key)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What can be taken over, what is chosen, and the form for the bulk page."""
        offered = copyable(self.object)
        chosen, targets = self.chosen(offered), self.targets()
        found = targets.qs.order_by("identity") if targets.is_valid() else targets.queryset.none()
        stations = list(found.only("pk", "identity", "name")[:MOST_STATIONS])
        values = {each.key: each.wanted_value for each in offered if each.key in chosen}
        return super().get_context_data(
            filter=targets,
            offered=[(each, each.key in chosen) for each in offered],
            count=len(stations),
            listed=stations[:LISTED],
            more=max(0, len(stations) - LISTED),
            selection=to_runs(sorted(station.pk for station in stations)),
            values=orjson.dumps(values).decode() if values else "",
            values_count=len(values),
            **kwargs,
        )


def copyable(station: Any) -> list[OcppParameter]:
    """Parameters of ``station`` that are set here and may be the same elsewhere: no secrets, nothing read-only."""
    return [
        p for p in station.parameters.all() if p.wanted_value is not None and not p.read_only and not is_secret(p.key)
    ]
