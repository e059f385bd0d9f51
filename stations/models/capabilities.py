"""What a station can do, as far as we have learnt, and which badges its local list holds."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.models.stations import ChargingStation


class Capabilities(models.Model):
    """Learnt from the station itself: parameters that say what it supports, and messages it did not know."""

    station = models.OneToOneField(
        ChargingStation,
        models.CASCADE,
        primary_key=True,
        related_name="capabilities",
        verbose_name=_("charging station"),
        help_text=_("Which station."),
    )
    parameters = models.JSONField(
        _("parameters"), default=dict, help_text=_("What it reported about its abilities: parameter and value.")
    )
    refused_messages = models.JSONField(
        _("messages it does not know"),
        default=list,
        help_text=_("Messages it answered with NotSupported or NotImplemented since its last firmware change."),
    )
    firmware_version = models.CharField(
        _("firmware"), max_length=100, blank=True, help_text=_("Firmware it had when this was learnt.")
    )
    read_at = models.DateTimeField(_("read"), null=True, blank=True, help_text=_("When its parameters were last read."))

    class Meta:
        verbose_name = _("capabilities")
        verbose_name_plural = _("capabilities")

    def __str__(self) -> str:
        return f"{self.station}: {', '.join(sorted(self.profiles)) or '?'}"

    @property
    def profiles(self) -> frozenset[str]:
        """Feature profiles it says it supports; empty when it has not said."""
        text = str(self.parameters.get("SupportedFeatureProfiles") or "")
        return frozenset(filter(None, (part.strip() for part in text.split(","))))

    def number(self, key: str, default: int) -> int:
        """The parameter ``key`` as a whole number; ``default`` where it is missing or none."""
        return whole_number(self.parameters, key, default)


def whole_number(parameters: Mapping[str, object], key: str, default: int) -> int:
    """The value of ``key`` as a whole number above zero, else ``default``."""
    text = str(parameters.get(key) or "").strip()
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 2**31 else default


class LocalList(models.Model):
    """The badges a station holds itself; what it last accepted from us."""

    station = models.OneToOneField(
        ChargingStation,
        models.CASCADE,
        primary_key=True,
        related_name="local_list",
        verbose_name=_("charging station"),
        help_text=_("Which station."),
    )
    version = models.PositiveIntegerField(_("version"), default=0, help_text=_("Highest version ever sent to it."))
    is_known = models.BooleanField(
        _("known"),
        default=False,
        help_text=_("Whether the station holds exactly these entries: it accepted the last list as a whole."),
    )
    entries = models.JSONField(_("entries"), default=dict, help_text=_("Badge ids, each with its status and expiry."))
    updated_at = models.DateTimeField(_("updated"), help_text=_("When the station last answered."))

    class Meta:
        verbose_name = _("local list")
        verbose_name_plural = _("local lists")

    def __str__(self) -> str:
        return f"{self.station}: {self.version}"
