"""Help for values the pages show that are no database fields."""

from django.utils.translation import gettext_lazy as _

from emobility.common.help import explain
from stations.enums import AuthenticationMethod, AuthorizationStatus, ConnectionStatus, TokenStatus
from stations.models import ChargingStation, OnboardingToken

explain(
    ChargingStation,
    "connection_status",
    _("connection status"),
    _("Whether the station is in contact with this system now; true within half a minute."),
    ConnectionStatus,
)
explain(
    ChargingStation,
    "authorization_status",
    _("authorization status"),
    _("Whether the station may launch charging sessions. It follows from the credential the station last used."),
    AuthorizationStatus,
)
explain(
    ChargingStation,
    "authentication_method",
    _("authentication method"),
    _("How the station proves that it is itself when it connects."),
    AuthenticationMethod,
)
explain(
    ChargingStation,
    "power_w",
    _("power now"),
    _(
        "Power the station delivers at this moment: the sum over its connectors. A reading older than five minutes is marked as stale."
    ),
)
explain(OnboardingToken, "status", _("status"), _("Whether new stations can register with the token."), TokenStatus)
