"""Use System Configuration: the recommended connectors and parameters of the station's model."""

from typing import Any

from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from emobility.common.actions import Action, NotNow, Parameters, Risk, register
from stations.actions.parameters import GROUP, configurable, with_changes, written_now
from stations.commands import WriteParameters
from stations.configuration.changes import Change
from stations.configuration.system import NEEDS, matching_model, system_changes
from stations.enums import Role


def _unknown_model(station: Any) -> str | None:
    configuration = getattr(station, "configuration", None)
    if configuration is None or configuration.matching_model_id is None:
        return now_("The model of the station is not in the catalogue.")
    return None


def _changes(station: Any, parameters: Parameters) -> list[Change]:
    model = matching_model(station)
    return system_changes(station, model) if model else []


def _use(station: Any, parameters: Parameters) -> WriteParameters | None:
    model = matching_model(station)
    if model is None:
        raise NotNow(_unknown_model(station))
    parameter_changes = [change for change in system_changes(station, model) if change.kind == "parameter"]
    return written_now(
        station, [row for row in with_changes(station, parameter_changes) if row.wanted_value is not None]
    )


register(
    Action(
        "use-system-configuration",
        _("Use System Configuration"),
        _(
            "Fetches the configuration recommended for the station's model, connectors and OCPP parameters, and puts it in force. It may overwrite what you changed; the earlier values stay in the history."
        ),
        "stars",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The recommended connectors and parameters are put in force here, and the parameters are sent."),
        build=_use,
        sends=(WriteParameters,),
        unavailable=lambda station: _unknown_model(station) or configurable(station),
        group=GROUP,
        carries_on=True,
        changes=_changes,
        needs=NEEDS,
    ),
)
