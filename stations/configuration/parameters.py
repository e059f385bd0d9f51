"""OCPP parameters of a station: what has to be sent, and what the values together mean."""

from collections.abc import Iterable, Mapping

from stations.catalogue.standard_keys import is_secret
from stations.catalogue.values import ParameterType, same, spelt_like, type_of
from stations.enums import ParameterStatus, PushOutcome
from stations.models import ChargingStation, OcppParameter

TAKEN = (PushOutcome.ACCEPTED, PushOutcome.REBOOT_REQUIRED)


def types_of(station: ChargingStation) -> Mapping[str, ParameterType]:
    """Types of the vendor's own keys, as far as the catalogue knows the station's model."""
    configuration = getattr(station, "configuration", None)
    model = configuration and (configuration.station_model or configuration.matching_model)
    return model.facts.parameter_types if model else {}


def assess(parameter: OcppParameter, types: Mapping[str, ParameterType]) -> None:
    """Bring ``status``, ``differs`` and ``drifts`` in step with the values; the row is not saved."""
    kind = type_of(parameter.key, types)
    parameter.status = _status(parameter, kind)
    parameter.differs = parameter.wanted_value is not None and not _is_there(parameter, kind)
    parameter.drifts = (
        None not in (parameter.recommended_value, parameter.reported_value)
        and not is_secret(parameter.key)
        and not same(kind, str(parameter.recommended_value), str(parameter.reported_value))
    )


def _status(parameter: OcppParameter, kind: ParameterType) -> ParameterStatus:
    wanted, recommended = parameter.wanted_value, parameter.recommended_value
    if recommended is not None:
        in_use = wanted is not None and same(kind, wanted, recommended)
        return ParameterStatus.ADDED_BY_SYSTEM if in_use else ParameterStatus.SYSTEM_VALUE_OVERWRITTEN
    return ParameterStatus.REPORTED if wanted is None else ParameterStatus.ADDED_BY_USER


def _is_there(parameter: OcppParameter, kind: ParameterType) -> bool:
    """Whether the station has the wanted value, or will have it once it has restarted.

    A station does not report secrets: for those its last answer counts.
    """
    if parameter.awaits_reboot or is_secret(parameter.key):
        return parameter.push_outcome in TAKEN
    return parameter.reported_value is not None and same(kind, str(parameter.wanted_value), parameter.reported_value)


def to_push(parameters: Iterable[OcppParameter], types: Mapping[str, ParameterType]) -> list[tuple[str, str]]:
    """Key and value of those that differ and can be written, in the station's own spelling.

    What the station did not answer last time comes last, so that one such key does not keep the others waiting.
    """
    waiting = [p for p in parameters if p.differs and not p.read_only and p.wanted_value is not None]
    waiting.sort(key=lambda p: (p.push_outcome == PushOutcome.UNKNOWN, p.key_lower))
    return [(p.key, spelt_like(type_of(p.key, types), p.reported_value, str(p.wanted_value))) for p in waiting]
