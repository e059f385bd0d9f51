"""Operations: the list over all stations, the page of one, and withdrawing one that waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

import orjson
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import DetailView, View

from emobility.common.actions import find
from emobility.common.views import PortalMixin
from stations.enums import EffectState, OperationState, Role
from stations.models import Operation
from stations.portal.answers import meaning_of, word_of
from stations.portal.frames import Frame, pretty
from stations.portal.lists import ListPage
from stations.portal.operation_parameters import read_parameters, written_parameters
from stations.portal.operation_tables import OperationFilter, OperationTable
from stations.portal.schedules import ScheduleRow, composite_schedule
from stations.portal.sessions import UncountedPages
from stations.services.journal import masked
from stations.services.operations import cancel_operations

LOG_MARGIN = timedelta(minutes=1)


@dataclass(frozen=True)
class Step:
    """One stage of an operation: ``state`` is done, now or ahead."""

    label: str
    state: str
    at: datetime | None = None


@dataclass(frozen=True)
class Exchange:
    """One message of an operation and the station's answer to it."""

    message: str
    request: Frame
    answer: Frame | None
    schedule: list[ScheduleRow]


class OperationList(ListPage):
    """Every operation the user may see, live."""

    model = Operation
    table_class = OperationTable
    filterset_class = OperationFilter
    paginator_class = UncountedPages
    template_name = "operations/list.html"
    partials = ("operations-table",)
    csv_name = "operations"
    csv_columns = {
        "id": lambda operation: operation.pk,
        "requested_at": lambda operation: operation.requested_at,
        "station": lambda operation: operation.station.identity,
        "action": lambda operation: operation.action,
        "parameters": lambda operation: masked(orjson.dumps(operation.parameters).decode()),
        "state": lambda operation: operation.get_state_display(),
        "answer": lambda operation: operation.answer,
        "error": lambda operation: operation.error,
        "effect": lambda operation: operation.get_effect_display(),
        "effect_note": lambda operation: operation.effect_note,
        "by": lambda operation: operation.actor.get_username() if operation.actor else "",
        "from": lambda operation: operation.get_source_display(),
        "reason": lambda operation: operation.reason,
        "sent_at": lambda operation: operation.sent_at,
        "settled_at": lambda operation: operation.settled_at,
    }

    def get_queryset(self) -> QuerySet:
        """The operations with all a row shows."""
        return operation_rows(super().get_queryset())


def operation_rows(operations: QuerySet) -> QuerySet:
    """``operations`` as rows show them: with station and person, without the messages."""
    return operations.select_related("station", "actor").defer("requests", "responses", "details")


