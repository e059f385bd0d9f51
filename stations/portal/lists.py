"""The base of the filtered lists: page size, stable order, CSV, and the state of all that in the URL."""

from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import EmptyPage
from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_tables2 import Table

from emobility.common.views import TableView
from stations.portal.exports import Columns, csv_response

PAGE_SIZES = (25, 50, 100)
LAST_PAGE = 100_000


class ListPage(TableView):
    """A filtered, sorted, paged list; ``?export=csv`` downloads all of its filtered rows."""

    paginate_by = None  # type: ignore[assignment]  # The table pages, not the view.
    csv_name: ClassVar[str]
    csv_columns: ClassVar[Columns]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The list; a filter that makes no sense finds nothing and says why."""
        filterset = self.filterset = self.get_filterset(self.get_filterset_class())
        self.object_list = filterset.qs if filterset.is_valid() else filterset.queryset.none()
        if request.GET.get("export") == "csv":
            return csv_response(self.csv_name, self.csv_columns, self.object_list)
        return self.render_to_response(self.get_context_data(filter=filterset))

    def get_filterset_kwargs(self, filterset_class: type) -> dict[str, Any]:
        """Always bound, so that an empty query is a valid one."""
        return super().get_filterset_kwargs(filterset_class) | {"data": self.request.GET}

    def get_table(self, **kwargs: Any) -> Table:
        """The sorted page of rows the URL asks for; nonsense in it is ignored."""
        table = self.get_table_class()(data=self.object_list, **kwargs)
        return sorted_page(table, self.request, getattr(self, "paginator_class", None))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Table, filter, and what the frame around them needs."""
        return super().get_context_data(page_sizes=PAGE_SIZES, page_size=page_size(self.request), **kwargs)


def sorted_page(table: Table, request: HttpRequest, paginator_class: type | None = None) -> Table:
    """``table`` sorted and paged as the query string says."""
    table.request = request
    if order := request.GET.getlist(table.prefixed_order_by_field):
        table.order_by = order
    table.data.data = in_stable_order(table.data.data)
    paging = {"per_page": page_size(request)} | ({"paginator_class": paginator_class} if paginator_class else {})
    try:
        table.paginate(page=page_number(request.GET.get(table.prefixed_page_field)), **paging)
    except EmptyPage:
        table.paginate(page=1, **paging)
    return table


def page_size(request: HttpRequest) -> int:
    """Rows per page: one of ``PAGE_SIZES``."""
    asked = request.GET.get("per_page")
    return next((size for size in PAGE_SIZES if str(size) == asked), PAGE_SIZES[0])


def page_number(text: str | None) -> int:
    """A page that may exist; 1 for anything odd."""
    if text is None or not text.isdecimal() or len(text) > len(str(LAST_PAGE)):
        return 1
    return min(max(int(text), 1), LAST_PAGE)


def in_stable_order(rows: QuerySet) -> QuerySet:
    """``rows`` with empty values last and the key as last resort, so that no row is on two pages."""
    order = rows.query.order_by or rows.model._meta.ordering
    return rows.order_by(*(_empty_last(rows.model, name) for name in order), "pk")


def _empty_last(model: Any, name: Any) -> OrderBy | Any:
    if not isinstance(name, str):
        return name
    field = name.lstrip("-")
    try:
        if not model._meta.get_field(field).null:
            return name
    except FieldDoesNotExist:
        pass  # An annotation or a related field: may be empty.
    return F(field).desc(nulls_last=True) if name.startswith("-") else F(field).asc(nulls_last=True)
