"""Badges: RFID cards and other idTokens."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.enums import BadgeStatus
from stations.models.locations import Company
from stations.models.scopes import ScopedModel


def badge_key(id_tag: str) -> str:
    """The form in which idTags are compared: trimmed, without control characters, lower case (OCPP 1.6 §7.28)."""
    return "".join(c for c in id_tag if c.isprintable()).strip().lower()


def badge_status(blocked: bool, expires_at: datetime | None, moment: datetime) -> BadgeStatus:
    """What a known badge may do at ``moment``; blocked wins over expired."""
    if blocked:
        return BadgeStatus.BLOCKED
    if expires_at is not None and expires_at <= moment:
        return BadgeStatus.EXPIRED
    return BadgeStatus.ACCEPTED


class Badge(ScopedModel):
    """One badge a driver presents."""

    company_lookup = "company"

    company = models.ForeignKey(
        Company,
        models.PROTECT,
        related_name="badges",
        verbose_name=_("company"),
        help_text=_("Company that issued the badge."),
    )
    id_tag = models.CharField(
        _("badge id"),
        max_length=255,
        help_text=_("Identifier the card reader sends; upper and lower case are the same."),
    )
    key = models.CharField(
        max_length=255, unique=True, editable=False, help_text=_("Identifier in the form it is compared.")
    )
    label = models.CharField(
        _("label"), max_length=100, blank=True, help_text=_("Text printed on the badge, or its holder.")
    )
    blocked = models.BooleanField(_("blocked"), default=False, help_text=_("A blocked badge cannot start a session."))
    expires_at = models.DateTimeField(
        _("expires"), null=True, blank=True, help_text=_("After this moment it is refused.")
    )

    class Meta:
        ordering = ("label", "id_tag")
        verbose_name = _("badge")
        verbose_name_plural = _("badges")

    def __str__(self) -> str:
        return self.label or self.id_tag

    def save(self, *args, **kwargs) -> None:
        """Keep the comparison key in step with the badge id."""
        self.key = badge_key(self.id_tag)
        super().save(*args, **kwargs)

    def status_at(self, moment: datetime) -> BadgeStatus:
        """Accepted, blocked or expired at ``moment``; blocked wins."""
        return badge_status(self.blocked, self.expires_at, moment)
