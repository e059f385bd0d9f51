"""Pages that change EVSEs and connectors, and the way back to a recommended value."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from emobility.common.seen_forms import SeenFormMixin
from stations.configuration.changes import EXISTS, Change
from stations.configuration.system import EVSE_DETAILS, NEEDS
from stations.enums import ChangeCause, OperationSource
from stations.models import EVSE, ConfigurationChange
from stations.models.stations import StationQuerySet
from stations.portal.connector_forms import ConnectorsForm
from stations.portal.connector_rows import differences
from stations.portal.operated import OperatedStationMixin
from stations.services.configuration import change_configuration
from stations.services.errors import Conflict
from stations.services.evses import ElectricalError, change_evse, enter_connectors, entered_station


class EvseForm(SeenFormMixin, forms.ModelForm):
    """What people say of an EVSE."""

    class Meta:
        model = EVSE
        fields = EVSE_DETAILS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remember_seen()


class ConnectorsPage(OperatedStationMixin, DetailView):
    """A page that changes a station's EVSEs or connectors."""

    not_operator = gettext_lazy("Only operators may edit EVSEs and connectors.")

    def get_queryset(self) -> StationQuerySet:
        """The stations the user may see, with all about their connectors."""
        return super().get_queryset().select_related("configuration").prefetch_related(*NEEDS)

    def tab_url(self) -> str:
        """The tab this page belongs to."""
        return reverse("stations:tab", args=[self.object.pk, "connectors"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way back."""
        return super().get_context_data(tab_url=self.tab_url(), **kwargs)

    def done(self, row: ConfigurationChange | None) -> HttpResponse:
        """Back to the tab, with a word about what happened."""
        messages.success(self.request, _("Saved.") if row else _("Nothing was changed."))
        return HttpResponseRedirect(self.tab_url())

    def by_user(self) -> dict[str, Any]:
        """Who does it, for the history."""
        return {"actor": self.request.user, "source": OperationSource.PORTAL}


class EvseEdit(ConnectorsPage):
    """Code, name, eMI³ id and place of an EVSE."""

    template_name = "connectors/evse.html"

    @cached_property
    def evse(self) -> EVSE:
        """The EVSE of the URL."""
        found = [evse for evse in self.object.evses.all() if evse.number == self.kwargs["number"]]
        if not found:
            raise Http404
        return found[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form as it is, or filled in from the EVSE."""
        form = kwargs.pop("form", None) or EvseForm(instance=self.evse)
        return super().get_context_data(form=form, number=self.evse.number, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save; what cannot be stands at its field, with everything as it was entered."""
        self.object = self.get_object()
        form = EvseForm(request.POST, instance=self.evse)
        if form.is_valid():
            try:
                return self.done(change_evse(self.object, self.evse.number, form.changed_values, **self.by_user()))
            except ValidationError as error:
                form.add_error(None, error)
            except Conflict as conflict:
                form.add_error(None, str(conflict))
        return self.render_to_response(self.get_context_data(form=form))


class ConnectorsEdit(ConnectorsPage):
    """All connectors of a station at once; it is not live, so that nothing that is being typed gets lost."""

    template_name = "connectors/edit.html"

    def form(self, sent: Any = None) -> ConnectorsForm:
        """A row for each connector; those nobody has seen can be removed."""
        unseen = self.object.connectors.filter(status_at=None, sessions=None).values_list("number", flat=True)
        removable = set() if self.object.endpoint_id else set(unseen)
        return ConnectorsForm(sent, now=entered_station(self.object), removable=removable, is_shared=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form as it is, or filled in from the station."""
        return super().get_context_data(form=kwargs.pop("form", None) or self.form(), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, show one row more, or only say what power follows."""
        self.object = self.get_object()
        form = self.form(request.POST)
        if "powers" in request.POST:
            return render(request, "connectors/powers.html", {"form": form})
        if "add" not in request.POST and form.is_valid():
            try:
                return self.done(enter_connectors(self.object, form.entered(), **self.by_user()))
            except ElectricalError as error:
                form.refuse(error.problems)
            except ValidationError as error:
                form.refuse({(None, ""): error.messages})
            except Conflict as conflict:
                form.refuse({(None, ""): [str(conflict)]})
        return self.render_to_response(self.get_context_data(form=form))


class UseRecommended(ConnectorsPage):
    """Puts one recommended value in force again."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change it, with a row of the history; what stands in the way is said on the tab."""
        self.object = self.get_object()
        try:
            row = change_configuration(self.object, self.changes(), cause=ChangeCause.REVERTED, **self.by_user())
        except (Conflict, ValidationError) as error:
            why = " ".join(error.messages) if isinstance(error, ValidationError) else error
            messages.error(request, _("The recommended value cannot be used: {why}").format(why=why))
            return HttpResponseRedirect(self.tab_url())
        return self.done(row)

    def changes(self) -> list[Change]:
        """The value that was named; all about an EVSE or a connector where it is to come or go."""
        kind, item, field = (self.request.POST.get(name, "") for name in ("kind", "item", "field"))
        found = differences(self.object).values()
        return [c for c in found if (c.kind, c.item) == (kind, item) and field in (c.field, EXISTS)]
