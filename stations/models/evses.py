"""EVSEs and connectors of a station."""

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stations.enums import ConnectorStatus, ConnectorType, PhaseRotation
from stations.models.evse_ids import normalised, validate_evse_id
from stations.models.scopes import ScopedModel
from stations.models.stations import ChargingStation

READING_FRESH_FOR = timedelta(minutes=5)
"""A power reading older than this is shown as stale."""


class EVSE(ScopedModel):
    """Charges one car at a time, through one of its connectors."""

    company_lookup = "station__site_area__site__company"
    site_lookup = "station__site_area__site"

    station = models.ForeignKey(
        ChargingStation,
        models.CASCADE,
        related_name="evses",
        verbose_name=_("charging station"),
        help_text=_("Its station."),
    )
    number = models.PositiveIntegerField(_("number"), help_text=_("Number within the station, from 1."))
    code = models.CharField(
        _("code"), max_length=32, null=True, blank=True, unique=True, help_text=_("Own code, unique over all EVSEs.")
    )
    name = models.CharField(_("name"), max_length=100, blank=True, help_text=_("Friendly name; need not be unique."))
    emi3_id = models.CharField(
        _("eMI³ id"),
        max_length=40,
        blank=True,
        validators=[validate_evse_id],
        help_text=_(
            "Country code, three-character operator id, “E” and your own identifier: DE*ABC*E1A2B3. Needed for roaming."
        ),
    )
    emi3_key = models.CharField(
        max_length=40, null=True, unique=True, editable=False, help_text=_("eMI³ id as it is compared.")
    )
    parking_level = models.CharField(
        _("parking level"), max_length=32, blank=True, help_text=_("Floor or level, as signs on site name it.")
    )
    parking_space = models.CharField(
        _("parking space"), max_length=32, blank=True, help_text=_("Number or name of the space in front of it.")
    )
    directions = models.CharField(
        _("directions"), max_length=200, blank=True, help_text=_("How a driver finds it once on site.")
    )
    latitude = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("In degrees, north is positive; empty: that of the site."),
    )
    longitude = models.FloatField(
        _("longitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("In degrees, east is positive; empty: that of the site."),
    )

    class Meta:
        ordering = ("station", "number")
        constraints = [models.UniqueConstraint(fields=("station", "number"), name="evse_number_in_station")]
        verbose_name = _("EVSE")
        verbose_name_plural = _("EVSEs")

    def __str__(self) -> str:
        return self.name or f"{self.station} / {self.number}"

    def save(self, *args, **kwargs) -> None:
        """Keep the key of the eMI³ id in step with it."""
        self.emi3_key = normalised(self.emi3_id) or None
        super().save(*args, **kwargs)


class Connector(ScopedModel):
    """One plug. ``number`` is the OCPP 1.6 connectorId, unique within the station."""

    company_lookup = "evse__station__site_area__site__company"
    site_lookup = "evse__station__site_area__site"

    evse = models.ForeignKey(
        EVSE, models.CASCADE, related_name="connectors", verbose_name=_("EVSE"), help_text=_("Its EVSE.")
    )
    station = models.ForeignKey(
        ChargingStation,
        models.CASCADE,
        related_name="connectors",
        editable=False,
        verbose_name=_("charging station"),
        help_text=_("Its station."),
    )
    number = models.PositiveIntegerField(_("number"), help_text=_("Number within the station, from 1."))
    type = models.CharField(
        _("type"),
        max_length=30,
        blank=True,
        choices=ConnectorType,
        help_text=_("Kind of plug, for example Type 2 or CCS."),
    )
    current_type = models.CharField(
        _("current type"), max_length=2, blank=True, choices=[("AC", "AC"), ("DC", "DC")], help_text=_("AC or DC.")
    )
    phases = models.PositiveSmallIntegerField(
        _("phases"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
        help_text=_("AC only: how many phases are connected."),
    )
    voltage_v = models.PositiveIntegerField(
        _("voltage (V)"), null=True, blank=True, help_text=_("AC: phase to neutral; DC: output; in volts.")
    )
    current_a = models.FloatField(
        _("current (A)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Most it can deliver, in amperes; AC: of each phase."),
    )
    phase_rotation = models.CharField(
        _("phase rotation"),
        max_length=13,
        blank=True,
        choices=PhaseRotation,
        help_text=_(
            "Order in which the phases of the grid reach this connector; load management needs it to know which phase a one-phase car loads."
        ),
    )
    maximum_power_w = models.PositiveIntegerField(
        _("maximum power (W)"), null=True, blank=True, help_text=_("Power the connector can deliver, in watts.")
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=ConnectorStatus,
        default=ConnectorStatus.UNKNOWN,
        help_text=_("As last reported."),
    )
    status_raw = models.CharField(
        _("reported status"), max_length=50, blank=True, help_text=_("The station's own word.")
    )
    error_code = models.CharField(_("error code"), max_length=50, blank=True, help_text=_("NoError, or what is wrong."))
    error_info = models.CharField(
        _("error details"), max_length=200, blank=True, help_text=_("Free text and vendor code.")
    )
    status_at = models.DateTimeField(
        _("status since"), null=True, blank=True, help_text=_("Time of the last status report.")
    )
    power_w = models.PositiveIntegerField(
        _("power (W)"), null=True, blank=True, help_text=_("Power delivered now, in watts.")
    )
    power_at = models.DateTimeField(_("power at"), null=True, blank=True, help_text=_("Time of the power reading."))

    class Meta:
        ordering = ("station", "number")
        constraints = [models.UniqueConstraint(fields=("station", "number"), name="connector_number_in_station")]
        verbose_name = _("connector")
        verbose_name_plural = _("connectors")

    def __str__(self) -> str:
        return f"{self.station} / {self.number}"

    @property
    def shown_status(self) -> ConnectorStatus:
        """What people and programs see: a disabled station has no usable connector, whatever it reports."""
        return ConnectorStatus(self.status) if self.station.enabled else ConnectorStatus.UNAVAILABLE

    @property
    def power_is_stale(self) -> bool:
        """True when the power reading is too old to call it the power now."""
        return self.power_at is not None and timezone.now() - self.power_at > READING_FRESH_FOR
