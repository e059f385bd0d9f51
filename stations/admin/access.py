"""Who may do what, and what machines prove themselves with. Secrets are kept as digests and never shown."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from stations.admin.base import RecordAdmin
from stations.models import ApiKey, Membership, OnboardingToken
from stations.services.credentials import update_onboarding_token


@admin.register(Membership)
class MembershipAdmin(RecordAdmin):
    list_display = ("user", "role", "company", "site")
    list_filter = ("role", "company")
    list_select_related = ("user", "company", "site")
    search_fields = ("user__username", "company__name", "site__name")
    autocomplete_fields = ("user", "company", "site")


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    """Keys are made by ``manage.py create_api_key``; here they are looked at and revoked."""

    list_display = ("name", "user", "created_at", "revoked_at")
    list_filter = ("revoked_at",)
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    fields = ("name", "user", "created_at", "revoked_at")
    readonly_fields = ("user", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The secret must be shown once, which the admin does not do."""
        return False


@admin.register(OnboardingToken)
class OnboardingTokenAdmin(RecordAdmin):
    """Tokens are made and revoked in the portal; here they are looked at and corrected."""

    list_display = ("description", "site_area", "status", "expires_at", "revoked_at", "created_by", "created_at")
    list_filter = ("site_area__site__company", "expires_at", "revoked_at")
    list_select_related = ("site_area__site", "created_by")
    search_fields = ("description", "site_area__name", "site_area__site__name")
    fields = (
        "description",
        "site_area",
        "expires_at",
        "disconnects_stations",
        "revoked_at",
        "created_at",
        "created_by",
    )
    readonly_fields = ("site_area", "revoked_at", "created_at", "created_by")

    @admin.display(description="status")
    def status(self, token: OnboardingToken) -> str:
        """Valid, expired or revoked now."""
        return str(token.status.label)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The URL must be shown once, which the portal does."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deleting would cut off the stations that use it without a trace; a token is revoked instead."""
        return False

    def save_values(self, obj: Any, *, actor: Any, **values: Any) -> None:
        """Save the token and refresh the pages that show it."""
        update_onboarding_token(obj, actor=actor, **values)

    def view_on_site(self, token: OnboardingToken) -> str:
        """The token's page in the portal."""
        return reverse("tokens:detail", args=[token.pk])
