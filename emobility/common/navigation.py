"""The main navigation: each app adds its entries when it starts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse


def _everybody(user: Any) -> bool:
    return True


@dataclass(frozen=True)
class Entry:
    """One link of the main navigation."""

    label: Any
    url_name: str
    icon: str
    weight: int
    shown_to: Callable[[Any], bool] = _everybody

    @property
    def url(self) -> str:
        """Where it leads."""
        return reverse(self.url_name)

    def contains(self, path: str) -> bool:
        """Whether the page at ``path`` belongs to this entry."""
        return path == self.url or (self.url != "/" and path.startswith(self.url))


_entries: list[Entry] = []


def add(*entries: Entry) -> None:
    """Put ``entries`` into the navigation, by weight."""
    _entries.extend(entries)
    _entries.sort(key=lambda entry: entry.weight)


def entries(user: Any) -> list[Entry]:
    """What ``user`` sees, in order."""
    return [entry for entry in _entries if entry.shown_to(user)]
