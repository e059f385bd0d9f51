"""Sessions from afar and reservations."""

import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, Field

from emobility.common.actions import Action, NotNow, Parameters, Risk, register
from stations.actions.reasons import (
    connector_numbered,
    not_usable,
    registered,
    running_sessions,
    session_on,
)
from stations.commands import CancelReservation, RemoteStart, RemoteStop, Reserve
from stations.enums import Role
from stations.models import ChargingSession, Connector

GROUP = _("Charging")
MAX_RESERVATION = timedelta(days=7)
BADGE = Field(min_length=1, max_length=20, title="Badge", description="Id of the badge (at most 20 characters).")


class StartParameters(Parameters):
    """Who, and where."""

    badge: str = BADGE
    connector: int | None = Field(
        None, ge=1, le=999, title="Connector", description="Empty: the station chooses a free one."
    )


class StopParameters(Parameters):
    """Which session; may be left out when only one runs."""

    transaction_id: str | None = Field(
        None, max_length=36, title="Session", description="Transaction id of the session to end."
    )
    connector: int | None = Field(None, ge=1, le=999, title="Connector", description="The session on this connector.")


class ReserveParameters(Parameters):
    """For whom, where and how long."""

    badge: str = BADGE
    connector: int | None = Field(
        None, ge=1, le=999, title="Connector", description="Empty: any connector, where the station can do that."
    )
    expires_at: AwareDatetime = Field(title="Until", description="The reservation ends by itself then.")


class CancelParameters(Parameters):
    """Which reservation."""

    reservation_id: int = Field(
        ge=1,
        lt=2**31,
        title="Reservation",
        description="Number of the reservation, shown with the operation that made it.",
    )


def _start(station: Any, parameters: StartParameters) -> RemoteStart:
    connector = connector_numbered(station, parameters.connector)
    if connector is not None and (reason := not_usable(station, connector)):
        raise NotNow(reason)
    return RemoteStart(parameters.badge, parameters.connector)


def _cannot_start(station: Any) -> str | None:
    connectors = station.connectors.all()
    if connectors and all(not_usable(station, connector) for connector in connectors):
        return now_("No connector of the station is free.")
    return None


def _wanted_session(station: Any, parameters: StopParameters) -> ChargingSession | None:
    sessions = running_sessions(station)
    if parameters.transaction_id:
        return next((s for s in sessions if s.transaction_id == parameters.transaction_id), None)
    if parameters.connector:
        sessions = [s for s in sessions if s.connector and s.connector.number == parameters.connector]
    return sessions[0] if len(sessions) == 1 else None


def _stop(station: Any, parameters: StopParameters) -> RemoteStop:
    session = _wanted_session(station, parameters)
    if session is None:
        raise NotNow(now_("Name one of the sessions that run at the station now."))
    return RemoteStop(session.transaction_id)


def _stopped(station: Any, parameters: StopParameters) -> list[ChargingSession]:
    session = _wanted_session(station, parameters)
    return [session] if session else []


def _reserve(station: Any, parameters: ReserveParameters) -> Reserve:
    now = timezone.now()
    if not now < parameters.expires_at <= now + MAX_RESERVATION:
        raise NotNow(now_("A reservation ends in the future, within seven days."))
    connector = connector_numbered(station, parameters.connector)
    if connector is not None and (reason := not_usable(station, connector)):
        raise NotNow(reason)
    number = secrets.randbelow(2**31 - 1) + 1
    return Reserve(number, parameters.connector, parameters.badge, parameters.expires_at)


def _no_session_on(station: Any, connector: Connector) -> str | None:
    if session_on(station, connector) is not None:
        return None
    return now_("No session runs on connector {number}.").format(number=connector.number)


def _no_session(station: Any) -> str | None:
    return None if running_sessions(station) else now_("No session runs at the station.")


def _first(*reasons: Any) -> Any:
    return lambda station: next(filter(None, (reason(station) for reason in reasons)), None)


register(
    Action(
        "remote-start",
        _("Start session"),
        _("Starts a session for a badge, as if it had been presented at the station."),
        "lightning-charge",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("A session starts for the badge once a car is plugged in."),
        build=_start,
        sends=(RemoteStart,),
        parameters=StartParameters,
        unavailable=_first(registered(RemoteStart), _cannot_start),
        unavailable_on=not_usable,
        group=GROUP,
        is_bulk=False,
        priority=1,
    ),
    Action(
        "remote-stop",
        _("Stop session"),
        _("Ends a running session; the driver can unplug."),
        "stop-circle",
        role=Role.OPERATOR,
        risk=Risk.HIGH,
        effect=_("The session ends and is billed as it stands."),
        build=_stop,
        sends=(RemoteStop,),
        parameters=StopParameters,
        unavailable=_first(registered(RemoteStop), _no_session),
        unavailable_on=_no_session_on,
        ends=_stopped,
        group=GROUP,
        is_bulk=False,
        priority=0,
    ),
    Action(
        "reserve",
        _("Reserve"),
        _("Holds a connector for one badge until a time you give."),
        "calendar3",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("Nobody else can use the connector until the reservation ends."),
        build=_reserve,
        sends=(Reserve,),
        parameters=ReserveParameters,
        unavailable=registered(Reserve, profile="Reservation"),
        unavailable_on=not_usable,
        group=GROUP,
        is_bulk=False,
    ),
    Action(
        "cancel-reservation",
        _("Cancel reservation"),
        _("Frees what a reservation holds."),
        "x-circle",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The connector is free for everybody again."),
        build=lambda station, parameters: CancelReservation(parameters.reservation_id),
        sends=(CancelReservation,),
        parameters=CancelParameters,
        unavailable=registered(CancelReservation, profile="Reservation"),
        group=GROUP,
        is_bulk=False,
    ),
)
