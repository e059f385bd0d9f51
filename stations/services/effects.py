"""Effects: what one OCPP message changes, written many at a time.

The station endpoint collects the effects of a few milliseconds and writes them in one transaction, all
effects of one kind by one ``apply``. A batch never holds two messages of one connection, so effects
of a batch do not depend on each other.
"""

from collections.abc import Sequence
from typing import ClassVar, Self

from emobility.common.writers import Writer
from stations.services.station_state import StationState


class Effect:
    """One station's change. Set-based: a batch's effects of one kind are prepared by one call and applied by one call."""

    __slots__ = ()
    order: ClassVar[int] = 1
    """Kinds are written in this order; those whose rows are read back come last."""

    @classmethod
    def prepare(cls, effects: Sequence[Self]) -> None:
        """Work through the ORM, first thing in the transaction; for what is rare."""

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence[Self]) -> None:
        """Write ``effects`` by statements of ``emobility.common.bulk`` and put results into them."""

    def remember(self, state: StationState) -> None:
        """Bring the connection's memory up to date, after the commit."""

    @property
    def live_names(self) -> tuple[str, ...]:
        """Beside the station itself: what pages should fetch again."""
        return ()
