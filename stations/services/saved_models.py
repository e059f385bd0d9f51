"""A model for the catalogue made from a station that was configured here."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from stations.catalogue.documents import NEVER_RECOMMENDED, ModelDocument
from stations.catalogue.files import DocumentError, parse
from stations.catalogue.standard_keys import is_of_one_station, is_secret
from stations.configuration.system import CONNECTOR_FACTS
from stations.models import ChargingStation, Connector, OcppParameter

ADDRESS = re.compile(r"^\s*(wss?|https?|ftps?|sftp)://", re.IGNORECASE)
NEEDED = ("current_type", "voltage_v", "current_a", "maximum_power_w")


@dataclass(frozen=True)
class SavedModel:
    """What a person says about the model; the station says the rest. Patterns as ``documents.MatchRule`` has them."""

    slug: str
    label: str
    vendor: str
    model: str
    serial_number: str = ""
    firmware_version: str = ""
    keys: Collection[str] = ()
    """OCPP parameters whose values here are recommended."""
    notes: Collection[str] = field(default_factory=list)


def proposed_slug(station: ChargingStation) -> str:
    """An id for the catalogue, from what the station says of itself."""
    return slugify(f"{station.vendor} {station.model}").replace("_", "-").strip("-")[:80].rstrip("-")


def recommendable(parameters: Iterable[OcppParameter]) -> list[OcppParameter]:
    """Those set here that could do for other stations as well: no secrets, addresses or identities."""
    return [
        parameter
        for parameter in parameters
        if parameter.wanted_value is not None and not parameter.read_only and not _is_own(parameter)
    ]


def _is_own(parameter: OcppParameter) -> bool:
    key = parameter.key
    if is_secret(key) or is_of_one_station(key) or key.lower() in NEVER_RECOMMENDED:
        return True
    return ADDRESS.match(parameter.wanted_value or "") is not None


def document_of(station: Any, about: SavedModel, *, on: date, replaces: ModelDocument | None = None) -> ModelDocument:
    """The model of ``station`` as a document, with its connectors and the chosen parameters.

    What a station cannot say (capabilities, quirks, sources) stays as the model has it that it ``replaces``. Reads its EVSEs, connectors and parameters. Raises ``DocumentError`` with what is missing or wrong.
    """
    connectors = sorted(station.connectors.all(), key=lambda connector: connector.number)
    if problems := _missing(connectors):
        raise DocumentError(problems)
    known = replaces.model_dump(mode="json", exclude_defaults=True) if replaces else {}
    content = known | {
        "id": about.slug,
        "label": about.label,
        "matches": [_match_rule(about)],
        **_electrical(station, connectors),
        "parameters": _recommended(station, about),
        "notes": [*known.get("notes", []), *about.notes],
        "confidence": "medium",
        "sources": [*known.get("sources", []), {"title": _("Configured here on {date}").format(date=on.isoformat())}],
    }
    return parse(json.dumps(content))


def _missing(connectors: list[Connector]) -> list[str]:
    """What the catalogue needs to know of connectors and nobody has entered."""
    if not connectors:
        return [_("The station has no connectors. Enter them first.")]
    problems = []
    for connector in connectors:
        needed = (*NEEDED, "phases") if connector.current_type == "AC" else NEEDED
        names = [_label(name) for name in needed if not getattr(connector, name)]
        if names:
            text = _("Connector {number} lacks: {fields}. Enter its details first.")
            problems.append(text.format(number=connector.number, fields=", ".join(names)))
    return problems


def _label(name: str) -> str:
    return str(Connector._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _match_rule(about: SavedModel) -> dict[str, list[str]]:
    patterns = {
        "vendor": about.vendor,
        "model": about.model,
        "serial_number": about.serial_number,
        "firmware_version": about.firmware_version,
    }
    return {name: [pattern] for name, pattern in patterns.items() if pattern}


def _electrical(station: ChargingStation, connectors: list[Connector]) -> Mapping[str, Any]:
    by_evse: dict[int, list[Connector]] = {}
    for connector in connectors:
        by_evse.setdefault(connector.evse.number, []).append(connector)
    return {
        "evses": [
            {"number": number, "connectors": [_facts_of(connector) for connector in of_evse]}
            for number, of_evse in sorted(by_evse.items())
        ],
        "maximum_power_w": station.maximum_power_w or sum(_strongest(of_evse) for of_evse in by_evse.values()),
        "shares_power": station.shares_power,
    }


def _facts_of(connector: Connector) -> dict[str, Any]:
    values = {name: getattr(connector, name) for name in CONNECTOR_FACTS}
    return {"number": connector.number} | values | {"type": connector.type or None}


def _strongest(connectors: list[Connector]) -> int:
    return max(connector.maximum_power_w or 0 for connector in connectors)


def _recommended(station: Any, about: SavedModel) -> list[dict[str, Any]]:
    chosen = {key.lower() for key in about.keys}
    values = {p.key: p.wanted_value for p in recommendable(station.parameters.all()) if p.key_lower in chosen}
    spoken = {"ocpp_version": [station.ocpp_version]} if station.ocpp_version else {}
    return [spoken | {"values": values}] if values else []
