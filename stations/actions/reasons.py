"""Why an action cannot be done to a station now: sentences for people, from what the rows say.

A station given to these functions comes from ``services.queries.stations_for_actions``.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from stations.commands import dialect_of
from stations.enums import ConnectorStatus, RegistrationStatus
from stations.models import Capabilities, ChargingSession, ChargingStation, Connector

Reason = Callable[[Any], str | None]
CORE = "Core"


def ready(*kinds: type, profile: str = CORE) -> Reason:
    """The station is there, in service, and knows the commands ``kinds`` (of the feature profile ``profile``)."""

    def reason(station: ChargingStation) -> str | None:
        return not_enabled(station) or not_reachable(station) or not_supported(station, *kinds, profile=profile)

    return reason


def registered(*kinds: type, profile: str = CORE) -> Reason:
    """Like ``ready``, and the station is registered: sessions and what belongs to them need that."""
    first = ready(*kinds, profile=profile)
    return lambda station: first(station) or not_registered(station)


def not_enabled(station: ChargingStation) -> str | None:
    """Disabled for maintenance."""
    return None if station.enabled else _("The station is disabled for maintenance. Enable it first.")


def not_reachable(station: Any) -> str | None:
    """Nobody to talk to, or nobody we may talk to (OCPP 1.6 §4.2)."""
    if station.registration_status == RegistrationStatus.REJECTED:
        return _("The station is rejected: nothing may be sent to it.")
    if not station.is_connected:
        return _("The station is not connected.")
    return None


def not_registered(station: ChargingStation) -> str | None:
    """Its registration is not complete (OCPP 1.6 §4.2)."""
    if station.registration_status == RegistrationStatus.ACCEPTED:
        return None
    return _("The registration of the station is not complete yet.")


def not_supported(station: ChargingStation, *kinds: type, profile: str = CORE) -> str | None:
    """Its OCPP version, its feature profiles or its own answers say that it does not know a command."""
    dialect = dialect_of(station.ocpp_version)
    if dialect is None or not all(map(dialect.supports, kinds)):
        return _("OCPP {version} has no such command.").format(version=station.ocpp_version or "?")
    learnt = capabilities_of(station)
    if learnt is None:
        return None
    for message in map(dialect.message_of, kinds):
        if message in learnt.refused_messages:
            return _("The station answered that it does not know {message}.").format(message=message)
    if profile != CORE and learnt.profiles and profile not in learnt.profiles:
        return _("The station does not list the feature profile {profile}.").format(profile=profile)
    return None


def capabilities_of(station: ChargingStation) -> Capabilities | None:
    """What we have learnt of the station with its present firmware, if anything."""
    learnt: Capabilities | None = getattr(station, "capabilities", None)
    return learnt if learnt and learnt.firmware_version == station.firmware_version else None


def running_sessions(station: Any) -> list[ChargingSession]:
    """Its sessions in progress."""
    return station.running_sessions


def session_on(station: Any, connector: Connector) -> ChargingSession | None:
    """The session in progress on a connector."""
    return next((s for s in running_sessions(station) if s.connector_id == connector.pk), None)


def connector_numbered(station: ChargingStation, number: int | None) -> Connector | None:
    """The station's connector with that number."""
    return next((c for c in station.connectors.all() if c.number == number), None)


def not_usable(station: ChargingStation, connector: Connector) -> str | None:
    """The connector is out of use, faulted or busy."""
    if connector.status in (ConnectorStatus.UNAVAILABLE, ConnectorStatus.FAULTED):
        return _("Connector {number} is {status}.").format(
            number=connector.number, status=connector.get_status_display()
        )
    if session_on(station, connector) is not None:
        return _("A session runs on connector {number}.").format(number=connector.number)
    return None
