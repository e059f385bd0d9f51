"""What the fields of an action offer: connectors, sessions, reservations, badges."""

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from emobility.common.actions import Action
from emobility.common.schema_forms import Choices
from emobility.common.templatetags import portal
from stations.models import Badge, ChargingStation
from stations.services.reservations import open_reservations

MOST_BADGES = 200
LONGEST_ID_TAG = 20


def choices(action: Action, station: ChargingStation) -> Choices:
    """What can be chosen, by field; ``station`` comes from ``stations_for_actions``."""
    offered = {"connector": _connectors, "transaction_id": _sessions, "reservation_id": _reservations}
    found = {name: offer(station) for name, offer in offered.items() if name in action.parameters.model_fields}
    if "connector" in found and _may_be_whole_station(action):
        found["connector"].insert(0, (0, _("Whole station")))
    return {name: options for name, options in found.items() if options}


def suggestions(action: Action, station: ChargingStation, user: Any) -> Choices:
    """What is proposed beside free text."""
    return {"badge": _badges(station, user)} if "badge" in action.parameters.model_fields else {}


def _may_be_whole_station(action: Action) -> bool:
    field = action.schema()["properties"]["connector"]
    return any(option.get("minimum") == 0 for option in field.get("anyOf", [field]))


def _connectors(station: ChargingStation) -> list[tuple[Any, Any]]:
    return [
        (connector.number, _("Connector {number} · {status}").format(number=connector.number, status=status.label))
        for connector in station.connectors.all()
        if (status := connector.shown_status)
    ]


def _sessions(station: Any) -> list[tuple[Any, Any]]:
    return [
        (session.transaction_id, " · ".join(filter(None, (session.transaction_id, *_about(session)))))
        for session in station.running_sessions
    ]


def _about(session: Any) -> list[str]:
    where = _("connector {number}").format(number=session.connector.number) if session.connector else ""
    return [where, session.id_tag, portal.energy(session.energy_wh)]


def _reservations(station: ChargingStation) -> list[tuple[Any, Any]]:
    return [
        (
            each.reservation_id,
            _("{number} · {badge} · {place}").format(
                number=each.reservation_id,
                badge=each.id_tag,
                place=_("connector {number}").format(number=each.connector) if each.connector else _("any connector"),
            ),
        )
        for each in open_reservations(station)
    ]


def _badges(station: ChargingStation, user: Any) -> list[tuple[Any, Any]]:
    badges = Badge.objects.visible_to(user).filter(
        Q(expires_at=None) | Q(expires_at__gt=timezone.now()), company=station.site_area.site.company_id, blocked=False
    )
    return [
        (badge.id_tag, badge.label)
        for badge in badges.order_by("label", "id_tag")[:MOST_BADGES]
        if len(badge.id_tag) <= LONGEST_ID_TAG
    ]
