"""Onboarding tokens: list, create, change, revoke."""

from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import CreateView, DetailView, UpdateView, View
from django.views.generic.detail import SingleObjectMixin

from emobility.common.views import PortalMixin, ScopedMixin, TableView
from stations.enums import Role
from stations.models import OnboardingToken, SiteArea
from stations.portal.token_forms import CreateTokenForm, RevokeTokenForm, TokenForm
from stations.portal.token_tables import TokenFilter, TokenStationTable, TokenTable
from stations.services.credentials import (
    create_onboarding_token,
    revoke_onboarding_token,
    station_url_prefix,
    update_onboarding_token,
)

NOT_OPERATOR = gettext_lazy("Onboarding tokens are managed by operators of their site. Ask your administrator.")


def areas_to_manage(user: Any) -> Any:
    """Site areas whose tokens ``user`` may create and change."""
    return SiteArea.objects.visible_to(user, Role.OPERATOR).select_related("site")


class TokenMixin(ScopedMixin):
    """The tokens a user may see, with ``may_change`` telling which they manage."""

    model = OnboardingToken
    context_object_name: str | None = "token"

    def get_queryset(self) -> Any:
        """Tokens with what rows and headers show."""
        manageable = OnboardingToken.objects.visible_to(self.request.user, Role.OPERATOR).filter(pk=OuterRef("pk"))
        return (
            super()
            .get_queryset()
            .select_related("site_area__site", "created_by")
            .annotate(station_count=Count("stations"), may_change=Exists(manageable))
            .order_by("-created_at", "-pk")
        )


class ChangeMixin(TokenMixin):
    """A change to one token: 404 where the user cannot see it, 403 where they may only look."""

    def get_object(self, queryset: Any = None) -> OnboardingToken:
        """The token, for those who manage it."""
        token = super().get_object(queryset)  # type: ignore[misc]
        if not token.may_change:
            raise PermissionDenied(NOT_OPERATOR)
        return token


class TokenList(TokenMixin, TableView):
    """All tokens in scope."""

    template_name = "tokens/list.html"
    table_class = TokenTable
    filterset_class = TokenFilter
    partials = ("tokens",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Also whether the user may create one, or why not."""
        reason = "" if areas_to_manage(self.request.user).exists() else NOT_OPERATOR
        return super().get_context_data(no_create_reason=reason, **kwargs)


class TokenDetail(TokenMixin, DetailView):
    """One token and the stations that use it."""

    template_name = "tokens/detail.html"
    partials = ("token",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The stations that last connected with the token, and the question before revoking it."""
        stations = self.object.stations.visible_to(self.request.user).with_live()
        return super().get_context_data(
            stations=TokenStationTable(stations),
            revoke_form=RevokeTokenForm(initial={"refuse_stations": self.object.disconnects_stations}),
            no_change_reason="" if self.object.may_change else NOT_OPERATOR,
            **kwargs,
        )


@method_decorator(never_cache, name="dispatch")
class TokenCreate(PortalMixin, CreateView):
    """Makes a token. The answer itself shows the URL, once: it is kept nowhere, so no redirect follows."""

    model = OnboardingToken
    form_class = CreateTokenForm
    template_name = "tokens/form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form offers the areas the user manages; none is a refusal."""
        areas = areas_to_manage(self.request.user)
        if not areas.exists():
            raise PermissionDenied(NOT_OPERATOR)
        return {**super().get_form_kwargs(), "site_areas": areas}

    def form_valid(self, form: ModelForm) -> HttpResponse:
        """Create the token and show its URL."""
        token, secret = create_onboarding_token(**form.cleaned_data, actor=self.request.user)
        url = station_url_prefix(secret)
        qr_code = segno.make(url, micro=False).svg_data_uri(scale=4, border=3, light="white")
        return render(self.request, "tokens/created.html", {"token": token, "url": url, "qr_code": qr_code})


class TokenUpdate(ChangeMixin, UpdateView):
    """Changes description, expiry and what the end of the token means for its stations."""

    form_class = TokenForm
    template_name = "tokens/form.html"

    def form_valid(self, form: ModelForm) -> HttpResponse:
        """Save and return to the token."""
        update_onboarding_token(self.object, actor=self.request.user, **form.cleaned_data)
        messages.success(self.request, _("The token was changed."))
        return redirect("tokens:detail", self.object.pk)


class TokenRevoke(ChangeMixin, SingleObjectMixin, View):
    """Revokes a token, after the dialog of its page."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Revoke and return to the token."""
        token = self.get_object()
        form = RevokeTokenForm(request.POST)
        form.is_valid()
        revoke_onboarding_token(token, **form.cleaned_data, actor=request.user)
        messages.success(request, _("The token was revoked."))
        return redirect("tokens:detail", token.pk)
