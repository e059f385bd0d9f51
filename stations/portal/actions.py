"""The dialog of one action on one station: what it will do, what to enter, and the request itself."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView

from emobility.common.actions import Action, find
from emobility.common.schema_forms import SchemaForm
from emobility.common.views import PortalMixin
from stations.enums import OperationSource
from stations.models import ChargingSession, ChargingStation, Connector, Operation
from stations.portal.action_bar import held_roles, not_allowed
from stations.portal.action_choices import choices, suggestions
from stations.portal.changes import grouped
from stations.portal.operations import progress
from stations.services.errors import Conflict
from stations.services.operation_delivery import without_secrets
from stations.services.operations import misfit, parsed, request_operation
from stations.services.queries import stations_for_actions

PANEL = "action-panel"


class ReasonForm(forms.Form):
    """Why somebody asks; kept in the history."""

    reason = forms.CharField(
        required=False,
        max_length=Operation._meta.get_field("reason").max_length,
        label=_("Reason"),
        help_text=_("Optional; kept in the history for your colleagues."),
    )


class ActionPage(PortalMixin, DetailView):
    """GET shows the dialog (htmx takes the panel, or only what the choice so far means), POST asks the station.

    ``?connector=N`` chooses a connector; ``?again=<operation>`` fills in what was entered then.
    """

    template_name = "stations/action.html"
    partials = (PANEL, "action-preview")
    context_object_name = "station"

    def get_queryset(self) -> QuerySet:
        """The stations the user may see, with all that decides about actions."""
        return stations_for_actions(ChargingStation.objects.visible_to(self.request.user))

    def get_object(self, queryset: QuerySet | None = None) -> ChargingStation:
        """The station: 404 where the user cannot see it, 403 where they may not do this."""
        action = find(self.kwargs["name"])
        if action is None:
            raise Http404
        self.action: Action = action
        station = super().get_object(queryset)
        if not held_roles(self.request.user, station, {action.role}):
            raise PermissionDenied(not_allowed(action))
        prefetch_related_objects([station], *action.needs)
        return station

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask the station; what cannot be is said in the dialog, with everything as it was entered.

        With ``preview`` among the values only what they mean is shown.
        """
        self.object = self.get_object()
        if "preview" in request.POST:
            return self.render_to_response(self.get_context_data())
        form, reason = self.get_form(), ReasonForm(request.POST)
        if form.is_valid() & reason.is_valid():
            try:
                operation = request_operation(
                    self.object,
                    self.action,
                    self.parameters(form),
                    actor=request.user,
                    source=OperationSource.PORTAL,
                    reason=reason.cleaned_data["reason"],
                )
            except (ValidationError, Conflict) as error:
                form.refuse(error)
            else:
                return self.started(operation)
        return self.render_to_response(self.get_context_data(form=form, reason_form=reason))

    def started(self, operation: Operation) -> HttpResponse:
        """How it goes on: in the dialog, or on the operation's page."""
        if self.request.htmx:  # type: ignore[attr-defined]
            return render(self.request, "operations/started.html", {"action": self.action} | progress(operation))
        return redirect("operations:detail", operation.pk)

    def get_form(self) -> SchemaForm:
        """The parameters, as sent or as filled in beforehand."""
        if self.request.method == "POST":
            return self.make_form(self.request.POST)
        entered = any(name.startswith("parameters-") for name in self.request.GET)
        return self.make_form(self.request.GET if entered else None)

    def make_form(self, sent: Any) -> SchemaForm:
        """The form of the action's own parameters."""
        return SchemaForm(
            self.action.schema(),
            sent,
            payload=self.prefilled(),
            choices=choices(self.action, self.object),
            suggestions=suggestions(self.action, self.object, self.request.user),
        )

    def parameters(self, form: SchemaForm) -> dict[str, Any]:
        """What the action gets."""
        return form.payload

    def prefilled(self) -> dict[str, Any]:
        """What the link to the dialog says already."""
        again = self.request.GET.get("again", "")
        connector = self.request.GET.get("connector", "")
        if again.isdecimal() and len(again) < 19:
            of_station = Operation.objects.filter(station=self.object, action=self.action.name, pk=again)
            return without_secrets(of_station.values_list("parameters", flat=True).first() or {})
        return {"connector": int(connector)} if connector.isdecimal() and len(connector) < 10 else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The dialog."""
        form = kwargs.pop("form", None) or self.get_form()
        obstacle = self.action.unavailable(self.object)
        values = form.payload if form.is_bound and (form.is_valid() or form.errors) else self.prefilled()
        return super().get_context_data(
            action=self.action,
            form=form,
            reason_form=kwargs.pop("reason_form", None) or ReasonForm(),
            obstacle=obstacle,
            connectors=self.concerned(values),
            ending=self.ending(values),
            live_name=f"station-{self.object.pk}",
            **({} if obstacle else self.changing(form, values)),
            **kwargs,
        )

    def changing(self, form: SchemaForm, values: dict[str, Any]) -> dict[str, Any]:
        """The values it changes with what is entered so far, or why it cannot; ``count`` None: too little is entered."""
        if not self.action.previews_changes:
            return {}
        if wrong := _wrong(form):
            return {"misfit": " ".join(wrong)}
        try:
            entered = parsed(self.action, values)
        except ValidationError:
            return {"count": None}
        if found := misfit(self.object, self.action, entered, actor=self.request.user):
            return {"misfit": found}
        changes = list(self.action.changes(self.object, entered))
        waits = not self.object.is_connected
        return {"count": len(changes), "changes": grouped(changes), "waits": waits}

    def concerned(self, values: dict[str, Any]) -> list[Connector]:
        """The connectors it is about: the one chosen, else all."""
        number = values.get("connector")
        return [c for c in self.object.connectors.all() if not number or c.number == number]

    def ending(self, values: dict[str, Any]) -> Iterable[ChargingSession]:
        """The running sessions it ends with what is entered so far."""
        try:
            return list(self.action.ends(self.object, parsed(self.action, values)))
        except ValidationError:
            return []


def _wrong(form: SchemaForm) -> list[str]:
    """What is wrong with what was entered; what is still to be entered is no mistake."""
    return [
        f"{form[name].label if name in form.fields else ''}: {message}".removeprefix(": ")
        for name, errors in form.errors.as_data().items()
        for error in errors
        if error.code != "required"
        for message in error.messages
    ]
