"""Badges: makes, changes and deletes them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from emobility.common.events import publish
from stations.models import Badge
from stations.models.badges import badge_key
from stations.services.records import delete_record, save_record


def save_badge(badge: Badge, *, actor: Any, **values: Any) -> Badge:
    """Set ``values`` on a new or existing badge; its id is unique however it is written."""
    if "id_tag" in values:
        values["key"] = free_key(badge, values["id_tag"])
    save_record(badge, actor=actor, **values)
    publish("badges")
    return badge


def delete_badge(badge: Badge, *, actor: Any) -> None:
    """Delete ``badge``; its sessions stay and keep the identifier the station sent."""
    delete_record(badge, actor=actor)
    publish("badges")


def free_key(badge: Badge, id_tag: str) -> str:
    """The key ``id_tag`` gets on ``badge``; raises ``ValidationError`` when it is empty or taken."""
    key = badge_key(id_tag)
    if not key:
        raise ValidationError({"id_tag": _("A badge id has at least one visible character.")})
    if Badge.objects.filter(key=key).exclude(pk=badge.pk).exists():
        raise ValidationError({"id_tag": _("There is a badge with this id already.")})
    return key
