"""Help for values the pages show that are no database fields."""

from django.utils.translation import gettext_lazy as _

from emobility.common.help import explain
from stations.enums import (
    AuthenticationMethod,
    AuthorizationStatus,
    ConfigurationStatus,
    ConnectionStatus,
    ConnectorStatus,
    TokenStatus,
)
from stations.models import ChargingStation, Connector, OnboardingToken, Operation
from stations.portal.answers import AnswerWord

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
    "configuration_status",
    _("configuration status"),
    _(
        "Whose connectors and OCPP parameters are in force: those the catalogue recommends for the model, or a person's."
    ),
    ConfigurationStatus,
)
explain(
    ChargingStation,
    "power_w",
    _("power now"),
    _(
        "Power the station delivers at this moment: the sum over its connectors. A reading older than five minutes is marked as stale."
    ),
)
explain(
    Connector,
    "shown_status",
    _("status"),
    _("As the station last reported it. While the station is disabled, every connector of it is shown as unavailable."),
    ConnectorStatus,
)
explain(
    Operation,
    "answer",
    _("answer"),
    _("The station's answer in its own word. Accepted is not yet done: the effect beside it says whether it happened."),
    AnswerWord,
)
explain(OnboardingToken, "status", _("status"), _("Whether new stations can register with the token."), TokenStatus)
