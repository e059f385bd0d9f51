"""Many keys in little text: ``1-40,42``."""

import re
from collections.abc import Iterable

_RUN = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?")


def to_runs(keys: Iterable[int]) -> str:
    """Keys, rising, as text."""
    runs: list[list[int]] = []
    for key in keys:
        if runs and key == runs[-1][1] + 1:
            runs[-1][1] = key
        else:
            runs.append([key, key])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)


def from_runs(text: str, most: int) -> list[int]:
    """The keys in ``text``, rising; none when it is no list of runs or names more than ``most``."""
    found: set[int] = set()
    for part in text.split(","):
        match = _RUN.fullmatch(part)
        if match is None:
            return []
        first, last = int(match[1]), int(match[2] or match[1])
        if last - first >= most:
            return []
        found.update(range(first, last + 1))
        if len(found) > most:
            return []
    return sorted(found)
