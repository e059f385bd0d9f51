"""The time the virtual stations live in."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Clock:
    """Station time runs ``scale`` times faster than real time: pauses, sampling and charging alike.

    Timestamps stay real, so that the central system never sees the future: with a scale above 1 energy grows
    faster than power and timestamps say.
    """

    scale: float = 1.0

    def seconds(self) -> float:
        """Station time since some fixed moment."""
        return time.monotonic() * self.scale

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
