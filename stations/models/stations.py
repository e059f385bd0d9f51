"""Charging stations, and the processes that hold their sockets."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Case, Exists, OuterRef, Subquery, Sum, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stations.enums import (
    AuthenticationMethod,
    AuthorizationStatus,
    ConfigurationStatus,
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
        power = (
            apps.get_model("stations", "Connector").objects.filter(station=OuterRef("pk")).order_by().values("station")
        )
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
    box_serial_number = models.CharField(
        _("second serial number"),
        max_length=100,
        blank=True,
        help_text=_(
            "chargeBoxSerialNumber, which some stations report beside the other; for some it is the article number."
        ),
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
    shares_power = models.BooleanField(
        _("shares power"),
        default=False,
        help_text=_("Its EVSEs share less power than they could deliver together."),
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
    def configuration_status(self) -> ConfigurationStatus:
        """Whose values are in force; a station nobody has compared with the catalogue counts as defined by its user."""
        configuration = getattr(self, "configuration", None)
        return ConfigurationStatus(configuration.status) if configuration else ConfigurationStatus.DEFINED_BY_USER

    @property
    def authorization_status(self) -> AuthorizationStatus:
        """Whether the credential the station last used still lets it launch sessions."""
        token = self.onboarding_token
        refused = token is None or (token.status != TokenStatus.VALID and token.disconnects_stations)
        return AuthorizationStatus.NOT_AUTHORIZED if refused else AuthorizationStatus.AUTHORIZED
