"""OCPP parameters as a page shows them: typed, explained, secrets hidden."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emobility.common.help import Explanation, explain
from stations.catalogue.documents import ParameterType
from stations.catalogue.standard_keys import KeyHint, hint_of, is_secret
from stations.catalogue.values import spelling_of, type_of
from stations.configuration.changes import MASK
from stations.enums import ParameterStatus
from stations.models import OcppParameter

TYPES = {
    "boolean": gettext_lazy("Yes or no."),
    "integer": gettext_lazy("Whole number."),
    "decimal": gettext_lazy("Number."),
    "list": gettext_lazy("List, with commas between its parts."),
    "text": gettext_lazy("Text."),
}
explain(
    OcppParameter,
    "active_value",
    gettext_lazy("active value"),
    gettext_lazy("What the system or somebody set; where nobody did, what the station has."),
)


@dataclass(frozen=True)
class ParameterRow:
    """One parameter with what is known about it."""

    parameter: OcppParameter
    kind: ParameterType

    @property
    def hint(self) -> KeyHint | None:
        """What the standard says about it."""
        return hint_of(self.parameter.key)

    @property
    def explanation(self) -> Explanation:
        """What stands behind the (i)."""
        return Explanation(self.parameter.key, " ".join(_words(self.hint, self.kind)))

    @property
    def is_secret(self) -> bool:
        """Whether its values are shown to nobody."""
        return is_secret(self.parameter.key)

    @property
    def unit(self) -> str:
        """Unit of its value; empty where it has none."""
        return self.hint.unit if self.hint else ""

    @property
    def active(self) -> str | None:
        """The active value, as far as it may be shown."""
        return self._shown(self.parameter.active_value)

    @property
    def recommended(self) -> str | None:
        """The recommended value, as far as it may be shown."""
        return self._shown(self.parameter.recommended_value)

    @property
    def reported(self) -> str | None:
        """The value at the station, as far as it may be shown."""
        return self._shown(self.parameter.reported_value)

    @property
    def is_recommendation_unused(self) -> bool:
        """Whether there is a recommended value and another one is in force."""
        return self.parameter.status == ParameterStatus.SYSTEM_VALUE_OVERWRITTEN

    @property
    def words(self) -> tuple[str, str]:
        """How the station writes true and false."""
        parameter = self.parameter
        known = (parameter.reported_value, parameter.wanted_value, parameter.recommended_value)
        return next(filter(None, map(spelling_of, known)), ("true", "false"))

    def _shown(self, value: str | None) -> str | None:
        return MASK if value and self.is_secret else value


def rows_of(parameters: Iterable[OcppParameter], types: Mapping[str, ParameterType]) -> list[ParameterRow]:
    """``parameters``, each with its type."""
    return [ParameterRow(parameter, type_of(parameter.key, types)) for parameter in parameters]


def _words(hint: KeyHint | None, kind: ParameterType) -> list[str]:
    if hint is None:
        return [_("A parameter of the vendor's own."), str(TYPES[kind])]
    found = [str(hint.meaning), str(TYPES[hint.type]), _unit(hint), _range(hint)]
    if hint.choices:
        text = _("Of these or others: {choices}.") if hint.is_open else _("Of these: {choices}.")
        found.append(text.format(choices=", ".join(hint.choices)))
    if hint.read_only:
        found.append(_("Stations only report it."))
    return [words for words in found if words]


def _unit(hint: KeyHint) -> str:
    return _("In {unit}.").format(unit=hint.unit) if hint.unit else ""


def _range(hint: KeyHint) -> str:
    if hint.minimum is None or hint.read_only:
        return ""
    if hint.maximum is None:
        return _("{least} or more.").format(least=hint.minimum)
    return _("From {least} to {most}.").format(least=hint.minimum, most=hint.maximum)


def hidden_value(parameter: Any, name: str) -> str:
    """The value ``name`` of a parameter for a file: nothing that is secret."""
    value = getattr(parameter, name)
    return MASK if value and is_secret(parameter.key) else value or ""
