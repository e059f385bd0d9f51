"""The list of stations, the page of one with its tabs, and the form to rename it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import DetailView, UpdateView

from emobility.common.views import PortalMixin
from stations.enums import ConnectionStatus
from stations.models import ChargingStation
from stations.portal import station_tabs
from stations.portal.action_bar import station_actions
from stations.portal.bulk import bulk_actions
from stations.portal.bulk_selection import filter_values
from stations.portal.configuration_notice import NEEDED, notice
from stations.portal.filters import StationFilter
from stations.portal.lists import ListPage
from stations.portal.operated import OperatedStationMixin
from stations.portal.station_forms import StationForm
from stations.portal.station_tabs import StationTab
from stations.portal.tables import StationTable
from stations.services.queries import power_now, stations_for_actions, stations_for_pages
from stations.services.stations import update_station


def _connector_words(station: ChargingStation) -> str:
    return "; ".join(f"{connector.number} {connector.shown_status.label}" for connector in station.connectors.all())


class StationList(ListPage):
    """Every station the user may see, live."""

    model = ChargingStation
    table_class = StationTable
    filterset_class = StationFilter
    template_name = "stations/list.html"
    partials = ("stations-table",)
    csv_name = "stations"
    csv_columns = {
        "identity": lambda station: station.identity,
        "name": lambda station: station.name,
        "site": lambda station: station.site_area.site.name,
        "site_area": lambda station: station.site_area.name,
        "enabled": lambda station: station.enabled,
        "connection_status": lambda station: ConnectionStatus(station.connection_status).label,
        "registration_status": lambda station: station.get_registration_status_display(),
        "configuration": lambda station: station.configuration_status.label,
        "connectors": _connector_words,
        "power_w": lambda station: station.power_w,
        "maximum_power_w": lambda station: power_now(station).maximum_w,
        "vendor": lambda station: station.vendor,
        "model": lambda station: station.model,
        "serial_number": lambda station: station.serial_number,
        "firmware_version": lambda station: station.firmware_version,
        "last_seen_at": lambda station: station.last_seen_at,
    }

    def get_queryset(self) -> QuerySet:
        """The stations with all a row shows."""
        return stations_for_pages(self.request.user)

    @cached_property
    def bulk_actions(self) -> list:
        """What the user may do to many stations at once."""
        return bulk_actions(self.request.user)

    def get_table_kwargs(self) -> dict[str, Any]:
        """Rows can be selected by those who may do something with them."""
        return {} if self.bulk_actions else {"exclude": ["select"]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The table, the live names of its rows, and what can be done to those selected."""
        context = super().get_context_data(**kwargs)
        names = [f"station-{row.record.pk}" for row in context["table"].paginated_rows]
        return context | {
            "live_names": " ".join(["stations", *names]),
            "bulk_actions": self.bulk_actions,
            "filter_values": filter_values(self.request.GET),
        }


class StationPage(PortalMixin, DetailView):
    """One tab of a station's page; without a slug the first one."""

    template_name = "stations/detail.html"
    partials = ("station-head", "station-tab", "station-live")
    context_object_name = "station"

    def get_queryset(self) -> QuerySet:
        """The stations the user may see, with all that decides about actions."""
        visible = ChargingStation.objects.visible_to(self.request.user)
        return stations_for_actions(visible).select_related("onboarding_token", *NEEDED)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The header's values and those of the tab."""
        station = self.object
        actions = station_actions(self.request, station)
        slug = self.kwargs.get("slug")
        tab = station_tabs.find(slug) if slug else station_tabs.tabs()[0]
        if tab is None:
            raise Http404
        return super().get_context_data(
            tab=tab,
            tabs=[(each, each.url(station)) for each in station_tabs.tabs()],
            live_name=f"station-{station.pk}",
            power=power_now(station),
            may_edit=actions.may_operate,
            bar=actions.bar(),
            notice=notice(actions),
            **self.tab_context(tab),
            **kwargs,
        )

    def tab_context(self, tab: StationTab) -> dict[str, Any]:
        """What the tab shows; nothing when htmx asks for the header alone."""
        if self.request.htmx and self.request.htmx.target == "station-head":  # type: ignore[attr-defined]
            return {}
        return tab.context(self.request, self.object)


class StationEdit(OperatedStationMixin, UpdateView):
    """Name a station and place it in a site area; for operators."""

    template_name = "stations/edit.html"
    form_class = StationForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers only what its user may choose."""
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form: ModelForm) -> HttpResponse:
        """Save through the service and return to the station."""
        station = update_station(self.object, **form.cleaned_data, actor=self.request.user)
        messages.success(self.request, _("The station was saved."))
        return HttpResponseRedirect(reverse("stations:detail", args=[station.pk]))
