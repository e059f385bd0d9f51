"""The page before a bulk operation: what would happen to which stations, and the button that starts it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from emobility.common.actions import Action, find
from emobility.common.runs import to_runs
from emobility.common.schema_forms import SchemaForm
from emobility.common.views import PortalMixin
from stations.enums import Role
from stations.models import BulkOperation, ChargingStation
from stations.models.stations import StationQuerySet
from stations.portal.bulk_forms import BulkForm, source_for
from stations.portal.bulk_selection import selected
from stations.portal.changes import grouped
from stations.services.bulk_operations import (
    USUAL_PACE,
    Preview,
    Skipped,
    offered_to,
    preview,
    retry_failed,
    start,
    undone_stations,
)
from stations.services.errors import Conflict
from stations.services.operation_delivery import without_secrets
from stations.services.operations import parsed

LISTED = 100
CONFLICT = 409


@dataclass(frozen=True)
class Group:
    """Things listed under one heading: the first few, and how many there are."""

    heading: Any
    count: int
    first: Sequence[Any]

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.first)


def group(things: Sequence[Any], heading: Any = "") -> Group:
    """``things`` as far as they are listed."""
    return Group(heading, len(things), things[:LISTED])


class BulkPage(PortalMixin, TemplateView):
    """Parameters, preview and confirmation of one action for the selected stations."""

    template_name = "operations/bulk.html"
    partials = ("bulk-preview",)
    action: Action
    asks_parameters = True
    refusal = ""
    """Why nothing can be started at all."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find out what it is about, once it is clear who asks."""
        if request.user.is_authenticated:
            self.prepare()
        return super().dispatch(request, *args, **kwargs)

    def prepare(self) -> None:
        """The action and the stations of the URL."""
        self.action = bulk_action(self.kwargs["action"])
        self.pks = selected(self.request)

    @property
    def stations(self) -> StationQuerySet:
        """The stations it is about, whoever may see them."""
        return ChargingStation.objects.filter(pk__in=self.pks)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page, with what the action does when nothing is entered; a link may fill in the parameters."""
        return self.arrive(request.GET)

    def arrive(self, sent: QueryDict) -> HttpResponse:
        """The page as somebody finds it who comes from another one, which may have ``sent`` parameters along."""
        initial = {"source": source_for(self.request.user, sent.get("source")), **self.initial()}
        form, pace = BulkForm(initial=initial, user=self.request.user), initial["per_minute"]
        if not any(name.startswith("parameters-") for name in sent):
            return self.show(form, self.parameter_form(), self.parameters_by_default(), pace)
        parameters = self.parameter_form(sent)
        return self.show(form, parameters, self.payload(parameters) if parameters.is_valid() else None, pace)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Start it; with ``preview`` among the values only show what would happen with them."""
        if "preview" in request.POST and "per_minute" not in request.POST:
            return self.arrive(request.POST)
        form, parameters = BulkForm(request.POST, user=request.user), self.parameter_form(request.POST)
        valid = all([form.is_valid(), parameters.is_valid()])
        pace = form.cleaned_data.get("per_minute") or USUAL_PACE
        if not valid or "preview" in request.POST:
            return self.show(form, parameters, self.payload(parameters) if valid else None, pace)
        try:
            bulk = self.start(self.payload(parameters), **form.cleaned_data)
        except Conflict as conflict:
            self.refusal = str(conflict)
            return self.show(form, parameters, self.payload(parameters), pace, status=CONFLICT)
        except ValidationError as error:
            parameters.refuse(error)
            return self.show(form, parameters, None, pace)
        return HttpResponseRedirect(reverse("operations:bulk-detail", args=[bulk.pk]))

    def initial(self) -> dict[str, Any]:
        """What the form shows at first."""
        return {"per_minute": USUAL_PACE}

    def parameter_form(self, data: Any = None) -> SchemaForm:
        """The fields of the action's own parameters."""
        return SchemaForm(self.action.schema(), data)

    def parameters_by_default(self) -> Mapping[str, Any] | None:
        """The parameters when nothing is entered; None where something must be."""
        try:
            parsed(self.action, {})
        except ValidationError:
            return None
        return {}

    def payload(self, form: SchemaForm) -> Mapping[str, Any]:
        """What was entered."""
        return form.payload

    def start(self, parameters: Mapping[str, Any], **about: Any) -> BulkOperation:
        """Queue the operations."""
        return start(self.stations, self.action, parameters, actor=self.request.user, **about)

    def show(
        self,
        form: BulkForm,
        parameters: SchemaForm,
        payload: Mapping[str, Any] | None,
        per_minute: int,
        status: int = 200,
    ) -> HttpResponse:
        """The page with its preview."""
        found = self.look(parameters, payload)
        seen = found.asked or found.skipped
        if seen and not self.holds_role():
            raise PermissionDenied(_("Your role does not allow this for any of these stations."))
        context = self.get_context_data(
            form=form, parameters=parameters, **figures(found, per_minute, payload is not None)
        )
        return self.render_to_response(context, status=status)

    def look(self, parameters: SchemaForm, payload: Mapping[str, Any] | None) -> Preview:
        """The preview; wrong parameters are shown at their fields."""
        try:
            return preview(self.stations, self.action, payload, actor=self.request.user)
        except ValidationError as error:
            parameters.refuse(error)
            return self.look(parameters, None)
        except Conflict as conflict:
            self.refusal = str(conflict)
            return Preview()

    def holds_role(self) -> bool:
        """Whether the person may do it to any of the stations."""
        return self.stations.visible_to(self.request.user, Role(self.action.role)).exists()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows beside the preview."""
        return super().get_context_data(
            action=self.action,
            refusal=self.refusal,
            asks_parameters=self.asks_parameters and self.action.has_parameters,
            selection=to_runs(self.pks) if self.pks else "",
            **kwargs,
        )


class BulkRetry(BulkPage):
    """The same page for those stations of a bulk operation that have not done it, with the same parameters."""

    asks_parameters = False

    def prepare(self) -> None:
        """The bulk operation of the URL, as far as the person may see it."""
        self.bulk = get_object_or_404(BulkOperation.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        self.action = bulk_action(self.bulk.action)
        self.pks = []

    @property
    def stations(self) -> StationQuerySet:
        """Those that may be worth another try."""
        return undone_stations(self.bulk)

    def initial(self) -> dict[str, Any]:
        """As it was."""
        return {"per_minute": self.bulk.per_minute, "reason": self.bulk.reason}

    def parameter_form(self, data: Any = None) -> SchemaForm:
        """No fields: the parameters stay as they were."""
        return SchemaForm({}, data or {})

    def parameters_by_default(self) -> Mapping[str, Any]:
        """As they were."""
        return self.bulk.parameters

    def payload(self, form: SchemaForm) -> Mapping[str, Any]:
        """As they were."""
        return self.bulk.parameters

    def start(self, parameters: Mapping[str, Any], **about: Any) -> BulkOperation:
        """Ask again."""
        return retry_failed(self.bulk, actor=self.request.user, **about)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the one it repeats."""
        return super().get_context_data(bulk=self.bulk, fixed=without_secrets(self.bulk.parameters), **kwargs)


