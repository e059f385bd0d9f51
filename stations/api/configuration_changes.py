"""``/stations/{identity}/configuration-changes``: what was changed when by whom, and the way back."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.pagination import paginate

from stations.api.auth import ApiRequest, find
from stations.api.configuration_schemas import ConfigurationChangeOut
from stations.api.fields import Id, Identity
from stations.api.pages import Pages
from stations.enums import OperationSource, Role
from stations.models import ChargingStation, ConfigurationChange
from stations.models.scopes import ScopedQuerySet
from stations.services.configuration import revert_change
from stations.services.errors import Conflict

router = Router(tags=["Configuration"])


def _changes(identity: str) -> ScopedQuerySet:
    """The changes of a station with all that an answer shows, newest first."""
    changes = ConfigurationChange.objects.filter(station__identity_key=identity.lower())
    return changes.select_related("actor", "station").order_by("-pk")


@router.get(
    "/{identity}/configuration-changes",
    response=list[ConfigurationChangeOut],
    summary="List changes to the configuration of a station",
)
@paginate(Pages)
def list_configuration_changes(request: ApiRequest, identity: Identity) -> QuerySet:
    """Connectors, EVSEs and parameters that changed together, newest first."""
    find(ChargingStation.objects.all(), request, identity_key=identity.lower())
    return _changes(identity)


@router.post(
    "/{identity}/configuration-changes/{id}/revert",
    response={201: ConfigurationChangeOut},
    summary="Take a change to a configuration back",
)
def revert_configuration_change(request: ApiRequest, identity: Identity, id: Id) -> Any:
    """Needs an operator of the station. The values before the change are wanted again; the answer is the change that
    brings them back. Refused (409) where later changes stand on it, or nothing of it is left.
    """
    change = find(_changes(identity), request, Role.OPERATOR, pk=id)
    made = revert_change(change, actor=request.auth, source=OperationSource.API)
    if made is None:
        raise Conflict(_("Nothing of it is left to be taken back. Values of secrets are not kept."))
    return Status(201, made)
