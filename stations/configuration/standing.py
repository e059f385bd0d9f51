"""Changes seen from the values that stand now."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from stations.configuration.changes import EXISTS, Change


def standing_value(station: Any, change: Change) -> Any:
    """What ``change`` would replace now; reads the relations ``NEEDS`` of the station."""
    match change.kind:
        case "station":
            return getattr(station, change.field)
        case "parameter":
            found = (p for p in station.parameters.all() if p.key_lower == change.item.lower())
            return getattr(next(found, None), change.field, None)
        case "evse":
            return _of(station.evses.all(), change)
        case "connector":
            return _of(station.connectors.all(), change)


def _of(rows: Any, change: Change) -> Any:
    row = next((row for row in rows if row.number == int(change.item)), None)
    if row is None:
        return None
    if change.field == EXISTS:
        return row.number
    return row.evse.number if change.field == "evse" else getattr(row, change.field)


def from_now(station: Any, changes: Iterable[Change]) -> list[Change]:
    """``changes`` as they would go from the values that stand now; without those that change nothing."""
    now = (replace(change, before=standing_value(station, change)) for change in changes)
    return [change for change in now if change.before != change.after]
