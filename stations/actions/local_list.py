"""The badges a station holds itself, so that it can decide while it is offline."""

from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from emobility.common.actions import Action, NotNow, Parameters, Risk, register
from stations.actions.reasons import capabilities_of, registered
from stations.commands import GetLocalListVersion, LocalListEntry, SendLocalList
from stations.enums import Role
from stations.models import Badge, ChargingStation, LocalList
from stations.models.capabilities import whole_number

LONGEST_ID_TAG = 20
CHUNK = 50
"""Entries in one message where the station does not say how many it takes (OCPP 1.6 §9.2.3)."""
LONGEST_LIST = 10_000


class ListParameters(Parameters):
    """Everything, or what has changed."""

    update: Literal["full", "difference"] = Field(
        "full",
        title="Update",
        description="full replaces the whole list; difference sends only what has changed since the last one.",
    )


def wanted_entries(station: ChargingStation) -> dict[str, list]:
    """What the list should hold: the badges of the station's company, each as [status, expiry]."""
    now = timezone.now()
    badges: QuerySet[Badge] = station.site_area.site.company.badges.all()
    return {
        badge.id_tag: [badge.status_at(now).value, badge.expires_at.isoformat() if badge.expires_at else None]
        for badge in badges
        if len(badge.id_tag) <= LONGEST_ID_TAG
    }


def _send(station: ChargingStation, parameters: ListParameters) -> SendLocalList:
    held: LocalList | None = getattr(station, "local_list", None)
    wanted = wanted_entries(station)
    learnt = capabilities_of(station)
    limits = learnt.parameters if learnt else {}
    longest = whole_number(limits, "LocalAuthListMaxLength", LONGEST_LIST)
    if len(wanted) > longest:
        raise NotNow(
            now_("There are {count} badges, but the list of the station holds only {most}.").format(
                count=len(wanted), most=longest
            )
        )
    first_version = (held.version if held else 0) + 1
    chunk = whole_number(limits, "SendLocalListMaxLength", CHUNK)
    if parameters.update == "full":
        return SendLocalList(True, first_version, _entries(wanted), chunk)
    if held is None or not held.is_known:
        raise NotNow(now_("What the station holds is not known. Send the full list first."))
    changed = difference(held.entries, wanted)
    if not changed:
        raise NotNow(now_("The list of the station is up to date."))
    return SendLocalList(False, first_version, _entries(changed), chunk)


def difference(held: dict[str, list], wanted: dict[str, list]) -> dict[str, list]:
    """What has to be sent to a station that holds ``held``; what is to go has no status."""
    gone = {id_tag: [None, None] for id_tag in held.keys() - wanted.keys()}
    return {id_tag: entry for id_tag, entry in wanted.items() if held.get(id_tag) != entry} | gone


def _entries(badges: dict[str, list]) -> tuple[LocalListEntry, ...]:
    """What goes comes first: the same badge may come back, written another way."""
    entries = (
        LocalListEntry(id_tag, status, datetime.fromisoformat(expiry) if expiry else None)
        for id_tag, (status, expiry) in badges.items()
    )
    return tuple(sorted(entries, key=lambda entry: (entry.status is not None, entry.id_tag)))


def _switched_off(station: Any) -> str | None:
    learnt = capabilities_of(station)
    if learnt and str(learnt.parameters.get("LocalAuthListEnabled", "")).lower() == "false":
        return now_("The local list is switched off at the station (LocalAuthListEnabled).")
    return None


_ready = registered(SendLocalList, GetLocalListVersion, profile="LocalAuthListManagement")

register(
    Action(
        "send-local-list",
        _("Send local list"),
        _("Gives the station the badges of its company, so that it can let their drivers charge while it is offline."),
        "person-vcard",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The station holds the present badges and decides by them when it cannot ask."),
        build=_send,
        sends=(SendLocalList, GetLocalListVersion),
        parameters=ListParameters,
        unavailable=lambda station: _ready(station) or _switched_off(station),
        group=_("Charging"),
        needs=("site_area__site__company__badges",),
    ),
)
