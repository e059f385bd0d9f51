"""OCPP parameters: read them, write those that differ, set the same ones for many stations."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _
from pydantic import Field, StringConstraints

from emobility.common.actions import Action, NotNow, Parameters, Risk, register
from stations.actions.reasons import capabilities_of, not_enabled, not_reachable, not_supported, ready
from stations.catalogue.standard_keys import is_secret
from stations.catalogue.values import LONGEST_KEY, LONGEST_VALUE
from stations.commands import ParameterValue, ReadParameters, WriteParameters
from stations.configuration.changes import Change
from stations.configuration.entered import parameter_changes
from stations.configuration.parameters import assess, to_push, types_of
from stations.enums import Role
from stations.models import ChargingStation, OcppParameter
from stations.models.capabilities import whole_number

GROUP = _("Configuration")
CHUNK = 10
"""Parameters asked for by name in one message where the station does not say how many it takes (OCPP 1.6 §9.1.8)."""
NEEDS = ("parameters", "configuration__station_model", "configuration__matching_model")
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_KEY)]
Value = Annotated[str, StringConstraints(max_length=LONGEST_VALUE, strip_whitespace=False)]


class PushParameters(Parameters):
    """All that differ, or some of them."""

    keys: list[Key] | None = Field(
        None, max_length=500, title="Parameters", description="Only these; empty for all that differ."
    )


class SetParameters(Parameters):
    """Which parameters get which values."""

    values: dict[Key, Value] = Field(
        min_length=1, max_length=500, title="Values", description="Parameters, each with the value it is to have."
    )


def unlisted_keys(station: Any) -> tuple[str, ...]:
    """Parameters we know of that the station has not listed so far; they are asked for by name."""
    return tuple(p.key for p in station.parameters.all() if p.pulled_at is None or p.is_hidden)


def _read(station: ChargingStation, parameters: Parameters) -> ReadParameters:
    learnt = capabilities_of(station)
    most = whole_number(learnt.parameters if learnt else {}, "GetConfigurationMaxKeys", CHUNK)
    return ReadParameters(unlisted_keys(station), most)


def _wanted(station: Any, keys: list[str] | None) -> list[tuple[str, str]]:
    chosen = {key.lower() for key in keys} if keys else None
    differing = to_push(station.parameters.all(), types_of(station))
    return [(key, value) for key, value in differing if chosen is None or key.lower() in chosen]


def _push(station: ChargingStation, parameters: PushParameters) -> WriteParameters | None:
    return _written(_wanted(station, parameters.keys))


def _written(values: list[tuple[str, str]]) -> WriteParameters | None:
    return WriteParameters(tuple(ParameterValue(*each) for each in values)) if values else None


def _pushed(station: Any, parameters: PushParameters) -> Iterator[Change]:
    """What the station has, and what it will have."""
    reported = {p.key: p.reported_value for p in station.parameters.all()}
    for key, value in _wanted(station, parameters.keys):
        yield Change("parameter", key, "reported_value", reported.get(key), value)


def after_setting(station: Any, values: Mapping[str, str | None]) -> list[OcppParameter]:
    """Copies of the station's parameters as they are once ``values`` are wanted; raises ``NotNow`` when one cannot be."""
    try:
        changes = parameter_changes(station, values)
    except ValidationError as error:
        texts = [f"{key}: {' '.join(found)}" for key, found in error.message_dict.items()]
        raise NotNow(" ".join(texts)) from error
    return with_changes(station, changes)


def with_changes(station: Any, changes: list[Change]) -> list[OcppParameter]:
    """The station's parameters, those of ``changes`` as copies with the wanted values; nothing is saved."""
    rows = {p.key_lower: p for p in station.parameters.all()}
    types = types_of(station)
    for change in changes:
        lower = change.item.lower()
        row = _copy(rows[lower]) if lower in rows else OcppParameter(station=station, key=change.item, key_lower=lower)
        row.wanted_value, row.push_outcome, row.awaits_reboot = change.after, "", False
        assess(row, types)
        rows[lower] = row
    return list(rows.values())


def _copy(row: OcppParameter) -> OcppParameter:
    return OcppParameter(**{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields})


def _set(station: ChargingStation, parameters: SetParameters) -> WriteParameters | None:
    if secrets := [key for key in parameters.values if is_secret(key)]:
        text = now_("{key} is a secret, and each station has its own: set it on the page of the station.")
        raise NotNow(text.format(key=secrets[0]))
    named = {key.lower() for key in parameters.values}
    rows = [row for row in after_setting(station, parameters.values) if row.key_lower in named]
    return written_now(station, rows)


def written_now(station: Any, rows: list[OcppParameter]) -> WriteParameters | None:
    """What to send for ``rows``; nothing to a station that is not there, which gets it when it comes back."""
    return _written(to_push(rows, types_of(station))) if station.is_connected else None


def _setting(station: Any, parameters: SetParameters) -> list[Change]:
    try:
        return parameter_changes(station, parameters.values)
    except ValidationError:
        return []


def configurable(station: Any) -> str | None:
    """In service, and it has words for parameters; it need not be there: values wait for it."""
    if obstacle := not_enabled(station):
        return obstacle
    if not station.is_connected:
        return None if station.ocpp_version else now_("The station has never been connected.")
    return not_reachable(station) or not_supported(station, WriteParameters)


register(
    Action(
        "pull-parameters",
        _("Download OCPP Parameters"),
        _("Reads all OCPP parameters of the station into the portal. Parameters you added by name are kept."),
        "cloud-arrow-down",
        role=Role.OPERATOR,
        risk=Risk.NONE,
        effect=_("The station reports its parameters; nothing changes at the station."),
        build=_read,
        sends=(ReadParameters,),
        unavailable=ready(ReadParameters),
        group=GROUP,
        carries_on=True,
        needs=("parameters",),
    ),
    Action(
        "push-parameters",
        _("Update OCPP Parameters"),
        _("Sends the values entered here to the station: those that differ from what the station has."),
        "cloud-arrow-up",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The station gets every value that differs. Some stations use a value only after a reboot."),
        build=_push,
        sends=(WriteParameters,),
        parameters=PushParameters,
        unavailable=ready(WriteParameters),
        group=GROUP,
        carries_on=True,
        changes=_pushed,
        needs=NEEDS,
    ),
    Action(
        "set-parameters",
        _("Set OCPP parameters"),
        _("Sets the parameters you name and sends them: the same values for one station or for many."),
        "sliders",
        role=Role.OPERATOR,
        risk=Risk.LOW,
        effect=_("The values are set here and sent. A station that is not connected gets them when it comes back."),
        build=_set,
        sends=(WriteParameters,),
        parameters=SetParameters,
        unavailable=configurable,
        group=GROUP,
        carries_on=True,
        changes=_setting,
        needs=NEEDS,
    ),
)
