"""The page of a bulk operation: how far it is, what came of every station, and what can still be done about it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import DetailView, View

from emobility.common.actions import find
from emobility.common.tables import StatusColumn, TimeColumn
from emobility.common.templatetags.portal import EMPTY
from emobility.common.views import PortalMixin, ScopedMixin
from stations.enums import EffectState, OperationState, Role
from stations.models import BulkOperation, Operation
from stations.portal.exports import csv_response
from stations.portal.lists import page_number, page_size, sorted_page
from stations.services.bulk_operations import Progress, Skipped, cancel_rest, operations_of, progress, skipped_of
from stations.services.operation_delivery import without_secrets

SKIPPED = "skipped"
COLUMNS = {
    "station": lambda operation: operation.station.identity,
    "name": lambda operation: operation.station.name,
    "state": lambda operation: operation.state,
    "answer": lambda operation: operation.answer,
    "error": lambda operation: operation.error,
    "effect": lambda operation: operation.effect,
    "effect_note": lambda operation: operation.effect_note,
    "due_at": lambda operation: operation.due_at,
    "sent_at": lambda operation: operation.sent_at,
    "settled_at": lambda operation: operation.settled_at,
    "effect_at": lambda operation: operation.effect_at,
}


class OutcomeTable(tables.Table):
    """One row for each station that is asked."""

    station = tables.Column(verbose_name=gettext_lazy("Station"), orderable=False)
    state = StatusColumn(verbose_name=gettext_lazy("Outcome"), orderable=False)
    effect = StatusColumn(verbose_name=gettext_lazy("Effect"), orderable=False)
    answer = tables.Column(verbose_name=gettext_lazy("Details"), orderable=False, empty_values=())
    sent_at = TimeColumn(verbose_name=gettext_lazy("Sent"), orderable=False)
    settled_at = TimeColumn(verbose_name=gettext_lazy("Settled"), orderable=False)

    class Meta:
        model = Operation
        fields = ()
        default = EMPTY
        attrs = {"class": "table table-hover align-middle stations-table"}

    def render_station(self, record: Operation) -> SafeString:
        return render_to_string("operations/bulk_cells.html#station", {"operation": record})

    def render_answer(self, record: Operation) -> SafeString:
        return render_to_string("operations/bulk_cells.html#answer", {"operation": record})


class BulkProgress(ScopedMixin, DetailView):
    """Live progress and the outcome of each station; ``?state=`` narrows, ``?export=csv`` downloads."""

    model = BulkOperation
    template_name = "operations/bulk_progress.html"
    partials = ("bulk-live",)
    context_object_name = "bulk"

    def get_queryset(self) -> QuerySet:
        """The bulk operations the person may see."""
        return super().get_queryset().select_related("actor")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """The page, or everything in it as CSV."""
        if request.GET.get("export") != "csv":
            return super().get(request, *args, **kwargs)
        bulk = self.get_object()
        rows = operations_of(bulk, user=request.user).select_related("station")
        skipped = skipped_of(bulk, user=request.user)
        return csv_response(f"bulk-operation-{bulk.pk}", COLUMNS, rows, after=map(_csv_row, skipped))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Counts, and the page of outcomes."""
        bulk, user = self.object, self.request.user
        made, skipped = progress(bulk, user=user), skipped_of(bulk, user=user)
        wanted = self.request.GET.get("state", "")
        return super().get_context_data(
            action=find(bulk.action),
            parameters=without_secrets(bulk.parameters),
            progress=made,
            effects=[(effect, made.effects[effect]) for effect in EffectState if made.effects[effect]],
            choices=list(choices(made, len(skipped))),
            wanted=wanted,
            left=self._time_left(made),
            may_act=bool(made.total) and may_act(bulk, user),
            **self._outcomes(wanted, made, skipped),
            **kwargs,
        )

    def _outcomes(self, wanted: str, made: Progress, skipped: list[Skipped]) -> dict[str, Any]:
        """The rows ``wanted``: a state, those skipped, or all that were asked."""
        if wanted == SKIPPED:
            page = Paginator(skipped, page_size(self.request)).get_page(page_number(self.request.GET.get("page")))
            return {"skipped_page": page}
        rows = operations_of(self.object, user=self.request.user).select_related("station")
        if wanted in OperationState.values:
            rows = rows.filter(state=wanted)
        return {"table": sorted_page(OutcomeTable(rows), self.request)}

    def _time_left(self, made: Progress) -> timedelta | None:
        """Until the last station is asked; None when none waits."""
        if not made.states[OperationState.QUEUED]:
            return None
        waiting = operations_of(self.object, user=self.request.user).filter(state=OperationState.QUEUED)
        last = waiting.order_by().aggregate(last=Max("due_at"))["last"]
        return max(last - timezone.now(), timedelta(0)) if last else None


class BulkCancel(PortalMixin, View):
    """Withdraw what was not sent yet."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Cancel, say how many, and go back."""
        bulk = get_object_or_404(BulkOperation.objects.visible_to(request.user), pk=pk)
        if not may_act(bulk, request.user):
            raise PermissionDenied(_("Your role does not allow this for any of these stations."))
        count = cancel_rest(bulk, actor=request.user)
        said = ngettext("%(count)s operation was cancelled.", "%(count)s operations were cancelled.", count)
        messages.success(request, said % {"count": count})
        return HttpResponseRedirect(reverse("operations:bulk-detail", args=[pk]))


def may_act(bulk: BulkOperation, user: Any) -> bool:
    """Whether ``user`` may cancel or repeat at least a part of ``bulk``."""
    action = find(bulk.action)
    role = Role(action.role) if action else Role.OPERATOR
    return Operation.objects.visible_to(user, role).filter(bulk=bulk).exists()


def choices(made: Progress, skipped: int) -> Iterable[tuple[str, Any, int]]:
    """What the outcomes can be narrowed to: value, badge or word, and how many."""
    yield "", _("All"), made.total
    for state in OperationState:
        if made.states[state]:
            yield state.value, state, made.states[state]
    if skipped:
        yield SKIPPED, _("Skipped"), skipped


def _csv_row(skipped: Skipped) -> dict[str, Any]:
    return {"station": skipped.identity, "state": SKIPPED, "error": skipped.reason}
