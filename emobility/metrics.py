"""The domain's numbers for Prometheus, read when they are asked for."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from stations.enums import RefusalReason, SessionState
from stations.models import ChargingSession, ChargingStation, Connector, OcppExchange, Refusal
from stations.services.journal_index import first_id_since


class StationMetrics(Collector):
    """Stations, sessions, power, refusals and frames of the whole system."""

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """A handful of cheap queries."""
        stations = ChargingStation.objects.all()
        yield _gauge("stations", "Charging stations known.", stations.count())
        yield _gauge(
            "stations_connected",
            "Charging stations that hold an open connection.",
            stations.with_live().filter(is_connected=True).count(),  # type: ignore[misc]
        )
        yield _gauge(
            "sessions_active",
            "Charging sessions running now.",
            ChargingSession.objects.filter(state=SessionState.ACTIVE).count(),
        )
        power = Connector.objects.aggregate(total=Sum("power_w"))["total"]
        yield _gauge("power_watts", "Power delivered now by all connectors.", power or 0)
        yield _refusals_last_hour()
        yield _gauge("frames_last_minute", "OCPP requests in and out in the last minute.", _frames_last_minute())


def _gauge(name: str, help: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"emobility_{name}", help, value=value)


def _refusals_last_hour() -> GaugeMetricFamily:
    recent = Refusal.objects.filter(last_at__gte=timezone.now() - timedelta(hours=1)).order_by()
    counts = dict(recent.values_list("reason").annotate(times=Sum("count")))
    metric = GaugeMetricFamily(
        "emobility_refusals_last_hour", "Handshakes refused in the last hour.", labels=["reason"]
    )
    for reason in RefusalReason:
        metric.add_metric([reason.value], counts.get(reason.value, 0))
    return metric


def _frames_last_minute() -> int:
    frames, since = OcppExchange.objects.all(), timezone.now() - timedelta(minutes=1)
    return frames.filter(pk__gte=first_id_since(frames, "received_at", since), received_at__gte=since).count()
