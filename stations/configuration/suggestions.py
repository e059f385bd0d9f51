"""OCPP parameters that any OCPP 1.6 station should have, each with its reason and what the station says to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from stations.catalogue.documents import ParameterType
from stations.catalogue.standard_keys import is_of_one_station, is_secret
from stations.catalogue.values import same, type_of
from stations.models import OcppParameter

MEASURED = "MeterValuesSampledData"
MEASURANDS = ("Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage")
"""The most needed first: a station that takes fewer gets the first of them."""
CHARGE_LEVEL = "SoC"
_MINIMUM = {
    "MeterValueSampleInterval": ("60", _("A reading each minute: power and energy of a session are seen while it runs.")),
    MEASURED: ("", _("What a reading holds. Without energy there is no progress, without current no load management.")),
    "ClockAlignedDataInterval": ("0", _("No more readings at round times of the clock: those of a session are enough.")),
    "ConnectionTimeOut": ("60", _("A driver has a minute to plug in after showing a badge.")),
    "StopTransactionOnInvalidId": ("true", _("No charging goes on with a badge that turned out not to be valid.")),
}  # fmt: skip
_OF_MODEL = _("Recommended for the model you started from.")
NOT_LISTED = _("The station does not list this parameter, so it most likely does not know it.")
READ_ONLY = _("The station says that it cannot be changed.")
THERE = _("The station has this value already.")


@dataclass(frozen=True)
class Suggestion:
    """A parameter that should have a value; ``doubt`` says why it is not ticked."""

    key: str
    value: str
    reason: Any
    reported: str | None = None
    read_only: bool = False
    doubt: Any = ""

    @property
    def is_ticked(self) -> bool:
        """Whether it is taken unless somebody says otherwise."""
        return not self.doubt


def suggestions(
    parameters: Iterable[OcppParameter],
    *,
    has_dc: bool,
    of_model: Mapping[str, str] | None = None,
    types: Mapping[str, ParameterType] | None = None,
) -> list[Suggestion]:
    """The recommended minimum, then what is recommended for a similar model, beside what the station reports."""
    known = {each.key_lower: each for each in parameters}
    listed = {lower for lower, each in known.items() if each.reported_value is not None}
    wanted = {key: (value or _measured(known, has_dc), reason) for key, (value, reason) in _MINIMUM.items()}
    names = {key.lower(): key for key in wanted}
    for key, value in (of_model or {}).items():
        if not (is_secret(key) or is_of_one_station(key)):
            wanted[names.get(key.lower(), key)] = (value, _OF_MODEL)
    return [
        _beside(known.get(key.lower()), key, value, reason, has_list=bool(listed), types=types)
        for key, (value, reason) in wanted.items()
    ]


def _beside(
    row: OcppParameter | None,
    key: str,
    value: str,
    reason: Any,
    *,
    has_list: bool,
    types: Mapping[str, ParameterType] | None,
) -> Suggestion:
    reported = row.reported_value if row else None
    read_only = bool(row and row.read_only)
    doubt: Any = ""
    if reported is not None and _suffices(key, reported, value, types):
        doubt = THERE
    elif read_only:
        doubt = READ_ONLY
    elif has_list and reported is None:
        doubt = NOT_LISTED
    return Suggestion(row.key if row else key, value, reason, reported, read_only, doubt)


def _suffices(key: str, reported: str, value: str, types: Mapping[str, ParameterType] | None) -> bool:
    """Whether the station has the value, or measures still more."""
    if key == MEASURED and set(value.split(",")) <= {part.strip() for part in reported.split(",")}:
        return True
    return same(type_of(key, types), reported, value)


def _measured(known: Mapping[str, OcppParameter], has_dc: bool) -> str:
    """What to measure, no more than the station takes (OCPP 1.6 §9.1); of DC also how full the car is."""
    wanted = (*MEASURANDS, CHARGE_LEVEL) if has_dc else MEASURANDS
    limit = known.get(f"{MEASURED}MaxLength".lower())
    most = (limit.reported_value or "") if limit else ""
    return ",".join(wanted[: int(most)] if most.isdecimal() and int(most) else wanted)
