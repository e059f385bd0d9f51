"""The drift report: stations that have other values than the recommended ones, or than those set here."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from emobility.common.runs import to_runs
from emobility.common.tables import StatusColumn
from emobility.common.templatetags.portal import EMPTY
from stations.models import ChargingStation, OcppParameter
from stations.portal.bulk import bulk_actions
from stations.portal.exports import csv_response
from stations.portal.filters import ChoiceFilter, StationFilter
from stations.portal.lists import ListPage
from stations.portal.parameter_pages import COLUMNS
from stations.portal.parameter_rows import rows_of
from stations.portal.tables import SelectColumn
from stations.services.bulk_operations import MOST_STATIONS

LISTED = 12
"""So many parameters are listed for each station."""
ACTIONS = ("push-parameters", "use-system-configuration", "pull-parameters")
KINDS = {"drift": Q(drifts=True), "differ": Q(differs=True), "": Q(drifts=True) | Q(differs=True)}


class DriftFilter(StationFilter):
    """Stations with values that are not as they should be, and which of those values count."""

    key = filters.CharFilter(label=_("Parameter"), method="later")
    kind = ChoiceFilter(
        label=_("Difference"),
        method="later",
        choices=[("drift", _("From the recommended value")), ("differ", _("From the value set here"))],
    )
    connector = None  # type: ignore[assignment]  # Of no use here, like the next one.
    registration = None  # type: ignore[assignment]

    class Meta:
        model = ChargingStation
        fields: list[str] = []

    def later(self, stations: QuerySet, name: str, text: str) -> QuerySet:
        """Counts together with the other: one parameter has to fit both."""
        return stations

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """The stations with such a value, and those values as ``off``."""
        found = super().filter_queryset(queryset)
        off = OcppParameter.objects.filter(self.condition).order_by("key_lower")
        return found.filter(Exists(off.filter(station=OuterRef("pk")))).prefetch_related(
            Prefetch("parameters", queryset=off, to_attr="off")
        )

    @property
    def condition(self) -> Q:
        """Which parameters count."""
        data = self.form.cleaned_data
        named = Q(key_lower__contains=data["key"].lower()) if data.get("key") else Q()
        return KINDS[data.get("kind") or ""] & named


class DriftTable(tables.Table):
    """One row for each station."""

    select = SelectColumn(orderable=False, empty_values=())
    identity = tables.Column(verbose_name=_("Station"))
    model = tables.Column(verbose_name=_("Model"), order_by=("vendor", "model"), empty_values=())
    connection_status = StatusColumn(verbose_name=_("Connection"))
    off = tables.Column(verbose_name=_("Differences"), orderable=False, empty_values=())

    class Meta:
        model = ChargingStation
        fields = ()
        default = EMPTY
        attrs = {"class": "table table-hover align-middle parameters-table"}

    def render_identity(self, record: ChargingStation) -> SafeString:
        return render_to_string("stations/cells.html#identity", {"station": record})

    def render_model(self, record: ChargingStation) -> str:
        return " ".join(filter(None, (record.vendor, record.model))) or EMPTY

    def render_off(self, record: Any) -> SafeString:
        rows = rows_of(record.off[:LISTED], {})
        return render_to_string(
            "parameters/drift_cell.html", {"rows": rows, "station": record, "more": max(0, len(record.off) - LISTED)}
        )


class DriftReport(ListPage):
    """Stations whose values are not as they should be, with both values and what to do about it."""

    model = ChargingStation
    table_class = DriftTable
    filterset_class = DriftFilter
    template_name = "parameters/drift.html"
    partials = ("stations-table",)
    csv_name = "parameter-drift"
    csv_columns = COLUMNS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The list; the download has a line for each value."""
        if request.GET.get("export") != "csv":
            return super().get(request, *args, **kwargs)
        found = self.get_filterset(self.get_filterset_class())
        stations = found.qs if found.is_valid() else found.queryset.none()
        condition = found.condition if found.is_valid() else Q()
        rows = OcppParameter.objects.filter(condition, station__in=stations.order_by().values("pk"))
        ordered = rows.select_related("station").order_by("station__identity_key", "key_lower")
        return csv_response(self.csv_name, self.csv_columns, ordered)

    def get_queryset(self) -> QuerySet:
        """The stations with all a row shows."""
        return ChargingStation.objects.visible_to(self.request.user).with_live()

    @cached_property
    def bulk_actions(self) -> list:
        """What the user may do about it for many stations at once."""
        groups = [(label, [a for a in group if a.name in ACTIONS]) for label, group in bulk_actions(self.request.user)]
        return [(label, group) for label, group in groups if group]

    def get_table_kwargs(self) -> dict[str, Any]:
        """Rows can be selected by those who may do something with them."""
        return {} if self.bulk_actions else {"exclude": ["select"]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The table, the live names of its rows, and all stations for the bulk page."""
        context = super().get_context_data(**kwargs)
        table, every = context["table"], []
        if self.bulk_actions and 0 < table.paginator.count <= MOST_STATIONS:
            every = sorted(self.object_list.order_by().values_list("pk", flat=True))
        names = [f"station-{row.record.pk}" for row in table.paginated_rows]
        return context | {
            "live_names": " ".join(["stations", *names]),
            "bulk_actions": self.bulk_actions,
            "every": to_runs(every) if every else "",
            "count": table.paginator.count,
        }
