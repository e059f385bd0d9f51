"""``/actions``: what can be done to a station."""

from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import BeforeValidator, Field

from emobility.common import actions
from emobility.common.actions import Risk, Target
from stations.api.auth import ApiRequest
from stations.api.fields import listed
from stations.enums import Role

router = Router(tags=["Operations"])

Translated = Annotated[str, BeforeValidator(str)]
"""Text in the language of the request."""


class ActionOut(Schema):
    name: str = Field(description="Name under which it is asked for.")
    label: Translated = Field(description="What people read on its button.")
    help: Translated = Field(description="What it does.")
    effect: Translated = Field(description="What will happen, as people are told before they confirm it.")
    risk: Risk = Field(description=listed("What it can do to people who are charging.", Risk))
    target: Target = Field(description=listed("What it is about.", Target))
    role: Role = Field(description=listed("The weakest role that may do it.", Role))
    is_bulk: bool = Field(description="Whether it can be done to many stations at once.")
    parameters: dict[str, Any] = Field(description="JSON schema of its parameters.")

    @staticmethod
    def resolve_parameters(action: actions.Action) -> dict[str, Any]:
        return action.schema()


@router.get("", response=list[ActionOut], summary="List actions")
def list_actions(request: ApiRequest) -> Any:
    """Every action. Whether one is possible now depends on the station; asking for it tells."""
    return actions.actions()
