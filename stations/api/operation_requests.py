"""What requests for operations and for bulk operations share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from emobility.common import actions
from emobility.common.actions import Action
from stations.api.operation_schemas import ActionRequest
from stations.enums import Role

ACCEPTED = {
    "responses": {
        202: {
            "headers": {
                "Location": {
                    "description": "Where to read what came of it.",
                    "required": True,
                    "schema": {"type": "string", "format": "uri-reference"},
                }
            }
        }
    }
}
"""What the document adds about an answer 202."""


def example(**body: Any) -> dict[str, Any]:
    """What the document adds to show such a body and its answer."""
    return ACCEPTED | {"requestBody": {"content": {"application/json": {"example": body}}}}


def wanted_action(body: ActionRequest) -> Action:
    """The action ``body`` names; raises ``ValidationError`` when it is none of those offered."""
    offered = {action.name: action for action in body.offered()}
    if body.action not in offered:
        raise ValidationError({"action": _("Name one of these actions: {names}.").format(names=", ".join(offered))})
    return offered[body.action]


def role_of(name: str) -> Role:
    """The weakest role that may do the action called ``name``; of one that is no more, an operator's."""
    action = actions.find(name)
    return Role(action.role) if action else Role.OPERATOR


@contextmanager
def wrong_parameters_named() -> Iterator[None]:
    """Name wrong parameters as they stand in the body: below ``parameters``."""
    try:
        yield
    except ValidationError as error:
        raise ValidationError({_place(field): texts for field, texts in error.message_dict.items()}) from error


def _place(field: str) -> str:
    return field if field == "parameters" else f"parameters.{field}"
