"""Which stations a bulk operation is about, as the query string or the form says it."""

from typing import Any

from django.http import HttpRequest, QueryDict

from emobility.common.runs import from_runs
from stations.models import ChargingStation
from stations.portal.filters import StationFilter
from stations.portal.keyset import key
from stations.services.bulk_operations import MOST_STATIONS

PAGING = ("page", "per_page", "sort", "export")


def selected(request: HttpRequest) -> list[int]:
    """Primary keys of the stations: the form's own list, all that match the filter, or each one named.

    Nobody has looked yet whether they exist and whose they are. Nonsense selects nothing.
    """
    written = request.POST.get("stations") or request.GET.get("stations")
    if written is not None:
        return from_runs(written, MOST_STATIONS)
    if request.GET.get("all"):
        return matching(request.user, request.GET, request)
    return sorted({pk for text in request.GET.getlist("station") if (pk := key(text))})[:MOST_STATIONS]


def matching(user: Any, query: QueryDict, request: HttpRequest) -> list[int]:
    """The stations that match the filter of the station list, as far as ``user`` sees them."""
    visible = ChargingStation.objects.visible_to(user).with_live()
    filterset = StationFilter(query, queryset=visible, request=request)
    if not filterset.is_valid():
        return []
    return sorted(filterset.qs.order_by().values_list("pk", flat=True))


def filter_values(query: QueryDict) -> list[tuple[str, str]]:
    """What of the station list's query string narrows it."""
    return [(name, str(value)) for name, value in query.items() if value and name not in PAGING]
