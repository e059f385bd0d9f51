"""``/onboarding-tokens``: how new stations come in."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.pagination import paginate

from stations.api.auth import ApiRequest, find, referenced
from stations.api.fields import Id
from stations.api.pages import Pages
from stations.api.schemas import NewTokenOut, TokenChanges, TokenIn, TokenOut
from stations.enums import Role, TokenStatus
from stations.models import OnboardingToken, SiteArea
from stations.services.credentials import (
    create_onboarding_token,
    delete_onboarding_token,
    revoke_onboarding_token,
    station_url_prefix,
    update_onboarding_token,
)
from stations.services.errors import Conflict

router = Router(tags=["Onboarding tokens"])


@router.get("", response=list[TokenOut], summary="List onboarding tokens")
@paginate(Pages)
def list_tokens(request: ApiRequest) -> QuerySet:
    """Onboarding tokens in scope, newest first."""
    return OnboardingToken.objects.visible_to(request.auth).order_by("-created_at", "-pk")


@router.post("", response={201: NewTokenOut}, summary="Create an onboarding token")
def create_token(request: ApiRequest, body: TokenIn) -> Any:
    """Needs an operator of the site area. The answer holds the URL of its stations; it is not shown again."""
    values = body.model_dump()
    values["site_area"] = referenced(SiteArea.objects.all(), request, Role.OPERATOR, "site_area", body.site_area)
    token, secret = create_onboarding_token(actor=request.auth, **values)
    token.url = station_url_prefix(secret)  # type: ignore[attr-defined]
    return Status(201, token)


@router.get("/{id}", response=TokenOut, summary="Read an onboarding token")
def read_token(request: ApiRequest, id: Id) -> Any:
    """One onboarding token in scope, without its secret."""
    return find(OnboardingToken.objects.all(), request, pk=id)


@router.patch("/{id}", response=TokenOut, summary="Change or revoke an onboarding token")
def change_token(request: ApiRequest, id: Id, body: TokenChanges) -> Any:
    """Needs an operator of the site area. `{"revoked": true}` stops new stations at once."""
    token = find(OnboardingToken.objects.all(), request, Role.OPERATOR, pk=id)
    values = body.model_dump(exclude_unset=True)
    revoke = values.pop("revoked", None)
    if revoke is False and token.status == TokenStatus.REVOKED:
        raise Conflict(_("A revoked token stays revoked. Create a new one."))
    with transaction.atomic():
        update_onboarding_token(token, actor=request.auth, **values)
        if revoke and token.status != TokenStatus.REVOKED:
            revoke_onboarding_token(token)
    return token


@router.delete("/{id}", response={204: None}, summary="Delete an onboarding token")
def delete_token(request: ApiRequest, id: Id) -> Any:
    """Needs an operator of the site area; refused (409) while stations connect with it."""
    delete_onboarding_token(find(OnboardingToken.objects.all(), request, Role.OPERATOR, pk=id), actor=request.auth)
    return Status(204, None)
