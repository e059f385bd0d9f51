"""What a station proves itself with."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stations.enums import TokenStatus
from stations.models.locations import SiteArea
from stations.models.scopes import ScopedModel


class OnboardingToken(ScopedModel):
    """First token, shareable by the stations of one site area.

    Only a keyed digest is kept: the URL is shown once, when the token is made.
    """

    company_lookup = "site_area__site__company"
    site_lookup = "site_area__site"

    description = models.CharField(
        _("description"),
        max_length=100,
        help_text=_("What the token is for, for example the installer or the delivery."),
    )
    site_area = models.ForeignKey(
        SiteArea,
        models.PROTECT,
        related_name="onboarding_tokens",
        verbose_name=_("site area"),
        help_text=_("Stations that register with this token are placed in this area."),
    )
    digest = models.CharField(
        _("digest"), max_length=64, unique=True, editable=False, help_text=_("Keyed hash of the token.")
    )
    expires_at = models.DateTimeField(
        _("expires"), null=True, blank=True, help_text=_("After this moment no new station can register. Empty: never.")
    )
    revoked_at = models.DateTimeField(
        _("revoked"), null=True, blank=True, help_text=_("Since this moment no new station can register.")
    )
    disconnects_stations = models.BooleanField(
        _("also refuse its stations"),
        default=False,
        help_text=_("When expired or revoked, also refuse the stations that registered with it earlier."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True, help_text=_("When the token was made."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
        help_text=_("Who made the token."),
    )

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("onboarding token")
        verbose_name_plural = _("onboarding tokens")

    def __str__(self) -> str:
        return self.description

    @property
    def status(self) -> TokenStatus:
        """Valid, expired or revoked now; revoked wins."""
        return self.status_at(timezone.now())

    def status_at(self, moment: datetime) -> TokenStatus:
        """The status at ``moment``."""
        if self.revoked_at is not None and self.revoked_at <= moment:
            return TokenStatus.REVOKED
        if self.expires_at is not None and self.expires_at <= moment:
            return TokenStatus.EXPIRED
        return TokenStatus.VALID
