"""What the admin pages share."""

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.forms import DateTimeField, ModelForm
from django.http import HttpRequest

from emobility.common.forms import MomentInput
from stations.services.records import save_record

COUNTED_ROWS = 10_000


class CappedPaginator(Paginator):
    """Offers the first rows only: counting a journal of millions would cost seconds on every page."""

    @cached_property
    def count(self) -> int:
        """Rows to page through."""
        rows: Any = self.object_list
        return rows[:COUNTED_ROWS].count()


class RecordAdmin(admin.ModelAdmin):
    """For what people enter: saved by the services, so that it is checked and logged as everywhere else."""

    # The admin's own pair of fields for a moment has no labels.
    formfield_overrides = {models.DateTimeField: {"form_class": DateTimeField, "widget": MomentInput}}

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Save what the form changed."""
        self.save_values(obj, actor=request.user, **{name: form.cleaned_data[name] for name in form.changed_data})

    def save_values(self, obj: Any, *, actor: Any, **values: Any) -> None:
        """Pass ``values`` to the service that writes this kind of row."""
        save_record(obj, actor=actor, **values)


class ReadOnlyAdmin(admin.ModelAdmin):
    """For what stations reported: to be looked at, never written by hand; it goes by retention."""

    show_full_result_count = False
    paginator = CappedPaginator

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Nobody adds rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody changes rows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nobody deletes rows."""
        return False
