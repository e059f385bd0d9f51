"""Station models and configurations: to be looked at; the portal changes them."""

from django.contrib import admin
from django.urls import reverse

from stations.admin.base import ReadOnlyAdmin
from stations.models import StationModel


@admin.register(StationModel)
class StationModelAdmin(ReadOnlyAdmin):
    list_display = ("label", "slug", "origin", "updated_at")
    list_filter = ("origin",)
    search_fields = ("label", "slug")

    def view_on_site(self, model: StationModel) -> str:
        """The model in the portal's catalogue."""
        return reverse("catalogue:detail", args=[model.slug])
