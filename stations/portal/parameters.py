"""The tab with a station's OCPP parameters, and the page where many of them are edited at once."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from emobility.common.actions import find
from stations.actions.parameters import NEEDS
from stations.configuration.parameters import types_of
from stations.enums import OperationSource, ParameterStatus, PushOutcome
from stations.models import ChargingStation, OcppParameter
from stations.models.stations import StationQuerySet
from stations.portal.action_bar import Button, StationActions, station_actions
from stations.portal.operated import OperatedStationMixin
from stations.portal.parameter_forms import ParametersForm
from stations.portal.parameter_rows import ParameterRow, rows_of
from stations.portal.station_tabs import StationTab, register
from stations.services.configuration import set_parameters
from stations.services.errors import Conflict
from stations.services.operations import request_operation
from stations.services.queries import stations_for_actions

NOT_TAKEN = (PushOutcome.REJECTED, PushOutcome.NOT_SUPPORTED, PushOutcome.FAILED, PushOutcome.UNKNOWN)
MOST_EDITED = 400
"""Parameters in one form: a browser sends two fields for each, and the server takes a thousand."""
NOT_OPERATOR = gettext_lazy("Only operators may edit OCPP parameters.")
Condition = Callable[[OcppParameter], bool]
SHOWN: dict[str, tuple[Any, Condition]] = {
    "differ": (gettext_lazy("Differ from the station"), lambda p: p.differs),
    "drift": (gettext_lazy("Station differs from the recommended value"), lambda p: p.drifts),
    "overwritten": (
        gettext_lazy("Recommended value not in use"),
        lambda p: p.status == ParameterStatus.SYSTEM_VALUE_OVERWRITTEN,
    ),
    "set": (gettext_lazy("Set here"), lambda p: p.wanted_value is not None),
    "unset": (gettext_lazy("Only reported"), lambda p: p.wanted_value is None),
    "not_taken": (gettext_lazy("Not taken by the station"), lambda p: p.push_outcome in NOT_TAKEN),
    "reboot": (gettext_lazy("Wait for a reboot"), lambda p: p.awaits_reboot),
    "hidden": (gettext_lazy("Hidden"), lambda p: p.is_hidden),
    "writable": (gettext_lazy("Can be changed"), lambda p: not p.read_only),
    "read_only": (gettext_lazy("Read-only"), lambda p: p.read_only),
}


class ParameterSearch(forms.Form):
    """Which of a station's parameters are shown."""

    q = forms.CharField(required=False, label=gettext_lazy("Parameter"))
    show = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Show"),
        choices=[("", gettext_lazy("All")), *((name, label) for name, (label, _condition) in SHOWN.items())],
    )

    def matches(self, parameter: OcppParameter) -> bool:
        """Whether ``parameter`` is among those asked for; a choice that does not exist finds nothing."""
        if not self.is_valid():
            return False
        show = self.cleaned_data["show"]
        return self.cleaned_data["q"].lower() in parameter.key_lower and (not show or SHOWN[show][1](parameter))


def found_rows(station: ChargingStation, search: ParameterSearch) -> list[ParameterRow]:
    """The parameters ``search`` asks for, by name."""
    parameters: Any = station.parameters.all()
    return rows_of(filter(search.matches, parameters), types_of(station))


def parameters(request: HttpRequest, station: ChargingStation) -> dict[str, Any]:
    """The table, what is special about it now, and the buttons that go with that."""
    prefetch_related_objects([station], *NEEDS)
    search = ParameterSearch(request.GET)
    every: Any = station.parameters.all()
    return {
        "filter": {"form": search},
        "rows": found_rows(station, search),
        "total": len(every),
        "differing": sum(each.differs for each in every),
        "waiting": sum(each.awaits_reboot for each in every),
        "settable": any(each.wanted_value is not None for each in every),
        "buttons": _buttons(station_actions(request, station)),
    }


def _buttons(actions: StationActions) -> dict[str, Button]:
    """The actions of the tab, by what they do there."""
    bar = actions.bar()
    every = {
        button.action.name: button for button in [*bar.primary, *(b for _label, group in bar.groups for b in group)]
    }
    return {"push": every["push-parameters"], "pull": every["pull-parameters"], "reset": every["reset"]}


class ParametersEdit(OperatedStationMixin, DetailView):
    """Many values edited at once; it is not live, so that nothing that is being typed gets lost."""

    template_name = "parameters/edit.html"
    not_operator = NOT_OPERATOR

    def get_queryset(self) -> StationQuerySet:
        """The stations the user may see, with their parameters."""
        return stations_for_actions(super().get_queryset()).prefetch_related(*NEEDS)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, and send where asked to; what cannot be stands at its field, with everything as it was entered."""
        self.object = self.get_object()
        form = self.form(request.POST)
        if form.is_valid():
            try:
                set_parameters(self.object, form.values, actor=request.user, source=OperationSource.PORTAL)
            except ValidationError as error:
                form.refuse(error)
            else:
                return self.saved(len(form.values))
        return self.render_to_response(self.get_context_data(form=form))

    def saved(self, count: int) -> HttpResponse:
        """Back to the table, or on to the operation that sends the values."""
        if "send" in self.request.POST:
            return self.sent()
        messages.success(self.request, _("Saved.") if count else _("Nothing was changed."))
        return HttpResponseRedirect(self.tab_url())

    def sent(self) -> HttpResponse:
        """Ask the station to take what differs."""
        action = find("push-parameters")
        assert action is not None
        station = self.get_object()
        try:
            asked = request_operation(station, action, {}, actor=self.request.user, source=OperationSource.PORTAL)
        except Conflict as conflict:
            text = _("The values are saved, but were not sent: {why}").format(why=conflict)
            messages.warning(self.request, text)
            return HttpResponseRedirect(self.tab_url())
        return HttpResponseRedirect(reverse("operations:detail", args=[asked.pk]))

    def tab_url(self) -> str:
        """The table this page edits."""
        return reverse("stations:tab", args=[self.object.pk, "parameters"])

    def form(self, sent: Any = None) -> ParametersForm:
        """Fields for those parameters the query string asks for."""
        rows = found_rows(self.object, ParameterSearch(self.request.GET))
        self.left_out = max(0, len(rows) - MOST_EDITED)
        return ParametersForm(sent, rows=rows[:MOST_EDITED])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and where it leads back to."""
        return super().get_context_data(
            form=kwargs.pop("form", None) or self.form(),
            left_out=self.left_out,
            tab_url=self.tab_url(),
            **kwargs,
        )


register(StationTab("parameters", gettext_lazy("Parameters"), 40, "stations/tabs/parameters.html", parameters))
