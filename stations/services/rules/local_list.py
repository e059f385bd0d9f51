"""Local list: what the station holds after it took the messages, or did not."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from stations.enums import OperationState
from stations.models import LocalList, Operation
from stations.services.operation_rules import Rules, Seen, register
from stations.services.rules.watching import came_to_nothing, happened, stations_of

TAKEN = "Accepted"


class LocalListRules(Rules):
    """The last message asks which version the station has."""

    def watched_for(self, operation: Operation) -> timedelta | None:
        """The answer is there already."""
        return timedelta(minutes=1) if operation.state == OperationState.ACCEPTED else None

    def seen(self, operations: Sequence[Operation]) -> dict[int, Seen]:
        """The version it has is the one that was sent."""
        return {operation.pk: _compared(_version_held(operation), _last_version(operation)) for operation in operations}

    def settled(self, operations: Sequence[Operation]) -> None:
        """Keep what the stations hold now; where that is not sure any more, say what to do."""
        sent = [operation for operation in operations if operation.sent_at]
        held = {row.station_id: row for row in LocalList.objects.filter(station__in=stations_of(sent))}
        for operation in sent:
            row = held.setdefault(operation.station_id, LocalList(station_id=operation.station_id))
            _keep(row, operation)
            if not row.is_known:
                operation.error = f"{operation.error} {_('What the station holds is not known: send the full list.')}"
                operation.error = operation.error.strip()[-500:]
        LocalList.objects.bulk_create(
            held.values(),
            update_conflicts=True,
            unique_fields=["station"],
            update_fields=["version", "is_known", "entries", "updated_at"],
        )
        Operation.objects.bulk_update([o for o in sent if not held[o.station_id].is_known], ["error"])


def _keep(row: LocalList, operation: Operation) -> None:
    """Bring ``row`` up to what the operation did."""
    details = operation.details
    row.version, row.updated_at = max(row.version, _highest_sent(operation)), timezone.now()
    row.is_known = _is_taken(operation) and (details["is_full"] or row.is_known)
    if row.is_known:
        kept = {} if details["is_full"] else row.entries
        row.entries = merged(kept, details["entries"])


def merged(held: dict[str, list], sent: Sequence[dict[str, Any]]) -> dict[str, list]:
    """``held`` with the entries sent; one without a status is taken off."""
    entries = held | {entry["id_tag"]: [entry["status"], entry["expires_at"]] for entry in sent}
    return {id_tag: entry for id_tag, entry in entries.items() if entry[0] is not None}


def _parts(operation: Operation) -> int:
    """How many messages carry the list; one more asks for the version."""
    return len(operation.requests) - 1


def _last_version(operation: Operation) -> int:
    return int(operation.details["first_version"]) + _parts(operation) - 1


def _highest_sent(operation: Operation) -> int:
    """The highest version the station may have seen."""
    return min(_last_version(operation), int(operation.details["first_version"]) + len(operation.responses))


def _is_taken(operation: Operation) -> bool:
    """Every part was accepted, and the station does not say that it holds another version."""
    parts = operation.responses[: _parts(operation)]
    return (
        len(parts) == _parts(operation)
        and all(_field(part, "status") == TAKEN for part in parts)
        and _version_held(operation) in (None, _last_version(operation))
    )


def _version_held(operation: Operation) -> int | None:
    """The version the station says it has, where it was asked."""
    return _field(operation.responses[-1], "listVersion") if len(operation.responses) > _parts(operation) else None


def _field(response: Any, name: str) -> Any:
    return response.get(name) if isinstance(response, dict) else None


def _compared(held: int | None, sent: int) -> Seen:
    if held == sent:
        return happened(_("The station holds version {version}.").format(version=sent))
    text = _("The station holds version {held}, not {sent}: send the full list.")
    return came_to_nothing(text.format(held=held, sent=sent))


register(LocalListRules(), "send-local-list")
