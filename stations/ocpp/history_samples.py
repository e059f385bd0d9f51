"""Samples the journal's frames report, compared with the stored ones a few hundred at a time."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone

from stations.models import MeterSample
from stations.ocpp.values import Reading

FULL = 500
MEASURANDS = ("energy_wh", "power_w", "current_a", "voltage_v", "soc_percent")


class _Expected(NamedTuple):
    frame: int
    number: int
    session: int | None
    reading: Reading

    @property
    def key(self) -> tuple:
        return (self.number, self.reading.sampled_at, self.reading.context)


class ExpectedSamples:
    """Collects what frames report; ``differences`` compares it with the rows and forgets it."""

    def __init__(self, station_id: int) -> None:
        self.compared = 0
        self._station_id = station_id
        self._expected: list[_Expected] = []
        self._kept_since = timezone.now() - timedelta(days=settings.SAMPLE_RETENTION_DAYS)

    def expect(self, frame: int, number: int, session: int | None, readings: Iterable[Reading]) -> None:
        """``frame`` reports ``readings`` of connector ``number``; ``session`` where it names one that exists."""
        self._expected += [_Expected(frame, number, session, reading) for reading in readings]

    @property
    def is_full(self) -> bool:
        """Whether it is time to compare."""
        return len(self._expected) >= FULL

    def differences(self) -> Iterator[str]:
        """Readings without their sample, or with less in it than was reported."""
        stored = self._stored()
        for expected in self._expected:
            sample = stored.get(expected.key)
            if sample is not None:
                yield from _missing_in(sample, expected)
            elif expected.reading.sampled_at >= self._kept_since:
                yield f"frame {expected.frame}: its sample of {expected.reading.sampled_at} is missing"
        self.compared += len(self._expected)
        self._expected = []

    def _stored(self) -> dict[tuple, Any]:
        rows = MeterSample.objects.filter(
            station=self._station_id,
            connector_number__in={e.number for e in self._expected},
            sampled_at__in={e.reading.sampled_at for e in self._expected},
        ).values_list("connector_number", "sampled_at", "context", "pk", "session", *MEASURANDS, named=True)
        return {(row.connector_number, row.sampled_at, row.context): row for row in rows}


def _missing_in(sample: Any, expected: _Expected) -> Iterator[str]:
    if expected.session is not None and sample.session != expected.session:
        yield f"sample {sample.pk}: session is {sample.session}, frame {expected.frame} says {expected.session}"
    for name in MEASURANDS:
        if getattr(sample, name) is None and getattr(expected.reading, name) is not None:
            yield f"sample {sample.pk}: {name} is missing, frame {expected.frame} reports it"
