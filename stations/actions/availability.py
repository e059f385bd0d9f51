"""In and out of use: connectors, and the station as a whole."""

from typing import Any

from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from emobility.common.actions import Action, Parameters, Risk, register
from stations.actions.reasons import not_supported, ready
from stations.commands import ChangeAvailability, UnlockConnector
from stations.enums import Role

GROUP = _("Availability")


class SomeConnector(Parameters):
    """One connector, or all."""

    connector: int | None = Field(
        None, ge=1, le=999, title="Connector", description="Only this connector; empty for the whole station."
    )


class OneConnector(Parameters):
    """One connector."""

    connector: int = Field(ge=1, le=999, title="Connector", description="Number of the connector.")


def _already_disabled(station: Any) -> str | None:
    return None if station.enabled else now_("The station is disabled already.")


def _already_enabled(station: Any) -> str | None:
    return now_("The station is enabled already.") if station.enabled else None


def _whole_station(station: Any, *, is_operative: bool) -> ChangeAvailability | None:
    """None where the station cannot be told; its disabled state is kept here all the same."""
    return None if not_supported(station, ChangeAvailability) else ChangeAvailability(None, is_operative)


register(
    Action(
        "set-available",
        _("Set available"),
        _("Puts all connectors, or one, back into use."),
        "check-circle",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The connectors can be used for charging again."),
        build=lambda station, parameters: ChangeAvailability(parameters.connector, is_operative=True),
        sends=(ChangeAvailability,),
        parameters=SomeConnector,
        unavailable=ready(ChangeAvailability),
        group=GROUP,
    ),
    Action(
        "set-unavailable",
        _("Set unavailable"),
        _("Takes all connectors, or one, out of use. Where a session runs it takes effect after the session."),
        "slash-circle",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("No new session can start there. Running sessions go on; their connectors follow when they end."),
        build=lambda station, parameters: ChangeAvailability(parameters.connector, is_operative=False),
        sends=(ChangeAvailability,),
        parameters=SomeConnector,
        unavailable=ready(ChangeAvailability),
        group=GROUP,
    ),
    Action(
        "disable",
        _("Disable"),
        _(
            "Takes the station out of service for maintenance: no session can be launched and no other action chosen. It is shown as disconnected, its connectors as unavailable. Running sessions lose no data."
        ),
        "pause-circle",
        role=Role.OPERATOR,
        risk=Risk.HIGH,
        effect=_(
            "No session can be launched until you enable the station again. Running sessions go on and are recorded."
        ),
        build=lambda station, parameters: _whole_station(station, is_operative=False),
        sends=(ChangeAvailability,),
        unavailable=_already_disabled,
        group=GROUP,
    ),
    Action(
        "enable",
        _("Enable"),
        _("Brings a disabled station back into service."),
        "play-circle",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The station and its connectors can be used again."),
        build=lambda station, parameters: _whole_station(station, is_operative=True),
        sends=(ChangeAvailability,),
        unavailable=_already_enabled,
        group=GROUP,
    ),
    Action(
        "unlock-connector",
        _("Unlock connector"),
        _(
            "Releases the plug of a connector. A session that runs there ends. Cables fixed to the station have no lock."
        ),
        "unlock",
        role=Role.OPERATOR,
        risk=Risk.HIGH,
        effect=_("The plug is released; a session on this connector ends."),
        build=lambda station, parameters: UnlockConnector(parameters.connector),
        sends=(UnlockConnector,),
        parameters=OneConnector,
        unavailable=ready(UnlockConnector),
        ends=lambda station, parameters: [
            s for s in station.running_sessions if s.connector and s.connector.number == parameters.connector
        ],
        group=GROUP,
        is_bulk=False,
    ),
)
