"""The home page: how things stand, and what needs attention."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone
from django.views.generic import TemplateView

from emobility.common.views import PortalMixin
from stations.enums import ConnectionStatus, ConnectorStatus, Role, SessionState
from stations.models import ChargingSession, ChargingStation, Connector, OnboardingToken, Refusal, SiteArea
from stations.models.evses import READING_FRESH_FOR

REFUSALS_WITHIN = timedelta(hours=24)
LISTED = 8


class Home(PortalMixin, TemplateView):
    """Key figures and the list of what needs attention, both live."""

    template_name = "home.html"
    partials = ("overview",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page, or the part of it asked for, shows."""
        user = self.request.user
        return super().get_context_data(
            figures=figures(user),
            attention=attention(user),
            next_step=next_step(user),
            **kwargs,
        )


def figures(user: Any) -> dict[str, int]:
    """Stations connected and in all, active sessions, power now (W), handshakes refused in the last day."""
    now = timezone.now()
    stations = (
        ChargingStation.objects.visible_to(user)
        .with_live()
        .aggregate(
            total=Count("pk", distinct=True),
            connected=Count("pk", filter=Q(connection_status=ConnectionStatus.CONNECTED), distinct=True),
        )
    )
    fresh = Connector.objects.visible_to(user).filter(power_at__gte=now - READING_FRESH_FOR)
    refused = Refusal.objects.visible_to(user).filter(last_at__gte=now - REFUSALS_WITHIN)
    return {
        **stations,
        "sessions": ChargingSession.objects.visible_to(user).filter(state=SessionState.ACTIVE).count(),
        "power_w": fresh.aggregate(sum=Sum("power_w"))["sum"] or 0,
        "refused": refused.aggregate(sum=Sum("count"))["sum"] or 0,
    }


def attention(user: Any) -> dict[str, QuerySet]:
    """Faulted connectors, disconnected stations and the latest refusals, newest first."""
    since = timezone.now() - REFUSALS_WITHIN
    faulted = Connector.objects.visible_to(user).filter(status=ConnectorStatus.FAULTED, station__enabled=True)
    disconnected = ChargingStation.objects.visible_to(user).with_live().filter(Q(is_connected=False), enabled=True)
    refusals = Refusal.objects.visible_to(user).filter(last_at__gte=since)
    return {
        "faulted": faulted.select_related("station").order_by(F("status_at").desc(nulls_last=True), "pk")[:LISTED],
        "disconnected": disconnected.order_by(F("connection_changed_at").desc(nulls_last=True), "pk")[:LISTED],
        "refusals": refusals.select_related("station")[:LISTED],
    }


def next_step(user: Any) -> str:
    """What an empty system lacks first: ``area``, ``token`` or ``station``; empty once a station is there."""
    if ChargingStation.objects.visible_to(user).exists():
        return ""
    if OnboardingToken.objects.visible_to(user).exists():
        return "station"
    return "token" if SiteArea.objects.visible_to(user, Role.OPERATOR).exists() else "area"
