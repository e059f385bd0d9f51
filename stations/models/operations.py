"""Commands to stations: one row each from the press of a button to what came of it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from stations.enums import EffectState, OperationSource, OperationState
from stations.models.scopes import ScopedModel, ScopedQuerySet
from stations.models.stations import ChargingStation

OPEN_STATES = (OperationState.QUEUED, OperationState.SENT)


class RequestedByPerson(models.Model):
    """Who wanted what, when, why and from where."""

    action = models.CharField(_("action"), max_length=40, help_text=_("What was asked for."))
    parameters = models.JSONField(_("parameters"), default=dict, blank=True, help_text=_("With which details."))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
        help_text=_("Who asked; empty for the system itself."),
    )
    source = models.CharField(_("from"), max_length=10, choices=OperationSource, help_text=_("Where it was asked."))
    reason = models.CharField(_("reason"), max_length=200, blank=True, help_text=_("Why, in the person's own words."))
    requested_at = models.DateTimeField(_("requested"), auto_now_add=True, help_text=_("When it was asked."))

    class Meta:
        abstract = True


class BulkQuerySet(ScopedQuerySet):
    def _scope(self, memberships: models.QuerySet) -> Q:
        """Bulk operations that touch a station in scope."""
        return Q(Exists(Operation.objects.filter(Operation.objects.all()._scope(memberships), bulk=OuterRef("pk"))))


class BulkOperation(RequestedByPerson, ScopedModel):
    """The same action on many stations, at a pace."""

    objects: ClassVar[Any] = BulkQuerySet.as_manager()

    per_minute = models.PositiveIntegerField(
        _("stations per minute"), help_text=_("Pace at which the stations are asked.")
    )
    skipped = models.JSONField(
        _("skipped"), default=list, blank=True, help_text=_("Stations left out, each with the reason.")
    )

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("bulk operation")
        verbose_name_plural = _("bulk operations")

    def __str__(self) -> str:
        return f"{self.action} #{self.pk}"


class Operation(RequestedByPerson, ScopedModel):
    """One command to one station. The row is the truth: it is marked sent before the message leaves, and never sent again."""

    company_lookup = "station__site_area__site__company"
    site_lookup = "station__site_area__site"

    station = models.ForeignKey(
        ChargingStation,
        models.CASCADE,
        related_name="operations",
        verbose_name=_("charging station"),
        help_text=_("Which station was asked."),
    )
    bulk = models.ForeignKey(
        BulkOperation,
        models.CASCADE,
        null=True,
        related_name="operations",
        verbose_name=_("bulk operation"),
        help_text=_("Bulk operation it is part of, if any."),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=OperationState,
        default=OperationState.QUEUED,
        help_text=_("How far it has come."),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=2, help_text=_("Lower goes first: 0 ends a session, 1 starts one, 2 is all the rest.")
    )
    ocpp_version = models.CharField(_("OCPP version"), max_length=10, help_text=_("Version its messages are in."))
    details = models.JSONField(
        _("details"), default=dict, help_text=_("The command in words of no OCPP version, with what was drawn for it.")
    )
    requests = models.JSONField(
        _("requests"), default=list, help_text=_("The messages it sends, in order, as pairs of name and payload.")
    )
    carries_on = models.BooleanField(
        _("carries on"),
        default=False,
        help_text=_("A message the station declines does not keep the next ones from being sent."),
    )
    responses = models.JSONField(_("responses"), default=list, help_text=_("The station's answers, in order."))
    answer = models.CharField(
        _("answer"), max_length=50, blank=True, help_text=_("The station's answer in its own word.")
    )
    error = models.CharField(_("error"), max_length=500, blank=True, help_text=_("What went wrong, for a person."))
    due_at = models.DateTimeField(_("due"), help_text=_("Not sent before."))
    expires_at = models.DateTimeField(_("expires"), help_text=_("Not sent any more after."))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, help_text=_("When its first message left."))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True, help_text=_("When its outcome was known."))
    endpoint_id = models.UUIDField(_("endpoint"), null=True, editable=False, help_text=_("Process that sent it."))
    effect = models.CharField(
        _("effect"),
        max_length=8,
        choices=EffectState,
        default=EffectState.NONE,
        help_text=_("Whether it was seen to happen: an accepted request is not yet a done one."),
    )
    effect_until = models.DateTimeField(
        _("watched until"), null=True, blank=True, help_text=_("When we stop watching for its effect.")
    )
    effect_at = models.DateTimeField(_("effect seen"), null=True, blank=True, help_text=_("When its effect was seen."))
    effect_note = models.CharField(
        _("effect note"), max_length=200, blank=True, help_text=_("What was seen, in words.")
    )

    class Meta:
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=("station", "-id"), name="operation_by_station"),
            models.Index(fields=("state", "due_at"), name="operation_open", condition=Q(state__in=["queued", "sent"])),
            models.Index(fields=("effect",), name="operation_awaited", condition=Q(effect="awaited")),
        ]
        verbose_name = _("operation")
        verbose_name_plural = _("operations")

    def __str__(self) -> str:
        return f"{self.action} #{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether its outcome is still to come."""
        return self.state in OPEN_STATES
