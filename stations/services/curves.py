"""Power and energy over time, thinned to what a chart can show."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Avg, F, FloatField, Func, IntegerField, Max, Min, QuerySet
from django.db.models.functions import Cast, Floor

from stations.models import ChargingSession, ChargingStation, MeterSample

POINTS = 600
"""A curve has at most this many points."""

LONGEST_PAUSE = timedelta(minutes=20)
"""Samples further apart than this are not joined by a line."""

CLOCK_SKEW = timedelta(days=1)
"""Samples may be dated this long before the start of their session, when the station's clock was set meanwhile."""


@dataclass
class Curve:
    """One line of a chart: Unix times (s) and values; None breaks the line."""

    label: str
    unit: str
    times: list[int] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)


class UnixTime(Func):
    """Seconds since 1970 of a date and time."""

    output_field = FloatField()
    template = "EXTRACT(EPOCH FROM %(expressions)s)"

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="CAST(strftime('%%%%s', %(expressions)s) AS REAL)", **context)


def station_power(station: ChargingStation, start: datetime, end: datetime) -> list[Curve]:
    """Mean power (kW) of each connector of ``station`` from ``start`` to ``end``; without the main meter."""
    numbers = sorted(connector.number for connector in station.connectors.all())
    step = bucket_s(start, end)
    samples = MeterSample.objects.filter(
        station=station, connector_number__in=numbers, sampled_at__range=(start, end), power_w__isnull=False
    )
    curves = {number: Curve(label=str(number), unit="kW") for number in numbers}
    rows = in_buckets(samples, step).values_list("connector_number", "bucket").annotate(Avg("power_w"))
    for number, bucket, watts in rows.order_by("connector_number", "bucket"):
        append(curves[number], bucket * step, watts / 1000, step)
    return list(curves.values())


def session_curves(session: ChargingSession) -> list[Curve]:
    """Power (kW) and energy since the start (kWh) over the samples of ``session``."""
    power, energy = Curve(label="power", unit="kW"), Curve(label="energy", unit="kWh")
    if session.connector is None:
        return [power, energy]
    # By station and connector first: samples have no index by session.
    samples = MeterSample.objects.filter(
        station=session.station_id,
        connector_number=session.connector.number,
        sampled_at__gte=session.started_at - CLOCK_SKEW,
        session=session,
    )
    span = samples.aggregate(first=Min("sampled_at"), last=Max("sampled_at"))
    if span["first"] is None:
        return [power, energy]
    step = bucket_s(span["first"], span["last"])
    rows = in_buckets(samples, step).values_list("bucket")
    for bucket, watts, register_wh in rows.annotate(Avg("power_w"), Max("energy_wh")).order_by("bucket"):
        if watts is not None:
            append(power, bucket * step, watts / 1000, step)
        if register_wh is not None and session.meter_start_wh is not None:
            append(energy, bucket * step, (register_wh - session.meter_start_wh) / 1000, step)
    return [power, energy]


def bucket_s(start: datetime, end: datetime) -> int:
    """Width in seconds of the buckets that thin ``start`` to ``end`` to ``POINTS``."""
    return max(1, -int(-(end - start).total_seconds() // (POINTS - 1)))


def in_buckets(samples: QuerySet, step_s: int) -> QuerySet:
    """``samples`` annotated with the number of their bucket."""
    moment = Floor(UnixTime(F("sampled_at")) / float(step_s), output_field=FloatField())
    return samples.annotate(bucket=Cast(moment, IntegerField())).order_by()


def append(curve: Curve, moment: int, value: float, step_s: int) -> None:
    """Add a point; a pause since the last one breaks the line."""
    pause = max(LONGEST_PAUSE.total_seconds(), 2 * step_s)
    if curve.times and moment - curve.times[-1] > pause:
        curve.times.append(curve.times[-1] + step_s)
        curve.values.append(None)
    curve.times.append(moment)
    curve.values.append(round(value, 3))
