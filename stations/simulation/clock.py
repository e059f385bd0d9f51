"""The time the virtual stations live in."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Clock:
    """Station time runs ``scale`` times faster than real time: pauses, sampling and, with ``speeds_up_charging``, cars.

    Timestamps stay real, so that the central system never sees the future. Sped-up charging therefore gives more
    energy than power and timestamps explain; without it sessions are merely short.
    """

    scale: float = 1.0
    speeds_up_charging: bool = True

    def seconds(self) -> float:
        """Station time since some fixed moment."""
        return time.monotonic() * self.scale

    def charging_s(self, seconds: float) -> float:
        """How long cars charge in ``seconds`` of station time."""
        return seconds if self.speeds_up_charging else self.real(seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of station time."""
        await asyncio.sleep(self.real(seconds))

    def real(self, seconds: float) -> float:
        """How long ``seconds`` of station time take."""
        return seconds / self.scale


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """``moment`` as OCPP writes it: RFC 3339, UTC, milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_timestamp(text: str) -> datetime:
    """Reads an RFC 3339 time; a time without an offset is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
