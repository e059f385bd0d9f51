"""Lists: ``?limit=&offset=`` in, ``{count, next, previous, results}`` out."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Schema
from ninja.pagination import PaginationBase

LARGEST_LIMIT = 1000
LARGEST_OFFSET = 10_000_000


class Pages(PaginationBase):
    """Pages of a list. Rows beyond ``count_up_to`` are served, but no longer counted."""

    items_attribute = "results"
    count_up_to = 100_000

    class Input(Schema):
        limit: int = Field(50, ge=1, le=LARGEST_LIMIT, description="Entries per page.")
        offset: int = Field(0, ge=0, le=LARGEST_OFFSET, description="Entries to leave out at the start.")

    class Output(Schema):
        count: int = Field(description="Entries in the whole list. Of a very long list only a part is counted.")
        next: str | None = Field(description="Address of the next page, if there is one.")
        previous: str | None = Field(description="Address of the previous page, if there is one.")
        results: list[Any]

    def paginate_queryset(self, queryset: QuerySet, pagination: Any, request: HttpRequest, **params: Any) -> Any:
        """One page; reads one row more than it shows to know whether a next one follows."""
        limit, offset = pagination.limit, pagination.offset
        rows = list(queryset[offset : offset + limit + 1])
        return {
            "count": queryset.order_by()[: self.count_up_to].count(),
            "next": self.next_page(request, rows[:limit], limit, offset) if len(rows) > limit else None,
            "previous": _address(request, limit=limit, offset=max(0, offset - limit)) if offset else None,
            "results": rows[:limit],
        }

    def next_page(self, request: HttpRequest, rows: list[Any], limit: int, offset: int) -> str | None:
        """Where the list goes on after ``rows``."""
        return _address(request, limit=limit, offset=offset + limit) if offset + limit <= LARGEST_OFFSET else None


class JournalPages(Pages):
    """Pages of an ever-growing list, newest first: the next one starts below the last id, however deep."""

    count_up_to = 10_000

    def next_page(self, request: HttpRequest, rows: list[Any], limit: int, offset: int) -> str:
        """By id, so that entries that arrive meanwhile shift nothing."""
        return _address(request, limit=limit, offset=0, before=rows[-1].pk)


def _address(request: HttpRequest, **changes: int) -> str:
    """The request's own address with other parameters."""
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = str(value)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
