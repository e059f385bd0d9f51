"""Entering the configuration of a station by hand, step by step: for models the catalogue does not know."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from emobility.common.actions import find
from stations.configuration.changes import Change
from stations.configuration.entered import parameter_changes
from stations.configuration.presets import PRESETS, similar
from stations.configuration.system import NEEDS
from stations.enums import OperationSource
from stations.models import Operation, StationModel
from stations.models.stations import StationQuerySet
from stations.portal.action_bar import station_actions
from stations.portal.changes import grouped
from stations.portal.configuration_notice import configuration_of
from stations.portal.connector_forms import ConnectorsForm
from stations.portal.guided_draft import Draft, Entry, checked
from stations.portal.guided_forms import StartForm, SuggestionsForm
from stations.portal.operated import OperatedStationMixin
from stations.portal.operations import progress
from stations.services.errors import Conflict
from stations.services.evses import enter_connectors, entry_changes
from stations.services.operations import request_operation
from stations.services.queries import stations_for_actions
from stations.services.roles import administers_everything


@dataclass(frozen=True)
class Step:
    """One page of the way."""

    slug: str
    label: Any


STEPS = (
    Step("start", gettext_lazy("What it is")),
    Step("connectors", gettext_lazy("Connectors")),
    Step("parameters", gettext_lazy("Parameters")),
    Step("review", gettext_lazy("Review")),
    Step("done", gettext_lazy("Done")),
)
FIRST, CONNECTORS, PARAMETERS, REVIEW, DONE = STEPS
BY_SLUG = {step.slug: step for step in STEPS}


class Configure(OperatedStationMixin, DetailView):
    """The steps; ``?step=`` says which, and what was entered waits in the session."""

    template_name = "guided/page.html"
    not_operator = gettext_lazy("Only operators may enter the configuration of a station.")

    def get_queryset(self) -> StationQuerySet:
        """The stations the user may see, with all about their configuration."""
        return stations_for_actions(super().get_queryset()).prefetch_related(*NEEDS)

    @cached_property
    def entry(self) -> Entry:
        """What was entered so far."""
        return Entry(self.object, Draft(self.request.session, self.object))

    @property
    def step(self) -> Step:
        """The step of the URL."""
        return BY_SLUG.get(self.request.GET.get("step", ""), FIRST)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The step, or the one that has to be done before."""
        self.object = self.get_object()
        missing = self.missing()
        return self.to(missing) if missing else self.shown()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keep what was entered; go on when it is right, back when that was asked for."""
        self.object = self.get_object()
        if missing := self.missing():
            return self.to(missing)
        if self.step in (CONNECTORS, PARAMETERS):
            self.entry.draft.keep(self.step.slug, request.POST)
            if "back" in request.POST:
                return self.to(STEPS[STEPS.index(self.step) - 1])
        handlers = {FIRST: self.started, CONNECTORS: self.placed, PARAMETERS: self.suggested, REVIEW: self.applied}
        return handlers.get(self.step, self.shown)()

    def missing(self) -> Step | None:
        """The step that has to be done before this one."""
        if self.step in (PARAMETERS, REVIEW) and (entered := self.entry.finished) is None:
            return CONNECTORS
        if self.step == REVIEW and entered:
            is_sent = self.entry.draft.sent(PARAMETERS.slug) is not None
            return None if is_sent and self.entry.parameters(entered).is_valid() else PARAMETERS
        return FIRST if self.step == DONE and not configuration_of(self.object).entered_at else None

    def started(self) -> HttpResponse:
        """Fill the connectors in from what was chosen."""
        form = self.start_form(self.request.POST)
        if not form.is_valid():
            return self.shown(form=form)
        self.entry.draft.forget(CONNECTORS.slug, PARAMETERS.slug)
        self.entry.draft.keep(FIRST.slug, self.request.POST)
        return self.to(CONNECTORS)

    def placed(self) -> HttpResponse:
        """On to the parameters when the connectors can be so; one row more, or only their powers, when that was asked for."""
        form = self.entry.connectors(self.request.POST)
        if "powers" in self.request.POST:
            return render(self.request, "connectors/powers.html", {"form": form})
        if "add" not in self.request.POST and checked(form):
            return self.to(PARAMETERS)
        return self.shown(form=form)

    def suggested(self) -> HttpResponse:
        """On to the review when the values fit; ask the station first when that was asked for."""
        if "read" in self.request.POST:
            return self.read()
        entered = self.entry.finished
        assert entered is not None
        form = self.entry.parameters(entered, self.request.POST)
        return self.to(REVIEW) if form.is_valid() else self.shown(form=form)

    def read(self) -> HttpResponse:
        """Ask the station for its parameters; the suggestions are made anew from what it says."""
        self.entry.draft.forget(PARAMETERS.slug)
        asked = self.ask("pull-parameters", {})
        return self.to(PARAMETERS, **({"operation": asked.pk} if asked else {}))

    def ask(self, name: str, parameters: dict[str, Any]) -> Operation | None:
        """The operation; None, with the reason said, when it cannot be."""
        action = find(name)
        assert action is not None
        try:
            return request_operation(self.object, action, parameters, **self.by_user())
        except (Conflict, ValidationError) as error:
            messages.warning(self.request, " ".join(getattr(error, "messages", [str(error)])))
            return None

    def applied(self) -> HttpResponse:
        """Put everything in force: connectors here, parameters also at the station."""
        entered = self.entry.finished
        assert entered is not None
        try:
            enter_connectors(self.object, entered, **self.by_user())
        except (Conflict, ValidationError) as error:
            return self.shown(refusal=" ".join(getattr(error, "messages", [str(error)])))
        values = self.values()
        asked = self.ask("set-parameters", {"values": values}) if values else None
        if values and asked is None:
            messages.warning(self.request, _("The connectors are saved, but the parameters are not: apply them again."))
            return self.to(REVIEW)
        self.entry.draft.forget()
        return self.to(DONE, **({"operation": asked.pk} if asked else {}))

    def by_user(self) -> dict[str, Any]:
        """Who does it, for the history."""
        return {"actor": self.request.user, "source": OperationSource.PORTAL}

    def values(self) -> dict[str, str]:
        """Parameters that were chosen and are not at the station yet."""
        entered = self.entry.finished
        form = self.entry.parameters(entered) if entered else None
        return self.entry.changing(form.values) if form and form.is_valid() else {}

    def to(self, step: Step, **query: Any) -> HttpResponse:
        """Go to a step."""
        return HttpResponseRedirect(f"{self.url()}?{urlencode({'step': step.slug} | query)}")

    def url(self) -> str:
        """The page, without a step."""
        return reverse("stations:configure", args=[self.object.pk])

    def shown(self, **context: Any) -> HttpResponse:
        """The step's page."""
        return self.render_to_response(self.get_context_data(**context))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The way, and what its step shows."""
        now = STEPS.index(self.step)
        about: dict[Step, Callable[[Any], dict[str, Any]]] = {
            FIRST: self.about_start,
            CONNECTORS: self.about_connectors,
            PARAMETERS: self.about_parameters,
            REVIEW: self.about_review,
            DONE: self.about_result,
        }
        return super().get_context_data(
            url=self.url(),
            step=self.step,
            template=f"guided/{self.step.slug}.html",
            way=[(step, "done" if i < now else "now" if i == now else "ahead") for i, step in enumerate(STEPS)],
            **about[self.step](kwargs.pop("form", None)),
            **kwargs,
        )

    def start_form(self, sent: Any = None) -> StartForm:
        """Where to start from; what was chosen before is chosen again."""
        documents = [model.facts for model in StationModel.objects.all()]
        likenesses = similar(documents, vendor=self.object.vendor, connectors=len(self.entry.reported))
        chosen = {"model": self.entry.model.slug if self.entry.model else "", "count": self.entry.count}
        return StartForm(sent, likenesses=likenesses, initial=chosen)

    def about_start(self, form: StartForm | None) -> dict[str, Any]:
        """What the station says of itself, and where to start from."""
        return {
            "form": form or self.start_form(),
            "configuration": configuration_of(self.object),
            "connectors": self.entry.start.connectors if self.entry.reported else (),
            "presets": PRESETS,
            "is_begun": self.entry.draft.sent(CONNECTORS.slug) is not None,
        }

    def about_connectors(self, form: ConnectorsForm | None) -> dict[str, Any]:
        """The rows of the connectors."""
        return {"form": form or self.entry.connectors(), "model": self.entry.model}

    def about_parameters(self, form: SuggestionsForm | None) -> dict[str, Any]:
        """The suggestions, and how much the station has said."""
        entered = self.entry.finished
        assert entered is not None
        return {
            "form": form or self.entry.parameters(entered),
            "listed": sum(each.reported_value is not None for each in self.object.parameters.all()),
            "pull": station_actions(self.request, self.object).button("pull-parameters"),
            **self.about_operation(),
        }

    def about_review(self, form: None) -> dict[str, Any]:
        """Everything that would change."""
        entered = self.entry.finished
        assert entered is not None
        changes: list[Change] = entry_changes(self.object, entered)
        values = self.values()
        changes += parameter_changes(self.object, values)
        return {
            "changes": grouped(changes),
            "count": len(changes),
            "waits": bool(values) and not self.object.is_connected,
        }

    def about_result(self, form: None) -> dict[str, Any]:
        """What came of it, and what comes next."""
        return {"may_save": administers_everything(self.request.user), **self.about_operation()}

    def about_operation(self) -> dict[str, Any]:
        """How far the operation of the URL has come."""
        number = self.request.GET.get("operation", "")
        if not (number.isdecimal() and len(number) < 18):
            return {}
        found = Operation.objects.filter(station=self.object, pk=int(number)).select_related("station", "actor").first()
        return progress(found) | {"station": self.object} if found else {}
