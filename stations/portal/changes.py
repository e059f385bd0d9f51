"""Values that change, as previews and the history show them: grouped, before and after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from stations.configuration.changes import EXISTS, MODELS, Change

HEADINGS = {
    "station": _("Station"),
    "evse": _("EVSEs"),
    "connector": _("Connectors"),
    "parameter": _("OCPP parameters"),
}


@dataclass(frozen=True)
class ShownChange:
    """One line: what changes, and its values for people."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangeGroup:
    """The lines under one heading."""

    heading: Any
    lines: Sequence[ShownChange]


def grouped(changes: Iterable[Change]) -> list[ChangeGroup]:
    """``changes`` by what they are about, in the order in which people think of a station."""
    by_kind: dict[str, list[ShownChange]] = {kind: [] for kind in HEADINGS}
    for change in changes:
        by_kind[change.kind].append(in_words(change))
    return [ChangeGroup(HEADINGS[kind], lines) for kind, lines in by_kind.items() if lines]


def in_words(change: Change) -> ShownChange:
    """One change, with the names of choices instead of what is stored for them."""
    if change.kind != "parameter" and change.field == EXISTS:
        return ShownChange(change.title, *_existence(change))
    before, after = change.shown
    names = _names(change)
    return ShownChange(change.title, names.get(change.before, before), names.get(change.after, after))


def _existence(change: Change) -> tuple[str, str]:
    return ("–", str(_("new"))) if change.before is None else (str(_("exists")), str(_("removed")))


def _names(change: Change) -> dict[Any, str]:
    if change.kind == "parameter":
        return {}
    field = MODELS[change.kind]._meta.get_field(change.field)  # type: ignore[attr-defined]
    return {value: str(label) for value, label in getattr(field, "choices", None) or () if value}
