"""The catalogue of station models: the list, one model with its stations, and its file."""

from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.generic import DetailView

from emobility.common.actions import find
from emobility.common.help import Explanation
from emobility.common.runs import to_runs
from emobility.common.views import PortalMixin
from stations.catalogue.documents import ModelDocument
from stations.catalogue.files import dump
from stations.enums import ModelOrigin, Role
from stations.models import ChargingStation, StationModel
from stations.portal.catalogue_tables import CatalogueFilter, CatalogueTable, plugs_of, vendors_of
from stations.portal.lists import ListPage
from stations.services.catalogue import offered_stations
from stations.services.roles import administers_everything

LISTED = 100
NOT_ADMINISTRATOR = _("The catalogue is kept by administrators of the whole system. Ask one of them.")
IS_SHIPPED = _("This model is shipped with the system. Import another version of it instead.")
NOT_OPERATOR = _("You are not operator of any of these stations. Ask your administrator.")


class CatalogueList(ListPage):
    """Every model the system knows; how many stations, counts those the user may see."""

    model = StationModel
    table_class = CatalogueTable
    filterset_class = CatalogueFilter
    template_name = "catalogue/list.html"
    partials = ("catalogue-table",)
    csv_name = "station-models"
    csv_columns = {
        "id": lambda model: model.slug,
        "name": lambda model: model.label,
        "vendor": lambda model: ", ".join(vendors_of(model.facts)),
        "maximum_power_w": lambda model: model.facts.maximum_power_w,
        "connectors": lambda model: ", ".join(plugs_of(model.facts)),
        "in_use": lambda model: model.using,
        "match_not_in_use": lambda model: model.offered,
        "origin": lambda model: model.get_origin_display(),
    }

    def get_queryset(self) -> QuerySet:
        """The models with how many stations use or only match them."""
        stations = ChargingStation.objects.visible_to(self.request.user).order_by()
        uses_another = ~Q(configuration__station_model=F("configuration__matching_model"))
        unused = stations.filter(Q(configuration__station_model=None) | uses_another)
        return StationModel.objects.annotate(
            using=_counted(stations, "configuration__station_model"),
            offered=_counted(unused, "configuration__matching_model"),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Also whether the user may import a model, or why not."""
        return super().get_context_data(no_import_reason=no_change_reason(self.request), **kwargs)


def _counted(stations: QuerySet, relation: str) -> Coalesce:
    """How many of ``stations`` lead to the model over ``relation``."""
    of_model = stations.filter(**{relation: OuterRef("pk")}).values(relation)
    return Coalesce(Subquery(of_model.annotate(count=Count("pk")).values("count")), 0)


def no_change_reason(request: HttpRequest) -> Any:
    """Why the person may not change the catalogue; empty when they may."""
    return "" if administers_everything(request.user) else NOT_ADMINISTRATOR


class CatalogueDetail(PortalMixin, DetailView):
    """All that is known about a model, and the stations it is about."""

    template_name = "catalogue/detail.html"
    context_object_name = "model"
    model = StationModel
    slug_field = "slug"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The document in parts, and the stations that use or match the model."""
        reason, use = no_change_reason(self.request), find("use-system-configuration")
        return super().get_context_data(
            facts=self.object.facts,
            capabilities=capabilities_of(self.object.facts),
            origin=ModelOrigin(self.object.origin),
            no_change_reason=reason,
            no_delete_reason=reason or (IS_SHIPPED if self.object.origin == ModelOrigin.SHIPPED else ""),
            use=use,
            use_explanation=Explanation(use.label, use.help) if use else None,
            **self.stations(),
            **kwargs,
        )

    def stations(self) -> dict[str, Any]:
        """Those that use it, and those that match without using it: the first of them, and how many."""
        visible = ChargingStation.objects.visible_to(self.request.user).select_related("site_area__site")
        using = visible.filter(configuration__station_model=self.object).order_by("identity")
        fitting = offered_stations(self.object)
        offered = visible.filter(pk__in=fitting.values("pk")).select_related("configuration").order_by("identity")
        operated = ChargingStation.objects.visible_to(self.request.user, Role.OPERATOR)
        to_change = operated.filter(pk__in=fitting.values("pk")).values_list("pk", flat=True)
        selection = to_runs(sorted(to_change))
        return {
            "using": using[:LISTED],
            "using_count": using.count(),
            "offered": offered[:LISTED],
            "offered_count": offered.count(),
            "selection": selection,
            "no_use_reason": "" if selection else NOT_OPERATOR,
        }


class CatalogueFile(PortalMixin, DetailView):
    """The model as a file of the catalogue."""

    model = StationModel
    slug_field = "slug"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The file, named after the model."""
        model = self.get_object()
        name = f'attachment; filename="{model.slug}.json"'
        return HttpResponse(
            dump(model.facts), content_type="application/json; charset=utf-8", headers={"Content-Disposition": name}
        )


def capabilities_of(facts: ModelDocument) -> list[tuple[str, bool | None]]:
    """What the model can do, cannot do, or nobody knows, in words."""
    return [
        (str(CAPABILITIES.get(name, name.replace("_", " "))), value)
        for name, value in facts.capabilities.model_dump().items()
    ]


CAPABILITIES = {
    "charging_profiles": _("Charging profiles"),
    "static_limit": _("Static power limit"),
    "remote_start_stop": _("Remote start and stop"),
    "unlock": _("Unlock the connector"),
    "reservation": _("Reservation"),
    "change_availability": _("Change availability"),
    "trigger_message": _("Trigger messages"),
    "diagnostics": _("Upload of diagnostics"),
    "firmware_update": _("Firmware update"),
    "local_list": _("Local authorization list"),
    "rfid": _("RFID reader"),
    "payment_terminal": _("Payment terminal"),
    "plug_and_charge": _("Plug and Charge (ISO 15118)"),
}
