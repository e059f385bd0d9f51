"""The list of charging sessions and the page of one."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.views.generic import DetailView
from django_tables2 import LazyPaginator

from emobility.common.views import PortalMixin
from stations.models import ChargingSession
from stations.portal.facts import facts
from stations.portal.filters import SessionFilter
from stations.portal.lists import ListPage
from stations.portal.tables import SessionTable

LOG_MARGIN = timedelta(minutes=1)
FACTS = (
    "state",
    "review_reason",
    "badge_status",
    "id_tag",
    "badge",
    "started_at",
    "stopped_at",
    "stop_reason",
    "stop_id_tag",
    "meter_start_wh",
    "meter_stop_wh",
    "transaction_id",
    "reservation_id",
    "received_at",
)


class UncountedPages(LazyPaginator):
    """Pages of a table too long to count at every refresh."""

    count = None


class SessionList(ListPage):
    """Every session the user may see, live."""

    model = ChargingSession
    table_class = SessionTable
    filterset_class = SessionFilter
    paginator_class = UncountedPages
    template_name = "sessions/list.html"
    partials = ("sessions-table",)
    csv_name = "sessions"
    csv_columns = {
        "station": lambda session: session.station.identity,
        "connector": lambda session: session.connector and session.connector.number,
        "transaction_id": lambda session: session.transaction_id,
        "state": lambda session: session.get_state_display(),
        "review_reason": lambda session: session.review_reason,
        "badge_id": lambda session: session.id_tag,
        "badge": lambda session: session.badge and session.badge.label,
        "badge_status": lambda session: session.get_badge_status_display(),
        "started_at": lambda session: session.started_at,
        "stopped_at": lambda session: session.stopped_at,
        "energy_wh": lambda session: session.energy_wh,
        "power_w": lambda session: session.power_w,
        "stop_reason": lambda session: session.stop_reason,
    }

    def get_queryset(self) -> QuerySet:
        """The sessions with all a row shows."""
        return super().get_queryset().select_related("station", "connector", "badge")


class SessionPage(PortalMixin, DetailView):
    """One session: facts, curve, and the way to its frames."""

    template_name = "sessions/detail.html"
    partials = ("session-live",)
    context_object_name = "session"

    def get_queryset(self) -> QuerySet:
        """The sessions the user may see."""
        return ChargingSession.objects.visible_to(self.request.user).select_related("station", "connector", "badge")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Facts, chart and log link."""
        session = self.object
        return super().get_context_data(
            live_name=f"station-{session.station_id}",
            facts=facts(session, *FACTS),
            chart_url=reverse("sessions:curves", args=[session.pk]),
            log_url=log_url(session),
            **kwargs,
        )


def log_url(session: ChargingSession) -> str:
    """The log of the session's station, from a minute before it started until a minute after it ended.

    A session reported late arrived after it had ended; then the log has no end.
    """
    query = {"station": session.station.identity, "since": _local(session.received_at - LOG_MARGIN)}
    if session.stopped_at and session.stopped_at > session.received_at:
        query["until"] = _local(session.stopped_at + LOG_MARGIN)
    return f"{reverse('log:list')}?{urlencode(query)}"


def _local(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")
