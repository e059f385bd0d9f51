"""What a person enters for parameters, checked and compared with what is wanted already."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stations.catalogue.documents import ParameterType
from stations.catalogue.values import key_problem, problem
from stations.configuration.changes import Change
from stations.configuration.parameters import types_of


def parameter_changes(station: Any, values: Mapping[str, str | None]) -> list[Change]:
    """What setting ``values`` changes (None: nobody sets it any more); raises ``ValidationError`` by key.

    Reads the station's ``parameters`` and its model.
    """
    existing = {parameter.key_lower: parameter for parameter in station.parameters.all()}
    types = types_of(station)
    errors: dict[str, list[str]] = {}
    changes = []
    for key, value in values.items():
        found = existing.get(key.strip().lower())
        before = found.wanted_value if found else None
        if before == value:
            continue
        if wrong := _wrong(key, value, types, is_read_only=bool(found and found.read_only)):
            errors[key] = [wrong]
        changes.append(Change("parameter", found.key if found else key.strip(), "wanted_value", before, value))
    if errors:
        raise ValidationError(errors)
    return changes


def _wrong(key: str, value: str | None, types: Mapping[str, ParameterType], *, is_read_only: bool) -> str | None:
    if value is None:
        return None
    if is_read_only:
        return _("The station says that {key} is read-only: it cannot be set.").format(key=key)
    return key_problem(key) or problem(key, value, types)
