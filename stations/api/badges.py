"""``/badges``: who may charge."""

from typing import Any

from django.db.models import QuerySet
from ninja import Router, Status
from ninja.pagination import paginate

from stations.api.auth import ApiRequest, find, referenced
from stations.api.fields import Id, Search
from stations.api.pages import Pages
from stations.api.schemas import BadgeChanges, BadgeIn, BadgeOut
from stations.enums import Role
from stations.models import Badge, Company
from stations.models.badges import badge_key
from stations.services.badges import delete_badge, save_badge

router = Router(tags=["Badges"])


@router.get("", response=list[BadgeOut], summary="List badges")
@paginate(Pages)
def list_badges(request: ApiRequest, id_tag: Search | None = None) -> QuerySet:
    """Badges in scope, by label; `id_tag` finds one however it is written."""
    badges = Badge.objects.visible_to(request.auth).order_by("label", "id_tag", "pk")
    return badges if id_tag is None else badges.filter(key=badge_key(id_tag))


@router.post("", response={201: BadgeOut}, summary="Create a badge")
def create_badge(request: ApiRequest, body: BadgeIn) -> Any:
    """Needs an operator of the company."""
    return Status(201, save_badge(Badge(), actor=request.auth, **_values(request, body)))


@router.get("/{id}", response=BadgeOut, summary="Read a badge")
def read_badge(request: ApiRequest, id: Id) -> Any:
    """One badge in scope."""
    return find(Badge.objects.all(), request, pk=id)


@router.patch("/{id}", response=BadgeOut, summary="Change a badge")
def change_badge(request: ApiRequest, id: Id, body: BadgeChanges) -> Any:
    """Needs an operator of the company; takes effect with the next start of a session."""
    badge = find(Badge.objects.all(), request, Role.OPERATOR, pk=id)
    return save_badge(badge, actor=request.auth, **_values(request, body))


@router.delete("/{id}", response={204: None}, summary="Delete a badge")
def remove_badge(request: ApiRequest, id: Id) -> Any:
    """Needs an operator of the company. Its sessions stay."""
    delete_badge(find(Badge.objects.all(), request, Role.OPERATOR, pk=id), actor=request.auth)
    return Status(204, None)


def _values(request: ApiRequest, body: BadgeIn) -> dict[str, Any]:
    values = body.model_dump(exclude_unset=True)
    if "company" in values:
        values["company"] = referenced(Company.objects.all(), request, Role.OPERATOR, "company", values["company"])
    return values
