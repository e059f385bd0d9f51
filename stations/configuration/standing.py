"""The value that stands now where a change was made."""

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
