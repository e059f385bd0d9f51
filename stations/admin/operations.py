"""What was asked of stations, and what they are known to be able to do: to be looked at; the portal acts."""

from typing import Any

from django.contrib import admin
from django.db.models import JSONField
from django.http import HttpRequest
from django.urls import reverse

from stations.admin.base import ReadOnlyAdmin
from stations.models import BulkOperation, Capabilities, LocalList, Operation
from stations.services.operation_delivery import without_secrets


class StructuredAdmin(ReadOnlyAdmin):
    """Shows what a row holds as JSON with its secrets masked."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row as it may be shown; it is not saved."""
        row = super().get_object(request, object_id, from_field)
        for field in row._meta.concrete_fields if row is not None else ():
            if isinstance(field, JSONField):
                setattr(row, field.name, without_secrets(getattr(row, field.name)))
        return row


@admin.register(Operation)
class OperationAdmin(StructuredAdmin):
    list_display = ("requested_at", "station", "action", "state", "effect", "actor", "reason")
    list_filter = ("state", "effect", "source", "action")
    list_select_related = ("station", "actor")
    search_fields = ("=station__identity", "=action", "=actor__username")

    def view_on_site(self, operation: Operation) -> str:
        """The operation's page in the portal."""
        return reverse("operations:detail", args=[operation.pk])


@admin.register(BulkOperation)
class BulkOperationAdmin(StructuredAdmin):
    list_display = ("requested_at", "action", "per_minute", "actor", "source", "reason")
    list_filter = ("source", "action")
    list_select_related = ("actor",)
    search_fields = ("=action", "=actor__username")

    def view_on_site(self, bulk: BulkOperation) -> str:
        """Its progress in the portal."""
        return reverse("operations:bulk-detail", args=[bulk.pk])


class LearntAdmin(StructuredAdmin):
    """About one station."""

    list_select_related = ("station",)
    search_fields = ("=station__identity",)

    def view_on_site(self, row: Any) -> str:
        """The page of the station in the portal."""
        return reverse("stations:detail", args=[row.station_id])


@admin.register(Capabilities)
class CapabilitiesAdmin(LearntAdmin):
    list_display = ("station", "firmware_version", "refused_messages", "read_at")


@admin.register(LocalList)
class LocalListAdmin(LearntAdmin):
    list_display = ("station", "version", "is_known", "updated_at")
