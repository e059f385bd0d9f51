"""Access by scope: one rule for what a user may see, applied to every queryset."""

from typing import Any, ClassVar, Self, cast

from django.db import models
from django.db.models import Q

from stations.enums import Role

ROLE_ORDER = [Role.VIEWER, Role.OPERATOR, Role.ADMINISTRATOR]


def roles_from(role: Role) -> list[Role]:
    """``role`` and every stronger one."""
    return ROLE_ORDER[ROLE_ORDER.index(role) :]


class ScopedQuerySet(models.QuerySet):
    """Querysets of models that belong to a company or a site.

    The model names the lookups in ``company_lookup`` and ``site_lookup`` (None where
    the model has no such relation).
    """

    def visible_to(self, user: Any, role: Role = Role.VIEWER) -> Self:
        """Rows on which ``user`` holds at least ``role``; all for superusers, none for anonymous."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        memberships = user.memberships.filter(role__in=roles_from(role))
        if memberships.filter(company=None, site=None).exists():
            return self.all()
        return self.filter(self._scope(memberships))

    def _scope(self, memberships: models.QuerySet) -> Q:
        model = cast(type[ScopedModel], self.model)
        scope = Q(pk__in=[])
        if model.company_lookup:
            companies = memberships.filter(site=None).values("company")
            scope |= Q(**{f"{model.company_lookup}__in": companies})
        if model.site_lookup:
            sites = memberships.exclude(site=None).values("site")
            scope |= Q(**{f"{model.site_lookup}__in": sites})
        return scope


class ScopedModel(models.Model):
    """A model whose rows belong to a company and, mostly, to one of its sites."""

    company_lookup: ClassVar[str | None] = None
    site_lookup: ClassVar[str | None] = None
    objects: ClassVar[Any] = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True
