"""Which badges may charge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from emobility.common.bulk import Lookup, moment_of
from emobility.common.writers import Writer
from stations.enums import BadgeStatus
from stations.models.badges import badge_key, badge_status
from stations.services.effects import Effect


class BadgeVerdict(NamedTuple):
    """What a badge may do at a station; ``badge_id`` is None for one we do not know."""

    status: BadgeStatus
    badge_id: int | None = None
    expires_at: datetime | None = None


UNKNOWN_BADGE = BadgeVerdict(BadgeStatus.INVALID)


_look_up = Lookup(
    ("bigint", "text", "text"),
    """
    SELECT asked.c0, asked.c1, station.enabled, area.any_badge, badge.id, badge.blocked, badge.expires_at FROM asked
    JOIN stations_chargingstation station ON station.id = asked.c0
    JOIN stations_sitearea area ON area.id = station.site_area_id
    LEFT JOIN stations_badge badge ON badge.key = asked.c2
    """,
)


def judge_badges(
    writer: Writer, asked: Iterable[tuple[int, str]], *, may_start: bool = True
) -> dict[tuple[int, str], BadgeVerdict]:
    """Verdicts for (station pk, idTag) pairs, from the rows as they are now.

    An unknown badge is accepted only where the site area takes any badge; an empty idTag never. A disabled station
    starts no session: there every badge is blocked, unless ``may_start`` says that it is not about a start.
    """
    now = datetime.now(UTC)
    rows = [(pk, tag, badge_key(tag)) for pk, tag in asked]
    verdicts = {}
    for pk, tag, enabled, *found in _look_up(writer, rows):
        verdict = _judge(tag, *found, now=now)
        verdicts[pk, tag] = verdict if enabled or not may_start else verdict._replace(status=BadgeStatus.BLOCKED)
    return verdicts


def _judge(tag: str, any_badge: bool, pk: int | None, blocked: bool, expires: Any, *, now: datetime) -> BadgeVerdict:
    if pk is None:
        return BadgeVerdict(BadgeStatus.ACCEPTED if any_badge and badge_key(tag) else BadgeStatus.INVALID)
    expires_at = moment_of(expires)
    return BadgeVerdict(badge_status(bool(blocked), expires_at, now), pk, expires_at)


@dataclass(slots=True)
class AuthorizeBadge(Effect):
    """Authorize.req: asks, changes nothing."""

    station_id: int
    id_tag: str
    verdict: BadgeVerdict = UNKNOWN_BADGE

    @classmethod
    def apply(cls, writer: Writer, effects: Sequence["AuthorizeBadge"]) -> None:
        """Judge all badges by one query."""
        verdicts = judge_badges(writer, ((e.station_id, e.id_tag) for e in effects))
        for effect in effects:
            effect.verdict = verdicts[effect.station_id, effect.id_tag]
