"""The tables of stations and sessions."""

from typing import Any

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from emobility.common.tables import EnergyColumn, PowerColumn, StatusColumn, TimeColumn
from emobility.common.templatetags.portal import EMPTY
from stations.models import ChargingSession, ChargingStation
from stations.services.queries import power_now


class SelectColumn(tables.Column):
    """A checkbox that puts the row into the form ``bulk-form``; the one in the header is for all rows of the page."""

    attrs = {"th": {"class": "select"}, "td": {"class": "select"}}

    @property
    def header(self) -> SafeString:
        """The checkbox that needs a script, hidden until there is one."""
        return format_html(
            '<label><input type="checkbox" class="form-check-input" id="select-page" hidden>'
            '<span class="visually-hidden">{}</span></label>',
            _("Select this page"),
        )

    def render(self, record: ChargingStation) -> SafeString:
        return format_html(
            '<label><input type="checkbox" class="form-check-input" id="select-{0}" name="station" value="{0}" '
            'form="bulk-form"><span class="visually-hidden">{1}</span></label>',
            record.pk,
            _("Select {station}").format(station=record),
        )


class StationTable(tables.Table):
    select = SelectColumn(orderable=False, empty_values=())
    identity = tables.Column(verbose_name=_("Station"))
    site_area = tables.Column(verbose_name=_("Site area"), order_by=("site_area__site__name", "site_area__name"))
    connection_status = StatusColumn(verbose_name=_("Connection"))
    connectors = tables.Column(verbose_name=_("Connectors"), orderable=False, empty_values=())
    power_w = tables.Column(verbose_name=_("Power now"), empty_values=(), initial_sort_descending=True)
    model = tables.Column(verbose_name=_("Model"), order_by=("vendor", "model"), empty_values=())
    configuration_status = StatusColumn(verbose_name=_("Configuration"), order_by=("configuration__status",))
    firmware_version = tables.Column(verbose_name=_("Firmware"))
    last_seen_at = TimeColumn(verbose_name=_("Last seen"), empty_values=())

    class Meta:
        model = ChargingStation
        fields = ()
        default = EMPTY
        attrs = {"class": "table table-hover align-middle stations-table"}

    def render_identity(self, record: ChargingStation) -> SafeString:
        return _cell("identity", station=record)

    def render_connectors(self, record: ChargingStation) -> SafeString:
        return _cell("connectors", connectors=record.connectors.all())

    def render_power_w(self, record: ChargingStation) -> SafeString:
        return _cell("power", power=power_now(record))

    def render_model(self, record: ChargingStation) -> SafeString:
        words = [(word,) for word in (record.vendor, record.model) if word]
        return format_html_join(SafeString("<br>"), "<bdi>{}</bdi>", words) or SafeString(EMPTY)

    def render_firmware_version(self, value: str) -> SafeString:
        return format_html("<bdi>{}</bdi>", value)


class SessionTable(tables.Table):
    started_at = TimeColumn(verbose_name=_("Started"))
    station = tables.Column(verbose_name=_("Station"), order_by=("station__identity",))
    id_tag = tables.Column(verbose_name=_("Badge"), empty_values=())
    state = StatusColumn(verbose_name=_("State"))
    duration = tables.Column(verbose_name=_("Duration"), orderable=False, empty_values=())
    energy_wh = EnergyColumn(verbose_name=_("Energy"), initial_sort_descending=True)
    power_w = PowerColumn(verbose_name=_("Power now"), initial_sort_descending=True)

    class Meta:
        model = ChargingSession
        fields = ()
        default = EMPTY
        attrs = {"class": "table table-hover align-middle"}

    def render_started_at(self, record: ChargingSession) -> SafeString:
        return _cell("started", "sessions/cells.html", session=record)

    def render_station(self, record: ChargingSession) -> SafeString:
        return _cell("station", "sessions/cells.html", session=record)

    def render_id_tag(self, record: ChargingSession) -> SafeString:
        return _cell("badge", "sessions/cells.html", session=record)

    def render_duration(self, record: ChargingSession) -> str:
        return _cell("duration", "sessions/cells.html", session=record)


def _cell(name: str, template: str = "stations/cells.html", **context: Any) -> SafeString:
    return render_to_string(f"{template}#{name}", context)