def bulk_action(name: str) -> Action:
    """The action called ``name``, when it makes sense for many stations at once; else there is no such page."""
    action = find(name)
    if action is None or not action.is_bulk:
        raise Http404
    return action


def bulk_actions(user: Any) -> list[tuple[str, list[Action]]]:
    """What ``user`` may do to many stations at once, grouped as people see it."""
    groups: dict[str, list[Action]] = defaultdict(list)
    for action in offered_to(user):
        groups[str(action.group)].append(action)
    return sorted(groups.items())


def figures(found: Preview, per_minute: int, is_complete: bool) -> dict[str, Any]:
    """The preview in numbers and short lists; which sessions end is open while parameters are missing."""
    return {
        "asked": group(found.asked),
        "skipped": len(found.skipped),
        "reasons": by_reason(found.skipped),
        "sessions": found.sessions if is_complete else None,
        "ending": group([(station, found.ending[station.pk]) for station in found.asked if station.pk in found.ending]),
        "changed": changed_stations(found),
        "changed_values": sum(found.changed.values()) if is_complete else None,
        "takes": timedelta(minutes=max(len(found.asked) - 1, 0) / per_minute),
    }


def changed_stations(found: Preview) -> Group:
    """The stations where values change: each with how many and, for the first ones, which."""
    stations = [station for station in found.asked if station.pk in found.changed]
    listed = [(each, found.changed[each.pk], grouped(found.changes.get(each.pk, ()))) for each in stations[:LISTED]]
    return Group("", len(stations), listed)


def by_reason(skipped: Sequence[Skipped]) -> list[Group]:
    """The stations left out, by reason, the commonest first."""
    reasons: dict[str, list[Skipped]] = defaultdict(list)
    for each in skipped:
        reasons[each.reason].append(each)
    return sorted((group(each, reason) for reason, each in reasons.items()), key=lambda found: -found.count)
