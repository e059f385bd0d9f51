"""Companies, sites and site areas: makes, changes and deletes them."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from emobility.common.events import publish
from stations.models import Company, Site, SiteArea
from stations.services.records import delete_record, save_record

Location = TypeVar("Location", Company, Site)


def save_location(location: Location, *, actor: Any, **values: Any) -> Location:
    """Set ``values`` on a new or existing company or site."""
    save_record(location, actor=actor, **values)
    publish("stations")
    return location


def save_site_area(area: SiteArea, *, actor: Any, **values: Any) -> SiteArea:
    """Set ``values`` on a new or existing site area; its tree stays a tree within one site."""
    with transaction.atomic():
        site = values.get("site") or area.site
        # One change of a tree at a time: two together could close a circle that neither shows alone.
        Site.objects.select_for_update().get(pk=site.pk)
        if area.pk and site.pk != area.site_id and area.children.exists():
            raise ValidationError({"site": _("Move the child areas first: they must be in the same site.")})
        save_record(area, actor=actor, **values)
    publish("stations")
    return area


def delete_location(location: Company | Site | SiteArea, *, actor: Any) -> None:
    """Delete ``location``; raises ``Conflict`` while anything stands in it."""
    delete_record(location, actor=actor)
    publish("stations")
