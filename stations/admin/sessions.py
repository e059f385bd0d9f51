"""Charging sessions and meter samples, as stations reported them."""

from django.contrib import admin
from django.urls import reverse

from stations.admin.base import ReadOnlyAdmin
from stations.models import ChargingSession, MeterSample


@admin.register(ChargingSession)
class ChargingSessionAdmin(ReadOnlyAdmin):
    list_display = (
        "transaction_id",
        "station",
        "connector",
        "id_tag",
        "state",
        "started_at",
        "stopped_at",
        "energy_wh",
    )
    list_filter = ("state", "badge_status", "started_at")
    list_select_related = ("station", "connector__station")
    search_fields = ("transaction_id", "station__identity", "id_tag")

    def view_on_site(self, session: ChargingSession) -> str:
        """The session's page in the portal."""
        return reverse("sessions:detail", args=[session.pk])


@admin.register(MeterSample)
class MeterSampleAdmin(ReadOnlyAdmin):
    list_display = ("sampled_at", "station", "connector_number", "context", "energy_wh", "power_w", "soc_percent")
    list_select_related = ("station",)
    search_fields = ("=station__identity",)
    ordering = ("-id",)
