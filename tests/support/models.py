"""Station models for tests."""

from typing import Any

from stations.catalogue.documents import ModelDocument
from stations.enums import ModelOrigin
from stations.models import ChargingStation, Configuration, StationModel
from stations.services.catalogue import import_model

TYPE_2 = {
    "type": "type_2",
    "current_type": "AC",
    "phases": 3,
    "voltage_v": 230,
    "current_a": 32,
    "maximum_power_w": 22080,
}
RECOMMENDED = {"MeterValueSampleInterval": "60", "LocalPreAuthorize": "true", "VendorKey": "x"}


def document(**changes: Any) -> ModelDocument:
    """A station of two EVSEs with 22 kW each: vendor *Maker*, model *Twin*."""
    facts: dict[str, Any] = {
        "id": "maker-twin",
        "label": "Maker Twin",
        "matches": [{"vendor": ["Maker"], "model": ["Twin"]}],
        "evses": [{"number": n, "connectors": [{"number": n} | TYPE_2]} for n in (1, 2)],
        "maximum_power_w": 44160,
        "parameters": [{"values": RECOMMENDED}],
        "confidence": "high",
        "sources": [{"title": "A test"}],
    }
    return ModelDocument.model_validate(facts | changes)


def known_model(**changes: Any) -> StationModel:
    """``document`` in the catalogue."""
    return import_model(document(**changes), actor=None, origin=ModelOrigin.IMPORTED)


def of_known_model(station: ChargingStation) -> ChargingStation:
    """``station``, matched by ``known_model``; its recommended configuration is not in force yet."""
    Configuration.objects.update_or_create(station=station, defaults={"matching_model": known_model()})
    return station
