"""Who may do what, where."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stations.enums import Role
from stations.models.locations import Company, Site


class Membership(models.Model):
    """A user's role: over everything (no company, no site), one company, or one site."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("user"),
        help_text=_("Who."),
    )
    role = models.CharField(_("role"), max_length=15, choices=Role, help_text=_("What the user may do."))
    company = models.ForeignKey(
        Company,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("company"),
        help_text=_("Limits the role to one company. Empty, with no site: everywhere."),
    )
    site = models.ForeignKey(
        Site,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("site"),
        help_text=_("Limits the role to one site."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("user", "site"), condition=Q(site__isnull=False), name="one_role_per_site"),
            models.UniqueConstraint(
                fields=("user", "company"), condition=Q(site=None, company__isnull=False), name="one_role_per_company"
            ),
            models.UniqueConstraint(fields=("user",), condition=Q(site=None, company=None), name="one_global_role"),
        ]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} {self.site or self.company or ''}".rstrip()

    def clean(self) -> None:
        """A site membership names the site alone, so that the scope has one meaning."""
        if self.site and self.company and self.site.company_id != self.company_id:
            raise ValidationError({"site": _("The site belongs to another company. Choose one of the two.")})


class ApiKey(models.Model):
    """A key for the REST API; acts with its user's rights. Only a keyed digest is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="api_keys",
        verbose_name=_("user"),
        help_text=_("Acts as."),
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("What uses the key."))
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text=_("Keyed hash of the key."))
    created_at = models.DateTimeField(_("created"), auto_now_add=True, help_text=_("When it was made."))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, help_text=_("Since when it is refused."))

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name
