"""A form made from a JSON schema, and the payload made from what was entered.

Objects inside objects become groups of fields; objects with free names for texts are written in lines, lists and other
free objects as JSON. What is optional and left empty is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from emobility.common.schema_fields import Schema, field_for, is_empty, resolved, to_initial, to_plain, type_of

DEEPEST = 5
Choices = Mapping[str, list[tuple[Any, Any]]]
"""For fields, by name: values and what they are called."""
Path = tuple[str, ...]


@dataclass(frozen=True)
class Leaf:
    """A value somewhere in the payload. ``needed_within``: it must be given if anything of that object is."""

    path: Path
    schema: Schema
    needed_within: Path | None

    @property
    def name(self) -> str:
        """Name of its form field."""
        return ".".join(self.path)

    @property
    def is_required(self) -> bool:
        """Whether the payload needs it in any case; what has a default does not."""
        return self.needed_within == () and "default" not in self.schema


@dataclass(frozen=True)
class Section:
    """Fields of one object; ``legend`` is where it stands in the payload."""

    legend: str
    fields: list[forms.BoundField]


class SchemaForm(forms.Form):
    """Fields for every value of ``schema``.

    ``payload`` fills them in beforehand. ``choices`` makes a field offer values (others are still taken when they
    come from elsewhere: the service that gets the payload judges them), ``suggestions`` proposes some beside free text.
    """

    def __init__(
        self,
        schema: Schema,
        data: Any = None,
        *,
        payload: Mapping[str, Any] | None = None,
        choices: Choices | None = None,
        suggestions: Choices | None = None,
    ) -> None:
        super().__init__(data, prefix="parameters")
        self.leaves = list(_leaves(schema, schema))
        for leaf in self.leaves:
            self._add(leaf, payload or {})
        for name, offered in (choices or {}).items():
            self._offer(name, offered)
        for name, proposed in (suggestions or {}).items():
            self._propose(name, proposed)

    def _add(self, leaf: Leaf, payload: Mapping[str, Any]) -> None:
        field = field_for(leaf.schema, name=leaf.path[-1], required=leaf.is_required)
        given = _at(payload, leaf.path)
        if not is_empty(given):
            field.initial = to_initial(field, given)
        self.fields[leaf.name] = field

    def _offer(self, name: str, offered: list[tuple[Any, Any]]) -> None:
        if (field := self.fields.get(name)) is None:
            return
        options = [(str(value), label) for value, label in offered]
        now = self[name].value()
        if not is_empty(now) and str(now) not in dict(options):
            options.append((str(now), str(now)))
        blank = [("", "–")] if not field.required or len(options) > 1 else []
        field.widget = forms.Select(choices=blank + options)

    def _propose(self, name: str, proposed: list[tuple[Any, Any]]) -> None:
        if (field := self.fields.get(name)) is not None:
            field.suggestions = proposed  # type: ignore[attr-defined]
            field.widget.attrs["list"] = f"{self[name].auto_id}_list"

    @property
    def sections(self) -> list[Section]:
        """The fields, grouped by the object they belong to."""
        found: dict[str, Section] = {}
        for leaf in self.leaves:
            legend = ".".join(leaf.path[:-1])
            found.setdefault(legend, Section(legend, [])).fields.append(self[leaf.name])
        return list(found.values())

    def clean(self) -> dict[str, Any]:
        """What an optional object needs, once something of it is given."""
        given = [leaf.path for leaf in self.leaves if not is_empty(self.cleaned_data.get(leaf.name))]
        for leaf in self.leaves:
            within = leaf.needed_within
            if not within or leaf.path in given or leaf.name in self.errors:
                continue
            if any(path[: len(within)] == within for path in given):
                self.add_error(leaf.name, self.fields[leaf.name].error_messages["required"])
        return self.cleaned_data

    @property
    def payload(self) -> dict[str, Any]:
        """What was entered, as far as it is valid."""
        found: dict[str, Any] = {}
        for leaf in self.leaves:
            value = self.cleaned_data.get(leaf.name)
            if is_empty(value):
                continue
            inner = found
            for name in leaf.path[:-1]:
                inner = inner.setdefault(name, {})
            inner[leaf.path[-1]] = to_plain(value)
        return found

    def refuse(self, error: ValidationError | Exception) -> None:
        """Show why a service refused the payload: at the field where it names one, else on top."""
        if not isinstance(error, ValidationError):
            self.add_error(None, str(error))
            return
        named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for where, messages in named.items():
            for message in messages:
                self._refuse_at(where, message)

    def _refuse_at(self, where: str, message: str) -> None:
        """``where`` may lie inside a field (``periods.0.limit``), or start the message (``idTag: too long``)."""
        start, colon, rest = message.partition(": ")
        if where not in self.fields and colon and self._field_of(start):
            where, message = start, rest
        name = self._field_of(where)
        inside = where[len(name) + 1 :] if name else where
        known = "" if inside in ("", "parameters", "payload") else f"{inside}: "
        self.add_error(name or None, f"{known}{message}")

    def _field_of(self, where: str) -> str:
        """The field that is, or holds, the value at ``where``."""
        parts = where.split(".")
        names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
        return next((name for name in names if name in self.fields), "")


def _leaves(schema: Schema, root: Schema, path: Path = (), needed_within: Path | None = ()) -> Iterator[Leaf]:
    """Every value of an object's schema; ``needed_within`` is that of the object itself."""
    required = schema.get("required", ())
    for name, raw in schema.get("properties", {}).items():
        inner, here = resolved(raw, root), (*path, name)
        is_object = type_of(inner) == "object" and inner.get("properties")
        if is_object and len(here) < DEEPEST:
            yield from _leaves(inner, root, here, needed_within if name in required else here)
        else:
            yield Leaf(here, inner, needed_within if name in required else None)


def _at(payload: Any, path: Path) -> Any:
    for name in path:
        payload = payload.get(name) if isinstance(payload, Mapping) else None
    return payload
