"""A small station model for the tests."""

from typing import Any

from stations.catalogue.documents import ModelDocument

CONNECTOR = {
    "number": 1,
    "current_type": "AC",
    "phases": 3,
    "voltage_v": 230,
    "current_a": 32,
    "maximum_power_w": 22080,
}


def content(**changes: Any) -> dict[str, Any]:
    """What a file says, as small as it can be."""
    return {
        "id": "some-model",
        "label": "Some Model",
        "matches": [{"vendor": ["ABB"], "model": ["X1"]}],
        "evses": [{"number": 1, "connectors": [CONNECTOR]}],
        "maximum_power_w": 22080,
        "confidence": "low",
        "sources": [{"title": "Some source"}],
    } | changes


def document(id: str = "some-model", **rule: list[str]) -> ModelDocument:
    """A model with one match rule."""
    return ModelDocument.model_validate(content(id=id, matches=[rule]))
