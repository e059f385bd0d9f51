"""Reset, reboot, authorization cache, trigger message, diagnostics."""

from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, Field

from emobility.common.actions import Action, Parameters, Risk, register
from stations.actions.reasons import ready, running_sessions
from stations.commands import ClearCache, GetDiagnostics, Reset, TriggerMessage
from stations.enums import Role

GROUP = _("Maintenance")


class TriggerParameters(Parameters):
    """Which message, and from which connector."""

    message: Literal[
        "BootNotification",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "MeterValues",
        "StatusNotification",
    ] = Field("StatusNotification", title="Message", description="What the station is to send.")
    connector: int | None = Field(
        None, ge=1, le=999, title="Connector", description="Only from this connector; empty for all of them."
    )


class DiagnosticsParameters(Parameters):
    """Where to, and of which time."""

    location: str = Field(
        min_length=6,
        max_length=500,
        pattern=r"^(https?|ftps?|sftp)://[^\s]+$",
        title="Upload to",
        description="URL of a folder the station can write to: ftp, ftps, sftp, http or https.",
    )
    start: AwareDatetime | None = Field(None, title="From", description="Oldest entry wanted.")
    stop: AwareDatetime | None = Field(None, title="Until", description="Newest entry wanted.")
    retries: int | None = Field(None, ge=0, le=10, title="Retries", description="How often to try again.")
    retry_interval_s: int | None = Field(None, ge=1, le=86_400, title="Pause between tries", description="In seconds.")


def _all_sessions(station: Any, parameters: Any) -> Any:
    return running_sessions(station)


def _trigger(station: Any, parameters: TriggerParameters) -> TriggerMessage:
    return TriggerMessage(parameters.message, parameters.connector)


def _diagnostics(station: Any, parameters: DiagnosticsParameters) -> GetDiagnostics:
    start: datetime | None = parameters.start
    return GetDiagnostics(parameters.location, start, parameters.stop, parameters.retries, parameters.retry_interval_s)


register(
    Action(
        "reset",
        _("Reset"),
        _("Reloads the station's software. Running sessions are ended and reported before it restarts."),
        "arrow-clockwise",
        role=Role.OPERATOR,
        risk=Risk.HIGH,
        effect=_("The station ends its sessions and reloads its software. It is back after a minute or two."),
        build=lambda station, parameters: Reset(is_hard=False),
        sends=(Reset,),
        unavailable=ready(Reset),
        ends=_all_sessions,
        group=GROUP,
    ),
    Action(
        "reboot",
        _("Reboot"),
        _("Switches the station off and on again. Use it when a reset does not help."),
        "arrow-repeat",
        role=Role.OPERATOR,
        risk=Risk.HIGH,
        effect=_("The station restarts at once, whatever it is doing. It is back after a few minutes."),
        build=lambda station, parameters: Reset(is_hard=True),
        sends=(Reset,),
        unavailable=ready(Reset),
        ends=_all_sessions,
        group=GROUP,
    ),
    Action(
        "clear-cache",
        _("Clear authorization cache"),
        _("Deletes all badge ids the station remembers from earlier authorizations. It will ask again for each badge."),
        "trash",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The station forgets the badges it remembers and asks this system again."),
        build=lambda station, parameters: ClearCache(),
        sends=(ClearCache,),
        unavailable=ready(ClearCache),
        group=GROUP,
    ),
    Action(
        "trigger-message",
        _("Trigger message"),
        _("Has the station send a message of your choice now, for example its status or its meter values."),
        "broadcast",
        role=Role.OPERATOR,
        risk=Risk.NONE,
        effect=_("The station sends the message you choose."),
        build=_trigger,
        sends=(TriggerMessage,),
        parameters=TriggerParameters,
        unavailable=ready(TriggerMessage, profile="RemoteTrigger"),
        group=GROUP,
    ),
    Action(
        "get-diagnostics",
        _("Get diagnostics"),
        _("Has the station upload its diagnostics to an address you give."),
        "file-earmark-arrow-up",
        role=Role.OPERATOR,
        risk=Risk.NONE,
        effect=_("The station uploads a diagnostics file to the address."),
        build=_diagnostics,
        sends=(GetDiagnostics,),
        parameters=DiagnosticsParameters,
        unavailable=ready(GetDiagnostics, profile="FirmwareManagement"),
        group=GROUP,
    ),
)
