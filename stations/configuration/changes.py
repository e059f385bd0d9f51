"""One value that changes: what a preview lists, the history keeps and a revert takes back."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from stations.catalogue.standard_keys import is_secret
from stations.models import EVSE, ChargingStation, Connector

MASK = "•••"
Kind = Literal["station", "evse", "connector", "parameter"]
MODELS: dict[str, type] = {"station": ChargingStation, "evse": EVSE, "connector": Connector}
EXISTS = "number"
"""Field of a change that makes an EVSE or a connector (before: none) or takes it away (after: none)."""


@dataclass(frozen=True)
class Change:
    """``field`` of an item goes from ``before`` to ``after``; ``item`` is a number, or the key of a parameter.

    A connector's field ``evse`` is the number of its EVSE; ``after`` None of a parameter means that nobody sets it any more.
    """

    kind: Kind
    item: str
    field: str
    before: Any
    after: Any

    @property
    def title(self) -> str:
        """What changes, in words."""
        if self.kind == "parameter":
            return self.item
        label = str(MODELS[self.kind]._meta.get_field(self.field).verbose_name)  # type: ignore[attr-defined]
        if self.kind == "station":
            return _("Station: {field}").format(field=label)
        where = _("EVSE {number}") if self.kind == "evse" else _("Connector {number}")
        if self.field == EXISTS:
            return where.format(number=self.item)
        return f"{where.format(number=self.item)}: {label}"

    @property
    def is_secret(self) -> bool:
        """Whether its values must not be shown."""
        return self.kind == "parameter" and is_secret(self.item)

    @property
    def shown(self) -> tuple[str, str]:
        """Before and after, for people."""
        return shown(self.before, self.is_secret), shown(self.after, self.is_secret)

    def kept(self) -> dict[str, Any]:
        """The change for the history: without secrets."""
        values = asdict(self)
        if self.is_secret:
            values |= {name: MASK for name in ("before", "after") if values[name] is not None}
        return values


def shown(value: Any, hide: bool = False) -> str:
    """A value for people; an en dash where there is none."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return MASK if hide else f"{value:g}" if isinstance(value, float) else str(value)


def from_history(kept: Iterable[dict[str, Any]]) -> list[Change]:
    """The changes of a row of the history."""
    return [Change(**each) for each in kept]


def reversed_changes(changes: Iterable[Change]) -> list[Change]:
    """What takes ``changes`` back. Secrets stay, as their values are not kept, and so do EVSEs and connectors that were made:
    the station may have them."""
    back = [Change(c.kind, c.item, c.field, c.after, c.before) for c in changes if not c.is_secret and not _made(c)]
    return back[::-1]


def _made(change: Change) -> bool:
    """Whether the change made an EVSE or a connector, or placed a connector for the first time."""
    return change.before is None and change.field in (EXISTS, "evse")
