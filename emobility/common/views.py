"""Bases of the portal's pages: signed in, scoped to what the user may see, partial for htmx."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django_filters.views import FilterView
from django_htmx.http import HttpResponseClientRedirect
from django_tables2 import SingleTableMixin


class PortalMixin(LoginRequiredMixin):
    """A page for signed-in people.

    ``partials`` names the parts of the template that htmx may fetch alone: a part has the
    name of the element it replaces (``hx-target``), so ``#kpis`` gets ``home.html#kpis``.
    """

    request: HttpRequest
    partials: tuple[str, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; caches keep page and part apart."""
        response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        return response

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]
        """Send to the login page; a part of a page sends the whole page there."""
        htmx = self.request.htmx  # type: ignore[attr-defined]
        if htmx and not self.request.user.is_authenticated:
            login = redirect_to_login(htmx.current_url_abs_path or "/")
            return HttpResponseClientRedirect(login.url)
        return super().handle_no_permission()

    def get_template_names(self) -> list[str]:
        """The page's template, or the one partial htmx asks for."""
        names = super().get_template_names()  # type: ignore[misc]
        htmx = self.request.htmx  # type: ignore[attr-defined]
        if htmx and not htmx.history_restore_request and htmx.target in self.partials:
            return [f"{name}#{htmx.target}" for name in names]
        return names


class ScopedMixin(PortalMixin):
    """A page about rows the user may see; other rows do not exist for them (404)."""

    def get_queryset(self) -> Any:
        """The rows of the view, narrowed to the user's scope."""
        return super().get_queryset().visible_to(self.request.user)  # type: ignore[misc]


class TableView(ScopedMixin, SingleTableMixin, FilterView):
    """A filtered, sorted, paged list whose state lives in the URL."""

    paginate_by = 50
    strict = False
