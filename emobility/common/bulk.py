"""Set-based SQL for the hot path: many rows in one statement, the same calls on PostgreSQL and SQLite.

Rows are sequences of plain values (int, float, bool, str, None) in the order of the fields; times go
through ``stamp``. Measured several times cheaper than the ORM's bulk methods.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from django.db import connection, models

from emobility.common.writers import Row, Writer


def stamp(moment: datetime) -> str:
    """An aware UTC time in the form both databases store it from text."""
    global _stamped
    known, text = _stamped
    if known is not moment:
        text = moment.isoformat(" ")[:-6]
        _stamped = moment, text
    return text


_stamped = datetime.min.replace(tzinfo=UTC), ""
"""The last time stamped: messages that come together share theirs, see ``clock``."""


def moment_of(value: datetime | None) -> datetime | None:
    """A time column as ``Lookup`` returns it: SQLite knows no zone, everything stored is UTC."""
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


class _Statement(ABC):
    """Builds its SQL on first use, once per process, from model fields."""

    def __init__(self, model: type[models.Model], fields: Sequence[str]) -> None:
        self.model = model
        self.fields = [cast(models.Field, model._meta.get_field(name)) for name in fields]
        self.returns = False
        self._sql: dict[str, str] = {}

    def _run(self, writer: Writer, rows: Sequence[Row]) -> list[tuple]:
        if not rows:
            return []
        sql = self._sql.get(connection.vendor) or self._sql.setdefault(connection.vendor, self._build())
        return writer.run(sql, rows, returns=self.returns)

    @abstractmethod
    def _build(self) -> str:
        """The SQL for the connection's vendor."""

    @property
    def _table(self) -> str:
        return connection.ops.quote_name(self.model._meta.db_table)

    def _names(self) -> list[str]:
        return [connection.ops.quote_name(str(field.column)) for field in self.fields]

    def _values(self) -> list[str]:
        """The row's values as SQL expressions over one JSON array element ``e`` (PostgreSQL)."""
        return [f"(e->>{i})::{_pg_type(field)}" for i, field in enumerate(self.fields)]


class Lookup:
    """One SELECT for many questions: ``sql`` reads from ``asked``, a table of the rows, columns ``c0``, ``c1`` …

    ``types`` are ``bigint`` or ``text``, one per column. ``lock`` is added on PostgreSQL only.
    """

    def __init__(self, types: Sequence[str], sql: str, *, lock: str = "") -> None:
        self._types, self._select, self._lock = types, sql, lock
        self._sql: dict[str, str] = {}

    def __call__(self, writer: Writer, rows: Sequence[Row]) -> list[tuple]:
        """The rows found, in no particular order."""
        if not rows:
            return []
        return writer.ask(
            self._sql.get(connection.vendor) or self._sql.setdefault(connection.vendor, self._build()), rows
        )

    def _build(self) -> str:
        if connection.vendor == "postgresql":
            columns = ", ".join(f"(e->>{i})::{kind} AS c{i}" for i, kind in enumerate(self._types))
            return self._filled(columns, "jsonb_array_elements($1::jsonb) AS e") + self._lock
        columns = ", ".join(f"json_extract(value, '$[{i}]') AS c{i}" for i in range(len(self._types)))
        return self._filled(columns, "json_each(?)")

    def _filled(self, columns: str, source: str) -> str:
        return self._select.replace("FROM asked", f"FROM (SELECT {columns} FROM {source}) AS asked")  # noqa: S608


class Insert(_Statement):
    """INSERT of many rows. ``conflict`` is the ON CONFLICT clause; ``returning`` the columns given back."""

    def __init__(
        self, model: type[models.Model], fields: Sequence[str], *, conflict: str = "", returning: str = ""
    ) -> None:
        super().__init__(model, fields)
        self._tail = f" {conflict}" + (f" RETURNING {returning}" if returning else "")
        self.returns = bool(returning)

    def __call__(self, writer: Writer, rows: Sequence[Row]) -> list[tuple]:
        """Insert ``rows``; returns the RETURNING rows, in no particular order."""
        return self._run(writer, rows)

    def _build(self) -> str:
        head = f"INSERT INTO {self._table} ({', '.join(self._names())}) "
        if connection.vendor == "postgresql":
            # WHERE true: without it ON after a SELECT would be read as a join condition.
            source = f"SELECT {', '.join(self._values())} FROM jsonb_array_elements($1::jsonb) AS e WHERE true"  # noqa: S608
        else:
            source = f"VALUES ({', '.join('?' * len(self.fields))})"
        return head + source + self._tail


class Update(_Statement):
    """UPDATE of many rows: the last ``keys`` fields find the row, the others are set. A field may be both.

    ``condition`` is SQL the row must also meet as it stands.
    """

    def __init__(self, model: type[models.Model], fields: Sequence[str], *, keys: int = 1, condition: str = "") -> None:
        super().__init__(model, fields)
        self._set = len(fields) - keys
        self._condition = [condition] if condition else []

    def __call__(self, writer: Writer, rows: Sequence[Row]) -> None:
        """Update by key; rows whose key does not exist are skipped."""
        self._run(writer, rows)

    def _build(self) -> str:
        names = self._names()
        values = self._values() if connection.vendor == "postgresql" else ["?"] * len(names)
        pairs = [f"{name} = {value}" for name, value in zip(names, values, strict=True)]
        wheres = [f"{self._table}.{pair}" for pair in pairs[self._set :]] + self._condition
        source = " FROM jsonb_array_elements($1::jsonb) AS e" if connection.vendor == "postgresql" else ""
        return f"UPDATE {self._table} SET {', '.join(pairs[: self._set])}{source} WHERE {' AND '.join(wheres)}"  # noqa: S608


def _pg_type(field: models.Field) -> str:
    kind = field.cast_db_type(connection) or "text"
    return "text" if kind.startswith("varchar") else kind
