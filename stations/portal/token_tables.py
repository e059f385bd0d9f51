"""Tables and filter of the onboarding token pages."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from emobility.common.tables import StatusColumn, TimeColumn
from emobility.common.templatetags import portal
from stations.enums import TokenStatus
from stations.models import ChargingStation, OnboardingToken


class TokenTable(tables.Table):
    """Onboarding tokens with their status and use."""

    description = tables.Column(linkify=("tokens:detail", {"pk": tables.A("pk")}))
    status = StatusColumn(orderable=False, verbose_name=_("Status"))
    station_count = tables.Column(verbose_name=_("Stations"), attrs={"td": {"class": "number"}})
    expires_at = tables.Column(empty_values=())
    created_at = TimeColumn()

    class Meta:
        model = OnboardingToken
        fields = ("description", "status", "site_area", "station_count", "expires_at", "created_by", "created_at")
        empty_text = _("No onboarding token matches.")

    def render_expires_at(self, value: Any) -> SafeString:
        """When it ends."""
        return portal.when(value, str(_("never")))


class TokenStationTable(tables.Table):
    """Stations that last connected with a token."""

    identity = tables.Column(linkify=("stations:detail", {"pk": tables.A("pk")}))
    connection_status = StatusColumn(orderable=False, verbose_name=_("Connection"))
    registration_status = StatusColumn(orderable=False)
    last_seen_at = TimeColumn(orderable=False)

    class Meta:
        model = ChargingStation
        fields = ("identity", "name", "connection_status", "registration_status", "last_seen_at")
        orderable = False
        empty_text = _("No station has connected with this token yet.")


class TokenFilter(django_filters.FilterSet):
    """Tokens by text and status."""

    search = django_filters.CharFilter(field_name="description", lookup_expr="icontains", label=_("Description"))
    status = django_filters.ChoiceFilter(
        method="by_status", choices=TokenStatus.choices, empty_label=_("All"), label=_("Status")
    )

    class Meta:
        model = OnboardingToken
        fields = ()

    def by_status(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those whose status is ``value`` now."""
        now = timezone.now()
        revoked, expired = Q(revoked_at__lte=now), Q(expires_at__lte=now)
        wanted = {TokenStatus.REVOKED: revoked, TokenStatus.EXPIRED: ~revoked & expired}
        return queryset.filter(wanted.get(TokenStatus(value), ~revoked & ~expired))
