"""In what two documents of a station model differ, value by value."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from stations.catalogue.documents import ModelDocument


class Difference(NamedTuple):
    """One value; None where a document does not have it. ``where`` counts items of lists from one."""

    where: str
    before: str | None
    after: str | None


def differences(old: ModelDocument, new: ModelDocument) -> list[Difference]:
    """What changes when ``new`` takes the place of ``old``."""
    before, after = (dict(_values(document.model_dump(mode="json"))) for document in (old, new))
    places = [*before, *(place for place in after if place not in before)]
    return [
        Difference(" › ".join(place), before.get(place), after.get(place))
        for place in places
        if before.get(place) != after.get(place)
    ]


def _values(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping):
        inner: Any = ((str(key), each) for key, each in value.items())
    elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
        inner = ((str(number), each) for number, each in enumerate(value, 1))
    else:
        yield place, ", ".join(map(str, value)) if isinstance(value, list) else _written(value)
        return
    for key, each in inner:
        yield from _values(each, (*place, key))


def _written(value: Any) -> str | None:
    """A value as a file has it, text without quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else None if value is None else str(value)
