"""What went over the wire, and who was turned away: read only."""

from django.contrib import admin
from django.urls import reverse

from stations.admin.base import ReadOnlyAdmin
from stations.models import OcppExchange, Refusal


@admin.register(OcppExchange)
class OcppExchangeAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "station", "direction", "action", "outcome", "note")
    list_filter = ("direction", "outcome")
    list_select_related = ("station",)
    search_fields = ("=station__identity", "=action", "=message_id")

    def view_on_site(self, exchange: OcppExchange) -> str:
        """The exchange in the portal's log."""
        return reverse("log:exchange", args=[exchange.pk])


@admin.register(Refusal)
class RefusalAdmin(ReadOnlyAdmin):
    list_display = ("last_at", "identity", "reason", "http_status", "remote_address", "count", "detail")
    list_filter = ("reason", "http_status", "last_at")
    search_fields = ("identity", "remote_address")
