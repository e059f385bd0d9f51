"""Table and filter of the catalogue of station models."""

from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from emobility.common.tables import PowerColumn, StatusColumn
from emobility.common.templatetags.portal import EMPTY
from stations.catalogue.documents import ModelDocument
from stations.enums import ConnectorType, ModelOrigin
from stations.models import StationModel
from stations.portal.filters import ChoiceFilter, PortalFilterSet

WATTS = 1000


def vendors_of(document: ModelDocument) -> list[str]:
    """How stations of this model name their vendor, without the patterns' stars."""
    named = [vendor.strip("*") for rule in document.matches for vendor in rule.vendor]
    return list(dict.fromkeys(filter(None, named)))


def plugs_of(document: ModelDocument) -> list[str]:
    """Its plugs in words: how many of which type."""
    types = [c.type.label if c.type else _("any type") for evse in document.evses for c in evse.connectors]
    return [f"{types.count(each)} × {each}" for each in dict.fromkeys(types)]


class CatalogueTable(tables.Table):
    label = tables.Column(verbose_name=_("Model"))
    vendor = tables.Column(verbose_name=_("Vendor"), orderable=False, empty_values=())
    power = PowerColumn(
        verbose_name=_("Power"),
        accessor="facts__maximum_power_w",
        order_by=("document__maximum_power_w",),
        initial_sort_descending=True,
    )
    connectors = tables.Column(verbose_name=_("Connectors"), orderable=False, empty_values=())
    using = tables.Column(verbose_name=_("In use"), initial_sort_descending=True, attrs={"td": {"class": "number"}})
    offered = tables.Column(
        verbose_name=_("Match, not in use"), initial_sort_descending=True, attrs={"td": {"class": "number"}}
    )
    origin = StatusColumn(verbose_name=_("Origin"))

    class Meta:
        model = StationModel
        fields = ()
        default = EMPTY
        caption = _("Station models")
        attrs = {"class": "table table-hover align-middle stations-table"}

    def render_label(self, record: StationModel) -> SafeString:
        return render_to_string("catalogue/cells.html#label", {"model": record})

    def render_vendor(self, record: StationModel) -> str:
        return ", ".join(vendors_of(record.facts)) or EMPTY

    def render_connectors(self, record: StationModel) -> str:
        return ", ".join(plugs_of(record.facts))


class CatalogueFilter(PortalFilterSet):
    q = filters.CharFilter(label=_("Search"), method="search")
    vendor = ChoiceFilter(label=_("Vendor"), method="of_vendor")
    connector = ChoiceFilter(label=_("Connector type"), method="with_connector", choices=ConnectorType.choices)
    power = filters.NumberFilter(label=_("Power from (kW)"), method="with_power", min_value=0, max_value=2000)
    origin = ChoiceFilter(label=_("Origin"), choices=ModelOrigin.choices)
    stations = ChoiceFilter(
        label=_("Stations"),
        method="with_stations",
        choices=[("using", _("in use")), ("offered", _("match without using it"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._facts = {model.pk: model.facts for model in StationModel.objects.all()}
        names = sorted({name for facts in self._facts.values() for name in vendors_of(facts)}, key=str.lower)
        self.filters["vendor"].extra["choices"] = [(name, name) for name in names]

    class Meta:
        model = StationModel
        fields: list[str] = []

    def search(self, models: QuerySet, name: str, text: str) -> QuerySet:
        """Models with ``text`` in their name or id, or in what their stations say of themselves."""
        named = [pk for pk, facts in self._facts.items() if text.lower() in _words(facts)]
        return models.filter(Q(label__icontains=text) | Q(slug__icontains=text) | Q(pk__in=named))

    def of_vendor(self, models: QuerySet, name: str, vendor: str) -> QuerySet:
        """Models whose stations name themselves after ``vendor``."""
        return models.filter(pk__in=[pk for pk, facts in self._facts.items() if vendor in vendors_of(facts)])

    def with_connector(self, models: QuerySet, name: str, kind: str) -> QuerySet:
        """Models with at least one such plug."""
        return models.filter(pk__in=[pk for pk, facts in self._facts.items() if _has_plug(facts, kind)])

    def with_power(self, models: QuerySet, name: str, kilowatts: Any) -> QuerySet:
        """Models with at least so much power."""
        least = kilowatts * WATTS
        return models.filter(pk__in=[pk for pk, facts in self._facts.items() if facts.maximum_power_w >= least])

    def with_stations(self, models: QuerySet, name: str, which: str) -> QuerySet:
        """Models with stations that use them, or that match without using them."""
        return models.filter(**{f"{which}__gt": 0})


def _words(facts: ModelDocument) -> str:
    return " ".join(pattern for rule in facts.matches for pattern in (*rule.vendor, *rule.model)).lower()


def _has_plug(facts: ModelDocument, kind: str) -> bool:
    return any(connector.type == kind for evse in facts.evses for connector in evse.connectors)
