"""The tab with every change to a station's configuration, and the page that takes one back."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView

from emobility.common.actions import find
from stations.configuration.changes import Change, from_history, reversed_changes
from stations.configuration.standing import from_now, standing_value
from stations.configuration.system import NEEDS
from stations.enums import ChangeCause, OperationSource
from stations.models import ChargingStation, ConfigurationChange
from stations.models.stations import StationQuerySet
from stations.portal.action_bar import station_actions
from stations.portal.changes import ChangeGroup, grouped
from stations.portal.lists import page_number
from stations.portal.operated import OperatedStationMixin
from stations.portal.station_tabs import StationTab, register
from stations.services.configuration import revert_change
from stations.services.errors import Conflict

PER_PAGE = 25
NOT_OPERATOR = gettext_lazy("Only operators of the station may take changes back. Ask your administrator.")
NOTHING_BACK = gettext_lazy(
    "Nothing of it can be taken back: the values of secrets are not kept, and EVSEs and connectors that were made stay."
)


@dataclass(frozen=True)
class HistoryEntry:
    """A row of the history with its values in words; ``obstacle`` says why it cannot be taken back."""

    row: ConfigurationChange
    count: int
    groups: list[ChangeGroup]
    obstacle: Any = ""

    @property
    def cause(self) -> ChangeCause:
        """Why they changed."""
        return ChangeCause(self.row.cause)

    @property
    def action(self) -> Any:
        """The action that put them in force, if an operation did."""
        return find(self.row.operation.action) if self.row.operation else None


def history_entry(row: ConfigurationChange, *, may_operate: bool) -> HistoryEntry:
    """``row`` as the page shows it."""
    changes = from_history(row.changes)
    obstacle = "" if may_operate else NOT_OPERATOR
    if not reversed_changes(changes):
        obstacle = NOTHING_BACK
    return HistoryEntry(row, len(changes), grouped(changes), obstacle)


def history(request: HttpRequest, station: ChargingStation) -> dict[str, Any]:
    """The changes of the station, newest first."""
    rows = ConfigurationChange.objects.filter(station=station).select_related("actor", "operation")
    page = Paginator(rows, PER_PAGE).get_page(page_number(request.GET.get("page")))
    may_operate = station_actions(request, station).may_operate
    return {"page": page, "entries": [history_entry(row, may_operate=may_operate) for row in page]}


class TakeBack(OperatedStationMixin, DetailView):
    """What taking a change back does, and the button that does it; for operators."""

    template_name = "configuration/take_back.html"
    not_operator = NOT_OPERATOR

    def get_queryset(self) -> StationQuerySet:
        """The stations the user may see."""
        return super().get_queryset().with_live()

    @cached_property
    def change(self) -> ConfigurationChange:
        """The change of the URL."""
        rows = ConfigurationChange.objects.select_related("actor", "operation", "station")
        return get_object_or_404(rows, pk=self.kwargs["change"], station=self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The change, and what would become of each value."""
        entry = history_entry(self.change, may_operate=True)
        prefetch_related_objects([self.object], *NEEDS)
        back = reversed_changes(from_history(self.change.changes))
        effective = from_now(self.object, back)
        return super().get_context_data(
            entry=entry,
            count=len(effective),
            groups=grouped(effective),
            stays=entry.count - len(back),
            changed_since=[change.title for change in back if self._is_newer(change)],
            **kwargs,
        )

    def _is_newer(self, change: Change) -> bool:
        """Whether the value was changed again after the change that is to be taken back."""
        return standing_value(self.object, change) not in (change.before, change.after)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take it back and return to the history; what stands in the way is said here."""
        self.object = self.get_object()
        try:
            row = revert_change(self.change, actor=request.user, source=OperationSource.PORTAL)
        except Conflict as conflict:
            return self.render_to_response(self.get_context_data(refusal=str(conflict)), status=409)
        messages.success(request, self.done(row))
        return HttpResponseRedirect(reverse("stations:tab", args=[self.object.pk, "history"]))

    def done(self, row: ConfigurationChange | None) -> Any:
        """That it was done, and how its parameters get into the station."""
        text = _("The change was taken back.")
        if row is None or not any(change.kind == "parameter" for change in from_history(row.changes)):
            return text
        url = reverse("stations:action", args=[self.object.pk, "push-parameters"])
        hint = _("The station still has the other parameters:")
        return format_html('{} {} <a href="{}">{}</a>', text, hint, url, _("Update OCPP Parameters"))


register(StationTab("history", gettext_lazy("History"), 66, "stations/tabs/history.html", history))
