"""What went over the wire, and who was turned away."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from emobility.common.choices import DescribedChoices
from stations.enums import RefusalReason
from stations.models.locations import SiteArea
from stations.models.scopes import ScopedModel, ScopedQuerySet
from stations.models.stations import ChargingStation


class Direction(models.TextChoices):
    """Who sent the request."""

    IN = "in", _("Station → system")
    OUT = "out", _("System → station")


class Outcome(DescribedChoices):
    """What became of the request."""

    RESULT = "result", _("The other side answered with a result."), "good", _("Answered")
    ERROR = (
        "error",
        _("The other side answered with an error; the note or the answer says which."),
        "bad",
        _("Answered with an error"),
    )
    NONE = "none", _("No answer has come yet, or none came in time."), "warn", _("No answer")
    IGNORED = "ignored", _("The frame pairs with nothing and had no effect; the note says why."), "idle", _("Ignored")


class ExchangeQuerySet(ScopedQuerySet):
    def _scope(self, memberships: models.QuerySet) -> Q:
        """By station, so that the index over station and id serves the newest rows."""
        return Q(station__in=ChargingStation.objects.filter(ChargingStation.objects.all()._scope(memberships)))


class OcppExchange(ScopedModel):
    """One OCPP-J request frame with its answer frame, raw, secrets masked.

    Request and answer share a row, so they are paired by construction. A frame that pairs with
    nothing (not JSON, an answer nobody waits for) is a row of its own, outcome ``ignored``.
    ``note`` says in words what was wrong with the frame. No foreign-key constraint, see MeterSample.
    """

    objects: ClassVar[Any] = ExchangeQuerySet.as_manager()

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey(
        ChargingStation,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("charging station"),
        help_text=_("Station that sent or received it."),
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, help_text=_("Who sent the request."))
    action = models.CharField(
        _("message"), max_length=60, blank=True, help_text=_("OCPP action, for example Heartbeat.")
    )
    message_id = models.CharField(
        _("message id"), max_length=255, blank=True, help_text=_("Id that pairs request and answer.")
    )
    request = models.TextField(_("request"), help_text=_("The request frame as it went over the wire."))
    answer = models.TextField(_("answer"), blank=True, help_text=_("The answer frame as it went over the wire."))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, help_text=_("What became of the request."))
    note = models.CharField(_("note"), max_length=255, blank=True, help_text=_("What was odd about it, in words."))
    received_at = models.DateTimeField(_("time"), help_text=_("When the request was received or sent."))
    answered_at = models.DateTimeField(_("answered"), null=True, help_text=_("When the answer was made or received."))

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=("station", "-id"), name="exchange_by_station")]
        verbose_name = _("OCPP exchange")
        verbose_name_plural = _("OCPP exchanges")

    def __str__(self) -> str:
        return f"{self.action or '?'} {self.message_id}"


class RefusalQuerySet(ScopedQuerySet):
    def _scope(self, memberships: models.QuerySet) -> Q:
        """Refusals of a station or a token in scope; those we can place nowhere are for global members."""
        areas = SiteArea.objects.filter(SiteArea.objects.all()._scope(memberships))
        return Q(station__site_area__in=areas) | Q(site_area__in=areas)


class Refusal(ScopedModel):
    """A handshake refused before the upgrade; repeated refusals of one kind within a minute share a row."""

    objects: ClassVar[Any] = RefusalQuerySet.as_manager()

    identity = models.CharField(
        _("identity"), max_length=48, blank=True, help_text=_("Identity in the URL, if it had one.")
    )
    station = models.ForeignKey(
        ChargingStation,
        models.SET_NULL,
        null=True,
        related_name="refusals",
        verbose_name=_("charging station"),
        help_text=_("Station of that identity, if we know it."),
    )
    site_area = models.ForeignKey(
        "stations.SiteArea",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("site area"),
        help_text=_("Site area of the token in the URL, if we know it."),
    )
    remote_address = models.CharField(_("address"), max_length=64, help_text=_("Network address it came from."))
    reason = models.CharField(_("reason"), max_length=30, choices=RefusalReason, help_text=_("Why it was refused."))
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), help_text=_("Answer the station got."))
    detail = models.CharField(
        _("detail"), max_length=200, blank=True, help_text=_("What was offered, without secrets.")
    )
    count = models.PositiveIntegerField(_("times"), default=1, help_text=_("How often within that minute."))
    first_at = models.DateTimeField(_("first"), help_text=_("First refusal of the minute."))
    last_at = models.DateTimeField(_("last"), help_text=_("Last refusal of the minute."))

    class Meta:
        ordering = ("-last_at", "-pk")
        indexes = [models.Index(fields=("-last_at",), name="refusal_newest_first")]
        verbose_name = _("refused handshake")
        verbose_name_plural = _("refused handshakes")

    def __str__(self) -> str:
        return f"{self.identity or '?'}: {self.get_reason_display()}"

    @property
    def fix(self) -> str:
        """What an operator can do about it."""
        return RefusalReason(self.reason).help
