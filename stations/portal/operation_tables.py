"""Table and filter of operations."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from emobility.common.actions import actions, find
from emobility.common.tables import StatusColumn, TimeColumn
from emobility.common.templatetags.portal import EMPTY
from stations.enums import EffectState, OperationSource, OperationState
from stations.models import Operation
from stations.portal.answers import word_of
from stations.portal.filters import ChoiceFilter, MomentFilter, OfStationFilterSet


class OperationTable(tables.Table):
    """One row for each operation."""

    requested_at = TimeColumn(verbose_name=_("Requested"), order_by=("pk",))
    station = tables.Column(verbose_name=_("Station"), order_by=("station__identity",))
    action = tables.Column(verbose_name=_("Action"))
    state = StatusColumn(verbose_name=_("State"))
    answer = tables.Column(verbose_name=_("Answer"), empty_values=())
    effect = StatusColumn(verbose_name=_("Effect"))
    actor = tables.Column(verbose_name=_("By"), order_by=("actor__username",), empty_values=())
    source = tables.Column(verbose_name=_("From"))

    class Meta:
        model = Operation
        fields = ()
        default = EMPTY
        attrs = {"class": "table table-hover align-middle"}

    def render_requested_at(self, record: Operation) -> SafeString:
        return _cell("requested", operation=record)

    def render_station(self, record: Operation) -> SafeString:
        return _cell("station", operation=record)

    def render_action(self, record: Operation) -> SafeString:
        return _cell("action", operation=record, action=find(record.action))

    def render_answer(self, record: Operation) -> SafeString:
        return _cell("answer", operation=record, answer=word_of(record))

    def render_effect(self, record: Operation) -> SafeString:
        return _cell("effect", operation=record)

    def render_actor(self, record: Operation) -> SafeString:
        return _cell("actor", operation=record)


class OperationFilter(OfStationFilterSet):
    """Operations by station, action, outcome, person and time."""

    action = ChoiceFilter(label=_("Action"))
    state = ChoiceFilter(label=_("State"), choices=OperationState.choices)
    effect = ChoiceFilter(label=_("Effect"), choices=EffectState.choices)
    who = filters.CharFilter(label=_("By"), field_name="actor__username", lookup_expr="icontains")
    source = ChoiceFilter(label=_("From"), choices=OperationSource.choices)
    since = MomentFilter(label=_("Requested from"), field_name="requested_at", lookup_expr="gte")
    until = MomentFilter(label=_("Requested until"), field_name="requested_at", lookup_expr="lte")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["action"].extra["choices"] = [(action.name, action.label) for action in actions()]

    class Meta:
        model = Operation
        fields: list[str] = []


def _cell(name: str, **context: Any) -> SafeString:
    return render_to_string(f"operations/cells.html#{name}", context)
