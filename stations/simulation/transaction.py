"""A charging session as the central system knows it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Transaction:
    """Begun at ``started_at``; ``id`` comes with the answer to StartTransaction and is None until then."""

    badge: str
    started_at: datetime
    id: int | None = None
