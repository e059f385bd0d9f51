"""Who calls the API, and which rows they may see or change."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import HttpBearer

from stations.enums import Role
from stations.models.scopes import ScopedQuerySet
from stations.services.credentials import user_of_api_key

Row = TypeVar("Row", bound=models.Model)


class ApiRequest(HttpRequest):
    """A request that carried a valid key; ``auth`` is the user it acts as."""

    auth: Any


class ApiKeyAuth(HttpBearer):
    """``Authorization: Bearer <key>``; a portal login gives no access to the API."""

    def authenticate(self, request: HttpRequest, token: str) -> Any | None:
        """The user the key acts as; None refuses."""
        return user_of_api_key(token)


def find(rows: ScopedQuerySet, request: ApiRequest, role: Role = Role.VIEWER, **lookup: Any) -> Any:
    """The one row of ``rows`` that ``lookup`` names.

    Rows out of scope do not exist (404); rows the caller may see but not change are refused (403).
    """
    row = rows.visible_to(request.auth).filter(**lookup).first()
    if row is None:
        raise HttpError(404, _("There is no such object, or it is out of your scope."))
    if role != Role.VIEWER and not rows.visible_to(request.auth, role).filter(pk=row.pk).exists():
        raise HttpError(403, _("This needs the role {role} here.").format(role=role.label))
    return row


def referenced(rows: ScopedQuerySet, request: ApiRequest, role: Role, field: str, pk: int | None) -> Any:
    """The row a request's ``field`` names by ``pk`` (None stays None); the caller needs ``role`` there too."""
    if pk is None:
        return None
    try:
        return find(rows, request, role, pk=pk)
    except HttpError as error:
        if error.status_code == 404:
            raise ValidationError({field: str(error)}) from error
        raise


def require_somewhere(rows: ScopedQuerySet, request: ApiRequest, role: Role) -> None:
    """Refuse callers who hold ``role`` on none of ``rows``."""
    if not rows.visible_to(request.auth, role).exists():
        raise HttpError(403, _("This needs the role {role} here.").format(role=role.label))


def require_everywhere(request: ApiRequest, role: Role) -> None:
    """Refuse callers who do not hold ``role`` over everything."""
    user = request.auth
    if not user.is_superuser and not user.memberships.filter(company=None, site=None, role=role).exists():
        raise HttpError(403, _("This needs the role {role} over all companies.").format(role=role.label))
