"""Which badges a station accepts by itself: its authorization cache and its local list (OCPP 1.6 §3.5)."""

from dataclasses import dataclass, field
from typing import Any

from stations.simulation.configuration import LOCAL_LIST_MAXIMUM


@dataclass
class LocalAuthorization:
    """What the station remembers of badges: the statuses by idTag."""

    cache: dict[str, str] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    list_version: int = 0

    def remember(self, badge: str, status: str) -> None:
        """Keep the central system's latest word on ``badge``."""
        self.cache[badge] = status

    def accepts(self, badge: str, *, use_list: bool) -> bool:
        """Whether the badge may charge without asking; the local list outranks the cache."""
        known = self.listed.get(badge) if use_list else None
        return (known or self.cache.get(badge)) == "Accepted"

    def update_list(self, version: int, update_type: str, entries: list[dict[str, Any]]) -> str:
        """Apply SendLocalList; returns its status (§7.48). An entry without idTagInfo removes the badge."""
        if update_type == "Differential" and version <= self.list_version:
            return "VersionMismatch"
        updated = {} if update_type == "Full" else dict(self.listed)
        for entry in entries:
            if "idTagInfo" in entry:
                updated[entry["idTag"]] = entry["idTagInfo"]["status"]
            else:
                updated.pop(entry["idTag"], None)
        if len(updated) > LOCAL_LIST_MAXIMUM:
            return "Failed"
        self.listed, self.list_version = updated, version
        return "Accepted"
