"""CSV of any list, streamed row by row."""

import csv
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from emobility.common.csv_cells import cell

MAXIMUM_ROWS = 50_000
ROWS_AT_ONCE = 500

Columns = Mapping[str, Callable[[Any], Any]]
"""Header of a column, and what it shows of a row."""


class _Echo:
    """A file that hands each written line straight back."""

    def write(self, line: str) -> str:
        return line


def csv_response(
    name: str, columns: Columns, rows: QuerySet, *, after: Iterable[Mapping[str, Any]] = ()
) -> StreamingHttpResponse:
    """``rows``, at most ``MAXIMUM_ROWS`` of them, as the download ``name``.csv; then rows given by column."""
    return StreamingHttpResponse(
        _lines(columns, rows[:MAXIMUM_ROWS], after),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


async def _lines(columns: Columns, rows: QuerySet, after: Iterable[Mapping[str, Any]]) -> AsyncIterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(columns)
    async for row in rows.aiterator(chunk_size=ROWS_AT_ONCE):
        yield writer.writerow([cell(show(row)) for show in columns.values()])
    for values in after:
        yield writer.writerow([cell(values.get(column)) for column in columns])
