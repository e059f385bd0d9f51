"""Charging sessions and the meter samples behind them."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stations.enums import BadgeStatus, SessionState
from stations.models.badges import Badge
from stations.models.evses import Connector
from stations.models.scopes import ScopedModel
from stations.models.stations import ChargingStation


class ChargingSession(ScopedModel):
    """One charging session (OCPP transaction); exactly one row however often a station repeats itself.

    ``business_key`` is unique per station: a repeated start finds its first row and gets the first answer.
    """

    company_lookup = "station__site_area__site__company"
    site_lookup = "station__site_area__site"

    station = models.ForeignKey(
        ChargingStation,
        models.PROTECT,
        related_name="sessions",
        verbose_name=_("charging station"),
        help_text=_("Where."),
    )
    connector = models.ForeignKey(
        Connector,
        models.PROTECT,
        null=True,
        related_name="sessions",
        verbose_name=_("connector"),
        help_text=_("Which plug."),
    )
    transaction_id = models.CharField(
        _("transaction id"),
        max_length=36,
        help_text=_("Number the session has in OCPP messages; unique within the station."),
    )
    business_key = models.CharField(
        max_length=32, editable=False, help_text=_("Fingerprint of the report that opened it.")
    )
    badge = models.ForeignKey(
        Badge,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("badge"),
        help_text=_("Who."),
    )
    id_tag = models.CharField(
        _("badge id"), max_length=255, blank=True, help_text=_("Badge identifier the station sent.")
    )
    badge_status = models.CharField(
        _("badge status"),
        max_length=20,
        choices=BadgeStatus,
        help_text=_("What we answered to the badge when it started."),
    )
    state = models.CharField(_("state"), max_length=12, choices=SessionState, help_text=_("Where the session stands."))
    review_reason = models.CharField(
        _("to review"), max_length=200, blank=True, help_text=_("What an operator should check.")
    )
    started_at = models.DateTimeField(_("started"), help_text=_("Start, by the station's clock where it is plausible."))
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True, help_text=_("End, by the station's clock."))
    meter_start_wh = models.BigIntegerField(
        _("meter at start (Wh)"), null=True, help_text=_("Register at the start, in Wh.")
    )
    meter_stop_wh = models.BigIntegerField(
        _("meter at stop (Wh)"), null=True, help_text=_("Register at the end, in Wh.")
    )
    energy_wh = models.BigIntegerField(
        _("energy (Wh)"), null=True, help_text=_("Energy delivered so far, in watt-hours.")
    )
    power_w = models.PositiveIntegerField(
        _("power (W)"), null=True, help_text=_("Power now, in watts; empty once it ended.")
    )
    stop_reason = models.CharField(
        _("stop reason"), max_length=30, blank=True, help_text=_("Why it ended, in the station's word.")
    )
    stop_id_tag = models.CharField(
        _("stop badge"), max_length=255, blank=True, help_text=_("Badge that ended it, if any.")
    )
    received_at = models.DateTimeField(_("received"), help_text=_("When the opening report reached us."))
    reservation_id = models.BigIntegerField(
        _("reservation"), null=True, blank=True, help_text=_("Reservation it used, if any.")
    )

    class Meta:
        ordering = ("-started_at", "-pk")
        constraints = [
            models.UniqueConstraint(fields=("station", "business_key"), name="session_reported_once"),
            models.UniqueConstraint(fields=("station", "transaction_id"), name="session_transaction_in_station"),
        ]
        indexes = [models.Index(fields=("-started_at",), name="session_newest_first")]
        verbose_name = _("charging session")
        verbose_name_plural = _("charging sessions")

    def __str__(self) -> str:
        return f"{self.station} #{self.transaction_id}"

    @property
    def duration(self) -> timedelta | None:
        """How long it lasted, or has lasted so far; None when its end was never reported."""
        end = timezone.now() if self.state == SessionState.ACTIVE else self.stopped_at
        return None if end is None else max(end - self.started_at, timedelta(0))


class MeterSample(models.Model):
    """One moment of one connector's meter (connector 0 is the main meter).

    The measurands we use stand in columns; the rest stays in the raw frame of the journal.
    No foreign-key constraints: written thousands of times a second, pruned by age.
    """

    id = models.BigAutoField(primary_key=True)
    station = models.ForeignKey(
        ChargingStation, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", help_text=_("Where.")
    )
    connector_number = models.PositiveIntegerField(
        _("connector"), help_text=_("Connector number; 0 is the main meter.")
    )
    session = models.ForeignKey(
        ChargingSession,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="samples",
        help_text=_("Session, if any."),
    )
    sampled_at = models.DateTimeField(_("sampled"), help_text=_("When it was measured."))
    context = models.CharField(
        _("context"), max_length=20, help_text=_("Why it was measured, for example Sample.Periodic.")
    )
    energy_wh = models.BigIntegerField(_("energy register (Wh)"), null=True, help_text=_("Import register, in Wh."))
    power_w = models.IntegerField(_("power (W)"), null=True, help_text=_("Active power into the car, in watts."))
    current_a = models.FloatField(_("current (A)"), null=True, help_text=_("Largest phase current, in amperes."))
    voltage_v = models.FloatField(_("voltage (V)"), null=True, help_text=_("Voltage, in volts."))
    soc_percent = models.FloatField(
        _("state of charge (%)"), null=True, help_text=_("Battery level of the car, in percent.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("station", "connector_number", "sampled_at", "context"), name="sample_reported_once"
            )
        ]
        verbose_name = _("meter sample")
        verbose_name_plural = _("meter samples")

    def __str__(self) -> str:
        return f"{self.sampled_at:%Y-%m-%d %H:%M:%S}"
