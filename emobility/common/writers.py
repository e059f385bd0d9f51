"""How ``bulk`` talks to each database: one small writer per vendor.

Both take all rows of a statement at once. PostgreSQL gets them as one JSON parameter of a prepared statement, sent
through libpq directly: psycopg's cursors cost several times what the statement itself does. SQLite gets them one
by one inside the driver.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import orjson
import psycopg
from django.db import connection
from psycopg import pq
from psycopg.adapt import Transformer

Row = Sequence[Any]


class Writer(Protocol):
    """Runs statements inside the caller's transaction."""

    def run(self, sql: str, rows: Sequence[Row], *, returns: bool) -> list[tuple]:
        """Run ``sql`` for all ``rows``; the rows it returns, in no particular order."""

    def ask(self, sql: str, rows: Sequence[Row]) -> list[tuple]:
        """Run a SELECT that takes all ``rows`` as one JSON parameter."""


@contextmanager
def writer() -> Iterator[Writer]:
    """The writer of this thread's connection; call it inside ``transaction.atomic``."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "postgresql":
            yield PostgresWriter.of(connection.connection)
        else:
            with connection.cursor() as cursor:
                yield SqliteWriter(cursor)


class SqliteWriter:
    """Statements with ``%s`` placeholders through Django's cursor."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def run(self, sql: str, rows: Sequence[Row], *, returns: bool) -> list[tuple]:
        """See ``Writer``."""
        if returns:
            return [found for row in rows for found in self._cursor.execute(sql, row).fetchall()]
        self._cursor.executemany(sql, rows)
        return []

    def ask(self, sql: str, rows: Sequence[Row]) -> list[tuple]:
        """See ``Writer``."""
        return self._cursor.execute(sql, [orjson.dumps(rows).decode()]).fetchall()


class PostgresWriter:
    """Prepared statements with one parameter, ``$1``, over one connection."""

    _known: WeakKeyDictionary[psycopg.Connection, "PostgresWriter"] = WeakKeyDictionary()

    def __init__(self, native: psycopg.Connection) -> None:
        self._pgconn = native.pgconn
        self._transformer = Transformer(native)
        self._names: dict[str, bytes] = {}

    @classmethod
    def of(cls, native: psycopg.Connection) -> "PostgresWriter":
        """The writer of a connection, which knows what is prepared there; begins the transaction if need be."""
        found = cls._known.get(native)
        if found is None:
            found = cls._known[native] = cls(native)
        if native.pgconn.transaction_status == pq.TransactionStatus.IDLE:
            found._checked(native.pgconn.exec_(b"BEGIN"))
        return found

    def run(self, sql: str, rows: Sequence[Row], *, returns: bool) -> list[tuple]:
        """See ``Writer``."""
        name = self._names.get(sql) or self._prepare(sql)
        result = self._checked(self._pgconn.exec_prepared(name, [orjson.dumps(rows)]))
        if not returns:
            return []
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def ask(self, sql: str, rows: Sequence[Row]) -> list[tuple]:
        """See ``Writer``."""
        return self.run(sql, rows, returns=True)

    def _prepare(self, sql: str) -> bytes:
        name = b"bulk_%d" % len(self._names)
        self._checked(self._pgconn.prepare(name, sql.encode()))
        self._names[sql] = name
        return name

    def _checked(self, result: Any) -> Any:
        if self._pgconn.status == pq.ConnStatus.BAD:
            raise psycopg.OperationalError(self._pgconn.get_error_message())
        if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
            raise psycopg.errors.error_from_result(result)
        return result
