"""The log: OCPP exchanges and refused handshakes, newest first, never counted."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic import DetailView, TemplateView

from emobility.common.views import PortalMixin
from stations.models import OcppExchange, Refusal
from stations.portal.exports import Columns, csv_response
from stations.portal.filters import ExchangeFilter, PortalFilterSet, RefusalFilter
from stations.portal.frames import pretty
from stations.portal.keyset import WINDOW, KeysetPage, key, newer_page, older_page


def exchange_rows(exchanges: QuerySet) -> QuerySet:
    """``exchanges`` as rows show them: with their station, without the frames themselves."""
    return exchanges.select_related("station").defer("request", "answer")


def filtered(filterset: PortalFilterSet) -> QuerySet:
    """The rows the filter lets through; none when the filter makes no sense."""
    return filterset.qs if filterset.is_valid() else filterset.queryset.none()


def keyset_page(request: HttpRequest, filterset: PortalFilterSet, window: int | None) -> KeysetPage:
    """The page of filtered rows the query string asks for."""
    rows = filtered(filterset)
    if after := key(request.GET.get("after")):
        return newer_page(rows, after, window)
    return older_page(rows, key(request.GET.get("before")), window)


class LogPage(PortalMixin, TemplateView, ABC):
    """One kind of log entries, filtered; ``?export=csv`` downloads them."""

    model: ClassVar[Any]
    filterset_class: ClassVar[type[PortalFilterSet]]
    csv_name: ClassVar[str]
    csv_columns: ClassVar[Columns]
    partials = ("log-rows",)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """A page of rows, or all of them as CSV."""
        self.filterset = self.filterset_class(request.GET, queryset=self.get_queryset(), request=request)
        if request.GET.get("export") == "csv":
            return csv_response(self.csv_name, self.csv_columns, filtered(self.filterset).order_by("-pk"))
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet:
        """The entries the user may see."""
        return self.model.objects.visible_to(self.request.user).select_related("station")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The page; it is live as long as it shows the newest rows."""
        page = keyset_page(self.request, self.filterset, self.window())
        return super().get_context_data(
            filter=self.filterset,
            page=page,
            export=True,
            live_names=self.live_names(page) if page.newer is None else "",
            **kwargs,
        )

    def window(self) -> int | None:
        """How many rows a page looks at; no limit where the index by station leads to them."""
        return None if self.request.GET.get("station") else WINDOW

    @abstractmethod
    def live_names(self, page: KeysetPage) -> str:
        """What makes the newest page out of date."""


class ExchangeList(LogPage):
    """Every frame that went over the wire, each with its answer."""

    model = OcppExchange
    filterset_class = ExchangeFilter
    template_name = "log/exchanges.html"
    csv_name = "log"
    csv_columns = {
        "time": lambda exchange: exchange.received_at,
        "station": lambda exchange: exchange.station.identity,
        "direction": lambda exchange: exchange.direction,
        "message": lambda exchange: exchange.action,
        "message_id": lambda exchange: exchange.message_id,
        "outcome": lambda exchange: exchange.outcome,
        "note": lambda exchange: exchange.note,
        "answered_at": lambda exchange: exchange.answered_at,
        "request": lambda exchange: exchange.request,
        "answer": lambda exchange: exchange.answer,
    }

    def get_queryset(self) -> QuerySet:
        """Without the frames, but for the export."""
        rows = super().get_queryset()
        return rows if self.request.GET.get("export") else exchange_rows(rows)

    def live_names(self, page: KeysetPage) -> str:
        """The stations whose frames are shown, and any that connects."""
        return " ".join(["stations", *sorted({f"station-{row.station_id}" for row in page.rows})])


class RefusalList(LogPage):
    """Handshakes refused before the upgrade, each with its reason and the fix."""

    model = Refusal
    filterset_class = RefusalFilter
    template_name = "log/refusals.html"
    csv_name = "refused-handshakes"
    csv_columns = {
        "first": lambda refusal: refusal.first_at,
        "last": lambda refusal: refusal.last_at,
        "times": lambda refusal: refusal.count,
        "identity": lambda refusal: refusal.identity,
        "reason": lambda refusal: refusal.get_reason_display(),
        "http_status": lambda refusal: refusal.http_status,
        "detail": lambda refusal: refusal.detail,
        "address": lambda refusal: refusal.remote_address,
    }

    def live_names(self, page: KeysetPage) -> str:
        """Any refusal."""
        return "refusals"


class ExchangePage(PortalMixin, DetailView):
    """One exchange with its frames; htmx gets the frames alone."""

    template_name = "log/exchange.html"
    context_object_name = "exchange"

    def get_queryset(self) -> QuerySet:
        """The exchanges the user may see."""
        return OcppExchange.objects.visible_to(self.request.user).select_related("station")

    def get_template_names(self) -> list[str]:
        """The page, or only its frames."""
        is_part = self.request.htmx and not self.request.htmx.history_restore_request  # type: ignore[attr-defined]
        return [f"{self.template_name}#frames" if is_part else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The frames, indented."""
        return super().get_context_data(
            request_frame=pretty(self.object.request), answer_frame=pretty(self.object.answer), **kwargs
        )
