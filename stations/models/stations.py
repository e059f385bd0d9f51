"""Charging station › EVSE › connector, and the processes that hold their sockets."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Subquery, Sum, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stations.enums import (
    AuthenticationMethod,
    AuthorizationStatus,
    ConnectionStatus,
    ConnectorStatus,
    RegistrationStatus,
    TokenStatus,
)
from stations.models.credentials import OnboardingToken
from stations.models.locations import SiteArea
from stations.models.scopes import ScopedModel, ScopedQuerySet

LEASE_S = 25
"""A process that has not renewed its lease for this long no longer holds its stations."""

READING_FRESH_FOR = timedelta(minutes=5)
"""A power reading older than this is shown as stale."""


class EndpointProcess(models.Model):
    """A running station endpoint; its lease says whether the sockets it claims are real."""

    id = models.UUIDField(primary_key=True, help_text=_("Drawn at start."))
    started_at = models.DateTimeField(_("started"), help_text=_("When the process started."))
    renewed_at = models.DateTimeField(_("renewed"), help_text=_("When it last said it was alive."))

    class Meta:
        verbose_name = _("endpoint process")
        verbose_name_plural = _("endpoint processes")

    def __str__(self) -> str:
        return str(self.id)


class StationQuerySet(ScopedQuerySet):
    """Stations with what lists and API need, in a fixed number of queries."""

    def with_live(self) -> Self:
        """Annotate ``is_connected`` (bool), ``connection_status`` and ``power_w`` (sum over connectors, W).

        A disabled station may be connected, so that nothing it reports is lost, but is shown as disconnected.
        """
        alive = EndpointProcess.objects.filter(
            pk=OuterRef("endpoint"), renewed_at__gte=timezone.now() - timedelta(seconds=LEASE_S)
        )
        # No join: a page of a long list would sum up all stations before it takes its rows.
        power = Connector.objects.filter(station=OuterRef("pk")).order_by().values("station")
        power = power.annotate(sum=Sum("power_w"))
        return self.annotate(
            is_connected=Exists(alive),
            connection_status=Case(
                When(Exists(alive), enabled=True, then=Value(ConnectionStatus.CONNECTED.value)),
                default=Value(ConnectionStatus.DISCONNECTED.value),
            ),
            power_w=Subquery(power.values("sum")),
        )


class ChargingStation(ScopedModel):
    """One charging station, registered by its first authenticated connection."""

    company_lookup = "site_area__site__company"
    site_lookup = "site_area__site"
    objects: ClassVar[Any] = StationQuerySet.as_manager()

    identity = models.CharField(
        _("identity"), max_length=48, unique=True, help_text=_("Identity the station puts at the end of its URL.")
    )
    identity_key = models.CharField(max_length=48, unique=True, editable=False, help_text=_("Identity in lower case."))
    name = models.CharField(_("name"), max_length=100, blank=True, help_text=_("Friendly name; need not be unique."))
    site_area = models.ForeignKey(
        SiteArea,
        models.PROTECT,
        related_name="stations",
        verbose_name=_("site area"),
        help_text=_("Electrical installation the station is fed from."),
    )
    onboarding_token = models.ForeignKey(
        OnboardingToken,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="stations",
        verbose_name=_("onboarding token"),
        help_text=_("Token the station last connected with."),
    )
    vendor = models.CharField(
        _("vendor"), max_length=100, blank=True, help_text=_("Vendor, as the station reports it.")
    )
    model = models.CharField(_("model"), max_length=100, blank=True, help_text=_("Model, as the station reports it."))
    serial_number = models.CharField(
        _("serial number"), max_length=100, blank=True, help_text=_("As the station reports it.")
    )
    firmware_version = models.CharField(
        _("firmware"), max_length=100, blank=True, help_text=_("As the station reports it.")
    )
    iccid = models.CharField(_("ICCID"), max_length=30, blank=True, help_text=_("Number of the SIM card."))
    imsi = models.CharField(_("IMSI"), max_length=30, blank=True, help_text=_("Subscriber number of the SIM card."))
    meter_type = models.CharField(_("meter type"), max_length=50, blank=True, help_text=_("Type of the main meter."))
    meter_serial_number = models.CharField(
        _("meter serial number"), max_length=50, blank=True, help_text=_("Serial number of the main meter.")
    )
    ocpp_version = models.CharField(
        _("OCPP version"), max_length=10, blank=True, help_text=_("Version of the last connection.")
    )
    assume_ocpp16 = models.BooleanField(
        _("assume OCPP 1.6"),
        default=False,
        help_text=_(
            "Speak OCPP 1.6 with this station also when it names no subprotocol. Some stations never name one."
        ),
    )
    registration_status = models.CharField(
        _("registration status"),
        max_length=10,
        choices=RegistrationStatus,
        default=RegistrationStatus.PENDING,
        help_text=_("Answer to the station's BootNotification."),
    )
    enabled = models.BooleanField(
        _("enabled"),
        default=True,
        editable=False,
        help_text=_("A station that is disabled for maintenance launches no session and is shown as disconnected."),
    )
    status = models.CharField(
        _("station status"),
        max_length=20,
        choices=ConnectorStatus,
        default=ConnectorStatus.UNKNOWN,
        help_text=_("Status of the station as a whole (connector 0)."),
    )
    error_code = models.CharField(
        _("error code"), max_length=50, blank=True, help_text=_("Error of the station as a whole.")
    )
    firmware_status = models.CharField(
        _("firmware status"),
        max_length=30,
        blank=True,
        help_text=_("Last step of a firmware update the station reported."),
    )
    diagnostics_status = models.CharField(
        _("diagnostics status"),
        max_length=30,
        blank=True,
        help_text=_("Last step of a diagnostics upload the station reported."),
    )
    maximum_power_w = models.PositiveIntegerField(
        _("maximum power (W)"), null=True, blank=True, help_text=_("Power the station can deliver, in watts.")
    )
    registered_at = models.DateTimeField(
        _("registered"), auto_now_add=True, help_text=_("First authenticated connection.")
    )
    rebooted_at = models.DateTimeField(
        _("last boot"), null=True, blank=True, editable=False, help_text=_("Last BootNotification.")
    )
    last_seen_at = models.DateTimeField(
        _("last seen"),
        null=True,
        blank=True,
        editable=False,
        help_text=_(
            "When we last heard from the station: any OCPP message or a WebSocket ping. Exact to half a minute."
        ),
    )
    endpoint = models.ForeignKey(
        EndpointProcess,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_constraint=False,
        related_name="stations",
        verbose_name=_("endpoint"),
        help_text=_("Process that holds the station's socket."),
    )
    generation = models.PositiveIntegerField(
        _("generation"),
        default=0,
        editable=False,
        help_text=_("Number of the connection; a newer one replaces an older one."),
    )
    connection_changed_at = models.DateTimeField(
        _("connection since"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When it last connected or disconnected."),
    )
    remote_address = models.CharField(
        _("address"), max_length=64, blank=True, editable=False, help_text=_("Network address of the last connection.")
    )

    class Meta:
        ordering = ("identity",)
        verbose_name = _("charging station")
        verbose_name_plural = _("charging stations")

    def __str__(self) -> str:
        return self.name or self.identity

    def save(self, *args, **kwargs) -> None:
        """Keep the lower-case key in step with the identity."""
        self.identity_key = self.identity.lower()
        super().save(*args, **kwargs)

    @property
    def authentication_method(self) -> AuthenticationMethod:
        """How the station proves itself."""
        return AuthenticationMethod.ONBOARDING_TOKEN

    @property
    def authorization_status(self) -> AuthorizationStatus:
        """Whether the credential the station last used still lets it launch sessions."""
        token = self.onboarding_token
        refused = token is None or (token.status != TokenStatus.VALID and token.disconnects_stations)
        return AuthorizationStatus.NOT_AUTHORIZED if refused else AuthorizationStatus.AUTHORIZED


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

    class Meta:
        ordering = ("station", "number")
        constraints = [models.UniqueConstraint(fields=("station", "number"), name="evse_number_in_station")]
        verbose_name = _("EVSE")
        verbose_name_plural = _("EVSEs")

    def __str__(self) -> str:
        return self.name or f"{self.station} / {self.number}"


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
        _("type"), max_length=30, blank=True, help_text=_("Kind of plug, for example Type 2 or CCS.")
    )
    current_type = models.CharField(
        _("current type"), max_length=2, blank=True, choices=[("AC", "AC"), ("DC", "DC")], help_text=_("AC or DC.")
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