class OperationPage(PortalMixin, DetailView):
    """One operation: who, what, when, why, and what came of it; htmx also gets the progress alone."""

    template_name = "operations/detail.html"
    partials = ("operation-live", "operation-progress")
    context_object_name = "operation"

    def get_queryset(self) -> QuerySet:
        """The operations the user may see."""
        return Operation.objects.visible_to(self.request.user).select_related("station", "actor", "bulk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The operation in words."""
        operation = self.object
        may_change = may_cancel(self.request.user, operation)
        return super().get_context_data(
            live_name=f"station-{operation.station_id}",
            parameters=pretty(masked(orjson.dumps(operation.parameters).decode())) if operation.parameters else None,
            log_url=log_url(operation),
            may_change=may_change,
            again_url=again_url(operation) if may_change and find(operation.action) else "",
            written_parameters=written_parameters(operation),
            read_parameters=read_parameters(operation),
            **progress(operation),
            **kwargs,
        )


class OperationCancel(PortalMixin, View):
    """Withdraws an operation that was not sent yet."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Withdraw it; where it is too late, the page says so."""
        operation = get_object_or_404(Operation.objects.visible_to(request.user), pk=pk)
        if not may_cancel(request.user, operation):
            raise PermissionDenied(_("Only operators may cancel operations."))
        done = cancel_operations(Operation.objects.filter(pk=pk), actor=request.user)
        if request.htmx:  # type: ignore[attr-defined]
            operation.refresh_from_db()
            return render(request, "operations/detail.html#operation-progress", progress(operation))
        if done:
            messages.success(request, _("The operation was cancelled."))
        else:
            messages.warning(request, _("It was too late: the operation does not wait any more."))
        return redirect("operations:detail", pk)


def may_cancel(user: Any, operation: Operation) -> bool:
    """Whether ``user`` has the role the operation's action needs."""
    action = find(operation.action)
    role = Role(action.role) if action else Role.OPERATOR
    return Operation.objects.visible_to(user, role).filter(pk=operation.pk).exists()


def progress(operation: Operation) -> dict[str, Any]:
    """What a template needs to tell how far ``operation`` has come."""
    return {
        "operation": operation,
        "action": find(operation.action),
        "station": operation.station,
        "is_open": operation.state in (OperationState.QUEUED, OperationState.SENT),
        "is_watched": operation.effect == EffectState.AWAITED,
        "steps": steps(operation),
        "answer": word_of(operation),
        "outcome": outcome(operation),
        "exchanges": exchanges_of(operation),
        "says_more": any(set(answer) - {"status"} for answer in operation.responses if isinstance(answer, dict)),
    }


def outcome(operation: Operation) -> str:
    """How it stands, as a sentence."""
    if operation.state == OperationState.ACCEPTED and not operation.requests:
        return _("Done; the station did not have to be asked.")
    if operation.state == OperationState.ACCEPTED and operation.effect == EffectState.NONE:
        return meaning_of(operation) or _("The station agreed.")
    return meaning_of(operation) or str(OperationState(operation.state).help)


def steps(operation: Operation) -> list[Step]:
    """The way from the press of the button to the effect."""
    state, effect = operation.state, operation.effect
    found = [Step(_("Requested"), "done", operation.requested_at)]
    if state == OperationState.CANCELLED:
        return [*found, Step(_("Not sent"), "done", operation.settled_at)]
    if operation.requests:
        is_queued = state == OperationState.QUEUED
        found.append(
            Step(_("Waits to be sent") if is_queued else _("Sent"), "now" if is_queued else "done", operation.sent_at)
        )
        found.append(Step(_("Answered"), _stage(operation.settled_at is not None, not is_queued), operation.settled_at))
    if effect != EffectState.NONE:
        found.append(Step(_("Effect"), _stage(effect != EffectState.AWAITED, True), operation.effect_at))
    return found


def _stage(is_done: bool, has_begun: bool) -> str:
    if is_done:
        return "done"
    return "now" if has_begun else "ahead"


def exchanges_of(operation: Operation) -> list[Exchange]:
    """Its messages with the answers, indented, secrets masked."""
    pairs = zip_longest(operation.requests, operation.responses[: len(operation.requests)])
    return [_exchange(request, response) for request, response in pairs]


def _exchange(request: Any, response: Any) -> Exchange:
    message, payload = request
    return Exchange(
        message,
        readable(payload),
        readable(response) if response is not None else None,
        composite_schedule(response) if message == "GetCompositeSchedule" else [],
    )


def readable(content: Any) -> Frame:
    """A payload, indented, secrets masked."""
    return pretty(masked(orjson.dumps(content).decode()))


def again_url(operation: Operation) -> str:
    """The dialog of the same action with the same parameters."""
    return f"{reverse('stations:action', args=[operation.station_id, operation.action])}?again={operation.pk}"


def log_url(operation: Operation) -> str:
    """The log of the station around the operation, narrowed to its message; empty while nothing was sent."""
    if operation.sent_at is None:
        return ""
    query = {"station": operation.station.identity, "since": _local(operation.sent_at - LOG_MARGIN)}
    if names := {message for message, _payload in operation.requests}:
        query |= {"action": names.pop()} if len(names) == 1 else {}
    if operation.settled_at:
        query["until"] = _local(operation.settled_at + LOG_MARGIN)
    return f"{reverse('log:list')}?{urlencode(query)}"


def _local(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")
