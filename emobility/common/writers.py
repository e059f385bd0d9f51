"""How ``bulk`` talks to each database: one small writer per vendor.

Both take all rows of a statement at once. PostgreSQL gets them as one JSON parameter of a prepared statement, sent
through libpq directly: psycopg's cursors cost several times what the statement itself does. SQLite gets them one
by one inside the driver.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import orjson
import psycopg
from django.db import connection
from django.db import transaction as django_transaction
from psycopg import pq
from psycopg.adapt import Transformer

Row = Sequence[Any]


class Writer(Protocol):
    """Runs statements inside the caller's transaction."""

    def run(self, sql: str, rows: Sequence[Row], *, returns: bool) -> list[tuple]:
        """Run ``sql`` for all ``rows``; the rows it returns, in no particular order."""

    def ask(self, sql: str, rows: Sequence[Row]) -> list[tuple]:
        """Run a SELECT that takes all ``rows`` as one JSON parameter."""

    def command(self, sql: str) -> None:
        """Run a statement without rows."""


@contextmanager
def transaction() -> Iterator[Writer]:
    """One transaction on this thread's connection, in which the ORM may be used as well.

    Two statements, which cost a fraction of what ``atomic`` does to begin and end an outermost block.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        writer = _writer()
        if connection.in_atomic_block:
            with django_transaction.atomic():
                yield writer
            return
        writer.command("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
        _tell_django(inside=True)
        try:
            yield writer
            connection.validate_no_broken_transaction()
            writer.command("COMMIT")
        except BaseException:
            _tell_django(inside=False)
            _roll_back(writer)
            raise
        _tell_django(inside=False)
    connection.run_and_clear_commit_hooks()


def _tell_django(*, inside: bool) -> None:
    """The ORM makes savepoints and locks rows by these flags."""
    connection.in_atomic_block, connection.autocommit, connection.needs_rollback = inside, not inside, False


def _roll_back(writer: Writer) -> None:
    connection.run_on_commit = []
    try:
        writer.command("ROLLBACK")
    except (sqlite3.Error, psycopg.Error):
        connection.close()  # it is lost or in no known state; the next transaction opens another


def _writer() -> Writer:
    if connection.vendor == "postgresql":
        return PostgresWriter.of(connection.connection)
    return SqliteWriter(connection.connection)


class SqliteWriter:
    """Statements with ``?`` placeholders, past Django's cursor."""

    def __init__(self, native: sqlite3.Connection) -> None:
        self._native = native

    def run(self, sql: str, rows: Sequence[Row], *, returns: bool) -> list[tuple]:
        """See ``Writer``."""
        if returns:
            return [found for row in rows for found in self._native.execute(sql, row).fetchall()]
        self._native.executemany(sql, rows)
        return []

    def ask(self, sql: str, rows: Sequence[Row]) -> list[tuple]:
        """See ``Writer``."""
        return self._native.execute(sql, [orjson.dumps(rows).decode()]).fetchall()

    def command(self, sql: str) -> None:
        """See ``Writer``."""
        self._native.execute(sql)


class PostgresWriter:
    """Prepared statements with one parameter, ``$1``, over one connection."""

    _known: WeakKeyDictionary[psycopg.Connection, "PostgresWriter"] = WeakKeyDictionary()

    def __init__(self, native: psycopg.Connection) -> None:
        self._pgconn = native.pgconn
        self._transformer = Transformer(native)
        self._names: dict[str, bytes] = {}

    @classmethod
    def of(cls, native: psycopg.Connection) -> "PostgresWriter":
        """The writer of a connection, which knows what is prepared there."""
        return cls._known.get(native) or cls._known.setdefault(native, cls(native))

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

    def command(self, sql: str) -> None:
        """See ``Writer``."""
        self._checked(self._pgconn.exec_(sql.encode()))

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
