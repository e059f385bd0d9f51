"""Whose configuration a station has, and what was changed when by whom."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.enums import ChangeCause, ConfigurationStatus, OperationSource
from stations.models.catalogue import StationModel
from stations.models.operations import Operation
from stations.models.scopes import ScopedModel
from stations.models.stations import ChargingStation


class Configuration(models.Model):
    """The model a station is, and how far its configuration has come."""

    station = models.OneToOneField(
        ChargingStation,
        models.CASCADE,
        primary_key=True,
        related_name="configuration",
        verbose_name=_("charging station"),
        help_text=_("Which station."),
    )
    status = models.CharField(
        _("configuration"),
        max_length=30,
        choices=ConfigurationStatus,
        default=ConfigurationStatus.DEFINED_BY_USER,
        db_index=True,
        help_text=_("Whose values are in force."),
    )
    station_model = models.ForeignKey(
        StationModel,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="configurations",
        verbose_name=_("catalogue model"),
        help_text=_("Model of the catalogue whose values were put in force here."),
    )
    matching_model = models.ForeignKey(
        StationModel,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="matching",
        verbose_name=_("matching model"),
        help_text=_("Model of the catalogue that fits what the station says of itself."),
    )
    match_reasons = models.JSONField(
        _("matched because"), default=list, blank=True, help_text=_("Why that model fits.")
    )
    reviewed_at = models.DateTimeField(
        _("reviewed"), null=True, blank=True, help_text=_("When the station was last compared with the catalogue.")
    )
    entered_at = models.DateTimeField(
        _("entered"), null=True, blank=True, help_text=_("When somebody last entered its connectors by hand.")
    )
    pushes_left = models.PositiveSmallIntegerField(
        _("attempts left"),
        default=0,
        help_text=_("How often parameters that wait to be sent are tried by the system itself; 0: nothing waits."),
    )
    reboots_itself = models.BooleanField(
        _("reboot when needed"),
        default=False,
        help_text=_("Whether the station is restarted without asking once its new values need it: only at onboarding."),
    )

    class Meta:
        verbose_name = _("configuration")
        verbose_name_plural = _("configurations")

    def __str__(self) -> str:
        return f"{self.station}: {self.get_status_display()}"

    @property
    def offered_model(self) -> StationModel | None:
        """A model that fits the station and whose values are not in force."""
        return self.matching_model if self.matching_model_id != self.station_model_id else None


class ConfigurationChange(ScopedModel):
    """Values of one station that changed together; can be taken back."""

    company_lookup = "station__site_area__site__company"
    site_lookup = "station__site_area__site"

    station = models.ForeignKey(
        ChargingStation,
        models.CASCADE,
        related_name="configuration_changes",
        verbose_name=_("charging station"),
        help_text=_("Which station."),
    )
    cause = models.CharField(_("cause"), max_length=10, choices=ChangeCause, help_text=_("Why they changed."))
    changes = models.JSONField(_("changes"), help_text=_("What had which value before, and has which now."))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Who changed them; empty for the system itself."),
    )
    source = models.CharField(_("from"), max_length=10, choices=OperationSource, help_text=_("Where it was asked."))
    operation = models.ForeignKey(
        Operation,
        models.SET_NULL,
        null=True,
        related_name="configuration_changes",
        verbose_name=_("operation"),
        help_text=_("The operation that put them in force, if any."),
    )
    changed_at = models.DateTimeField(_("changed"), auto_now_add=True, help_text=_("When they changed."))

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("configuration change")
        verbose_name_plural = _("configuration changes")

    def __str__(self) -> str:
        return f"{self.station} #{self.pk}"
