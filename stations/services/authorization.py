"""Which badges may charge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from stations.enums import BadgeStatus
from stations.models import Badge, ChargingStation
from stations.models.badges import badge_key
from stations.services.effects import Effect


class BadgeVerdict(NamedTuple):
    """What a badge may do at a station; ``badge_id`` is None for one we do not know."""

    status: BadgeStatus
    badge_id: int | None = None
    expires_at: datetime | None = None


UNKNOWN_BADGE = BadgeVerdict(BadgeStatus.INVALID)


def judge_badges(asked: Iterable[tuple[int, str]]) -> dict[tuple[int, str], BadgeVerdict]:
    """Verdicts for (station pk, idTag) pairs, from the rows as they are now.

    An unknown badge is accepted only where the site area takes any badge; an empty idTag never.
    """
    now, pairs = timezone.now(), list(asked)
    badges = {badge.key: badge for badge in Badge.objects.filter(key__in={badge_key(tag) for _, tag in pairs})}
    stations = {pk for pk, _ in pairs}
    open_areas = set(
        ChargingStation.objects.filter(pk__in=stations, site_area__any_badge=True).values_list("pk", flat=True)
    )
    return {
        (pk, tag): _judge(badges.get(badge_key(tag)), pk in open_areas and badge_key(tag) != "", now)
        for pk, tag in pairs
    }


def _judge(badge: Badge | None, any_badge: bool, now: datetime) -> BadgeVerdict:
    if badge is None:
        return BadgeVerdict(BadgeStatus.ACCEPTED if any_badge else BadgeStatus.INVALID)
    return BadgeVerdict(badge.status_at(now), badge.pk, badge.expires_at)


@dataclass(slots=True)
class AuthorizeBadge(Effect):
    """Authorize.req: asks, changes nothing."""

    station_id: int
    id_tag: str
    verdict: BadgeVerdict = UNKNOWN_BADGE

    @classmethod
    def apply(cls, cursor: Any, effects: Sequence["AuthorizeBadge"]) -> None:
        """Judge all badges by two queries."""
        verdicts = judge_badges((e.station_id, e.id_tag) for e in effects)
        for effect in effects:
            effect.verdict = verdicts[effect.station_id, effect.id_tag]
