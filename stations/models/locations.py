"""Where stations stand: company › site › site area."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.models.scopes import ScopedModel


class Company(ScopedModel):
    """Owner of sites; the outermost border of what people may see."""

    company_lookup = "pk"

    name = models.CharField(_("name"), max_length=100, unique=True, help_text=_("Name of the owning company."))

    class Meta:
        ordering = ("name",)
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name


class Site(ScopedModel):
    """A place with an address, for example one car park."""

    company_lookup = "company"
    site_lookup = "pk"

    company = models.ForeignKey(
        Company,
        models.PROTECT,
        related_name="sites",
        verbose_name=_("company"),
        help_text=_("Company that runs the site."),
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("Name of the place, unique in the company."))
    address = models.CharField(_("address"), max_length=200, blank=True, help_text=_("Street, town and country."))
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("Degrees north, for the map."),
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("Degrees east, for the map."),
    )

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=("company", "name"), name="site_name_in_company")]
        verbose_name = _("site")
        verbose_name_plural = _("sites")

    def __str__(self) -> str:
        return self.name


class SiteArea(ScopedModel):
    """One electrical installation; may have child areas behind their own fuses."""

    company_lookup = "site__company"
    site_lookup = "site"

    site = models.ForeignKey(
        Site,
        models.PROTECT,
        related_name="areas",
        verbose_name=_("site"),
        help_text=_("Site the installation belongs to."),
    )
    name = models.CharField(_("name"), max_length=100, help_text=_("Name of the installation, unique in the site."))
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent area"),
        help_text=_("Installation that feeds this one."),
    )
    maximum_power_w = models.PositiveIntegerField(
        _("maximum power (W)"), null=True, blank=True, help_text=_("Power the installation's fuse allows, in watts.")
    )
    voltage_v = models.PositiveIntegerField(
        _("voltage (V)"), default=230, help_text=_("Voltage phase to neutral, in volts.")
    )
    phases = models.PositiveSmallIntegerField(
        _("phases"), default=3, choices=[(1, "1"), (3, "3")], help_text=_("Number of phases of the installation.")
    )
    any_badge = models.BooleanField(
        _("any badge may charge"),
        default=False,
        help_text=_(
            "Accept every badge at the stations of this area, also unknown ones. Blocked and expired badges stay refused."
        ),
    )

    class Meta:
        ordering = ("site__name", "name")
        constraints = [models.UniqueConstraint(fields=("site", "name"), name="area_name_in_site")]
        verbose_name = _("site area")
        verbose_name_plural = _("site areas")

    def __str__(self) -> str:
        return f"{self.site.name} › {self.name}"

    def clean(self) -> None:
        """Refuse a parent in another site and circles in the tree."""
        ancestor = self.parent
        while ancestor is not None:
            if ancestor.pk == self.pk:
                raise ValidationError({"parent": _("An area cannot feed itself. Choose another parent area.")})
            if ancestor.site_id != self.site_id:
                raise ValidationError({"parent": _("The parent area must be in the same site.")})
            ancestor = ancestor.parent
