"""OCPP parameters: what a station has, what we want it to have, what the system recommends."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.enums import ParameterStatus, PushOutcome
from stations.models.scopes import ScopedModel
from stations.models.stations import ChargingStation


class OcppParameter(ScopedModel):
    """One parameter of one station (1.6 configuration key, 2.0.1 variable). Keys differ not by case alone.

    ``status``, ``differs`` and ``drifts`` follow from the values; ``stations.configuration.parameters.assess`` keeps them.
    """

    company_lookup = "station__site_area__site__company"
    site_lookup = "station__site_area__site"

    station = models.ForeignKey(
        ChargingStation,
        models.CASCADE,
        related_name="parameters",
        verbose_name=_("charging station"),
        help_text=_("Which station."),
    )
    key = models.CharField(
        _("parameter"), max_length=255, help_text=_("Its name, as the station or a person wrote it.")
    )
    key_lower = models.CharField(max_length=255, editable=False, help_text=_("Its name in lower case."))
    wanted_value = models.TextField(
        _("wanted value"), null=True, blank=True, help_text=_("What the system or somebody set; none: nobody did.")
    )
    recommended_value = models.TextField(
        _("recommended value"),
        null=True,
        blank=True,
        help_text=_("What the system recommends for this model; not in use once somebody has set another value."),
    )
    reported_value = models.TextField(
        _("value at the station"), null=True, blank=True, help_text=_("What the station last reported or took.")
    )
    read_only = models.BooleanField(
        _("read-only"), default=False, help_text=_("The station says that it cannot be changed.")
    )
    reboot_required = models.BooleanField(
        _("needs a reboot"), default=False, help_text=_("The station uses a new value only after a reboot.")
    )
    is_hidden = models.BooleanField(
        _("hidden"), default=False, help_text=_("The station does not list it; somebody added it by its name.")
    )
    awaits_reboot = models.BooleanField(
        _("waits for a reboot"), default=False, help_text=_("Sent, but not in use before the station has restarted.")
    )
    status = models.CharField(
        _("status"),
        max_length=30,
        choices=ParameterStatus,
        default=ParameterStatus.REPORTED,
        help_text=_("Where the active value comes from."),
    )
    differs = models.BooleanField(
        _("differs"), default=False, help_text=_("The station has another value than the one wanted here.")
    )
    drifts = models.BooleanField(
        _("drifts"), default=False, help_text=_("The station has another value than the recommended one.")
    )
    push_outcome = models.CharField(
        _("last sent"),
        max_length=20,
        blank=True,
        choices=PushOutcome,
        help_text=_("What the station said when the wanted value was last sent."),
    )
    pushed_at = models.DateTimeField(_("last pushed"), null=True, blank=True, help_text=_("When it was last sent."))
    pulled_at = models.DateTimeField(
        _("last pulled"), null=True, blank=True, help_text=_("When the station last reported it.")
    )

    class Meta:
        ordering = ("station", "key_lower")
        constraints = [models.UniqueConstraint(fields=("station", "key_lower"), name="parameter_of_station")]
        indexes = [
            models.Index(fields=("station",), name="parameter_differs", condition=models.Q(differs=True)),
            models.Index(fields=("station",), name="parameter_drifts", condition=models.Q(drifts=True)),
        ]
        verbose_name = _("OCPP parameter")
        verbose_name_plural = _("OCPP parameters")

    def __str__(self) -> str:
        return self.key

    @property
    def active_value(self) -> str | None:
        """What was set here, else what the station has."""
        return self.reported_value if self.wanted_value is None else self.wanted_value
