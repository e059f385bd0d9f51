"""The recommended configuration of a station's model, and in what the station differs from it."""

from collections.abc import Iterable, Iterator
from typing import Any

from stations.catalogue.documents import ConnectorFacts, ModelDocument
from stations.catalogue.matching import Facts
from stations.catalogue.values import same, type_of
from stations.configuration.changes import EXISTS, Change
from stations.models import EVSE, ChargingStation, Connector, StationModel

CONNECTOR_FACTS = ("type", "current_type", "phases", "voltage_v", "current_a", "maximum_power_w")
EVSE_DETAILS = ("code", "name", "emi3_id", "parking_level", "parking_space", "directions", "latitude", "longitude")
NEEDS = ("configuration__matching_model", "configuration__station_model", "evses", "connectors__evse", "parameters")
"""Relations of a station that ``system_changes`` reads."""


def facts_of(station: ChargingStation) -> Facts:
    """What the station says of itself."""
    return Facts(
        station.vendor, station.model, station.serial_number, station.firmware_version, station.box_serial_number
    )


def recommended_parameters(station: ChargingStation, model: StationModel) -> dict[str, str]:
    """Recommended OCPP parameters for the station's firmware and OCPP version."""
    return model.facts.recommended(firmware_version=station.firmware_version, ocpp_version=station.ocpp_version)


def matching_model(station: Any) -> StationModel | None:
    """The model of the catalogue that fits the station, if one does."""
    configuration = getattr(station, "configuration", None)
    return configuration.matching_model if configuration else None


def system_changes(station: ChargingStation, model: StationModel) -> list[Change]:
    """What has to change for the recommended configuration of ``model`` to be in force."""
    return [
        *_station_changes(station, model.facts),
        *_evse_changes(station, model.facts),
        *_connector_changes(station, model.facts),
        *_parameter_changes(station, model),
    ]


def _station_changes(station: ChargingStation, facts: ModelDocument) -> Iterator[Change]:
    for field in ("maximum_power_w", "shares_power"):
        yield from _difference("station", "", field, getattr(station, field), getattr(facts, field))


def _difference(kind: Any, item: str, field: str, before: Any, after: Any) -> Iterator[Change]:
    if before != after:
        yield Change(kind, item, field, before, after)


def _evse_changes(station: ChargingStation, facts: ModelDocument) -> Iterator[Change]:
    """EVSEs that are missing, and those left without any connector."""
    existing = {evse.number: evse for evse in station.evses.all()}
    wanted = {evse.number for evse in facts.evses}
    for number in sorted(wanted - existing.keys()):
        yield Change("evse", str(number), EXISTS, None, number)
    staying = {c.evse.number for c in station.connectors.all() if c.number not in _connectors(facts)}
    for number in sorted(existing.keys() - wanted - staying):
        yield from evse_removal(existing[number])


def evse_removal(evse: EVSE) -> Iterator[Change]:
    """What takes an EVSE away, in a form that can be taken back."""
    for field in EVSE_DETAILS:
        value = getattr(evse, field)
        if value not in (None, ""):
            yield Change("evse", str(evse.number), field, value, None if evse._meta.get_field(field).null else "")
    yield Change("evse", str(evse.number), EXISTS, evse.number, None)


def _connectors(facts: ModelDocument) -> dict[int, tuple[int, ConnectorFacts]]:
    """Number of the EVSE and facts, by connector number."""
    return {c.number: (evse.number, c) for evse in facts.evses for c in evse.connectors}


def _connector_changes(station: ChargingStation, facts: ModelDocument) -> Iterator[Change]:
    existing = {connector.number: connector for connector in station.connectors.all()}
    for number, (evse, wanted) in _connectors(facts).items():
        yield from connector_difference(existing.get(number), number, evse, recommended_facts(wanted))


def recommended_facts(wanted: ConnectorFacts) -> dict[str, Any]:
    """The fields of a connector as the catalogue has them; its type stays open where the model is sold with several."""
    values = {field: getattr(wanted, field) for field in CONNECTOR_FACTS}
    if wanted.type is None:
        del values["type"]
    else:
        values["type"] = wanted.type.value
    return values


def connector_difference(
    existing: Connector | None, number: int, evse: int, wanted: dict[str, Any]
) -> Iterator[Change]:
    """What has to change for connector ``number`` to stand at EVSE ``evse`` with the values ``wanted``."""
    if existing is None:
        yield Change("connector", str(number), EXISTS, None, number)
    yield from _difference("connector", str(number), "evse", existing.evse.number if existing else None, evse)
    for field, value in wanted.items():
        before = getattr(existing or Connector(), field)
        yield from _difference("connector", str(number), field, before, value)


def _parameter_changes(station: ChargingStation, model: StationModel) -> Iterator[Change]:
    existing = {parameter.key_lower: parameter for parameter in station.parameters.all()}
    for key, value in recommended_parameters(station, model).items():
        found = existing.get(key.lower())
        before = found.wanted_value if found else None
        if before is None or not same(type_of(key, model.facts.parameter_types), before, value):
            yield Change("parameter", found.key if found else key, "wanted_value", before, value)


def overwritten(changes: Iterable[Change]) -> set[tuple[str, str, str]]:
    """Kind, item and field of the values somebody changed, from the ``system_changes`` that would undo it."""
    return {(change.kind, change.item, change.field) for change in changes}
