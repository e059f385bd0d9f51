"""What can be done to stations from their admin pages: the portal shows the preview and asks them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from emobility.common.actions import Action, actions
from emobility.common.runs import to_runs
from stations.enums import OperationSource, Role
from stations.models import ChargingStation
from stations.services.bulk_operations import offered_to

LONGEST_QUERY = 8000
"""Longer addresses are cut or refused on their way."""


class StationActionsMixin(admin.ModelAdmin):
    """Offers every action of the registry: those for many stations above the list, the others on the page of one."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One entry for each action the person's role allows."""
        offered = {action.name: (_handler(action), action.name, action.label) for action in offered_to(request.user)}
        return super().get_actions(request) | offered

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of a station, with links to what is done to one station at a time."""
        links = single_actions(request.user, object_id)
        return super().change_view(request, object_id, form_url, (extra_context or {}) | {"station_actions": links})


def single_actions(user: Any, pk: str) -> list[tuple[Any, str]]:
    """Label and address of the actions that are no bulk actions, where the role of ``user`` allows them."""
    stations = ChargingStation.objects
    offered = [action for action in actions() if not action.is_bulk] if pk.isdecimal() and len(pk) < 19 else []
    roles = {action.role for action in offered}
    held = {role for role in roles if stations.visible_to(user, Role(role)).filter(pk=pk).exists()}
    return [(a.label, reverse("stations:action", args=[pk, a.name])) for a in offered if a.role in held]


def _handler(action: Action) -> Callable[[Any, HttpRequest, QuerySet], HttpResponse | None]:
    def choose(model_admin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        runs = to_runs(queryset.order_by("pk").values_list("pk", flat=True))
        query = urlencode({"stations": runs, "source": OperationSource.ADMIN.value}, safe=",")
        if len(query) > LONGEST_QUERY:
            text = _("These are too many single stations for one address. Select fewer, or use the station list.")
            model_admin.message_user(request, text, messages.ERROR)
            return None
        return HttpResponseRedirect(f"{reverse('operations:bulk', args=[action.name])}?{query}")

    return choose
