"""Columns the portal's tables share."""

from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString

from emobility.common.templatetags import portal


class StatusColumn(tables.Column):
    """A status as badge; the value is a described status or the value of such a field."""

    def render(self, record: Any, bound_column: Any) -> SafeString:
        return portal.status(record, bound_column.accessor)


class TimeColumn(tables.Column):
    """How long ago, newest first when first sorted."""

    def __init__(self, **extra: Any) -> None:
        extra.setdefault("initial_sort_descending", True)
        super().__init__(**extra)

    def render(self, value: Any) -> SafeString:
        return portal.when(value)


class EnergyColumn(tables.Column):
    """Watt-hours as kWh."""

    attrs = {"td": {"class": "number"}, "th": {"class": "number"}}

    def render(self, value: int) -> str:
        return portal.energy(value)


class PowerColumn(tables.Column):
    """Watts as kW."""

    attrs = {"td": {"class": "number"}, "th": {"class": "number"}}

    def render(self, value: int) -> str:
        return portal.kilowatts(value)
