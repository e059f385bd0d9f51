"""Effects: what one OCPP message changes, written many at a time.

The station endpoint collects the effects of a few milliseconds and writes them in one transaction, all
effects of one kind by one ``apply``. A batch never holds two messages of one connection, so effects
of a batch do not depend on each other.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from stations.services.station_state import StationState


class Effect(ABC):
    """One station's change. Set-based: ``apply`` writes all effects of its kind in a batch."""

    __slots__ = ()
    first: ClassVar[bool] = False
    """Kinds that must be written before all others of the same batch."""

    @classmethod
    @abstractmethod
    def apply(cls, cursor: Any, effects: Sequence[Self]) -> None:
        """Write ``effects`` inside the batch's transaction and put results into them."""

    def remember(self, state: StationState) -> None:  # noqa: B027 -- most effects have nothing to remember
        """Bring the connection's memory up to date, after the commit."""

    @property
    def live_names(self) -> tuple[str, ...]:
        """Beside the station itself: what pages should fetch again."""
        return ()
