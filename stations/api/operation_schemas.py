"""What the API says and accepts about operations. The parameters of each action are those of the registry."""

import re
from datetime import datetime
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Literal

from django.conf import settings
from django.utils.translation import override
from ninja import Schema
from pydantic import ConfigDict, Field, GetJsonSchemaHandler, TypeAdapter, create_model
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from emobility.common import actions
from emobility.common.actions import Action, Parameters
from stations.api.fields import Input, LongText, Moment, QueryId, Search, described
from stations.enums import EffectState, OperationSource, OperationState
from stations.models import Operation
from stations.services.operation_delivery import without_secrets


def words_of(action: Action) -> str:
    """The name of ``action`` as part of a class name: ``remote-start`` becomes ``RemoteStart``."""
    return re.sub(r"(?:^|-)(\w)", lambda found: found[1].upper(), action.name)


class ActionRequest(Input):
    """An action and its parameters.

    What is asked is checked by the service, as it is for the portal; the document shows each action's own parameters.
    """

    action: str = Field(max_length=40)
    parameters: dict[str, Any] = Field(default_factory=dict)
    reason: LongText = described(Operation, "reason", "")

    @classmethod
    def offered(cls) -> list[Action]:
        """The actions that can be asked for."""
        return actions.actions()

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """One of the actions, told apart by its name."""
        return handler(_choice(cls).core_schema)


@cache
def _choice(request: type[ActionRequest]) -> TypeAdapter:
    choices: Any = reduce(or_, (_request_for(action, request) for action in request.offered()))
    return TypeAdapter(Annotated[choices, Field(discriminator="action")])


def _request_for(action: Action, request: type[ActionRequest]) -> Any:
    """The model of requests for ``action`` alone, otherwise like ``request``."""
    fields: dict[str, Any] = {name: (field.annotation, field) for name, field in request.model_fields.items()}
    needs_parameters = any(field.is_required() for field in action.parameters.model_fields.values())
    fields["action"] = (Literal[action.name], ...)
    fields["parameters"] = (_parameters_of(action), ... if needs_parameters else {})
    with override(settings.LANGUAGE_CODE):
        text = str(action.help)
    name = f"{words_of(action)}{request.__name__}"
    return create_model(name, __config__=ConfigDict(extra="forbid"), __doc__=text, **fields)


def _parameters_of(action: Action) -> type[Parameters]:
    text = action.parameters.__doc__ if action.has_parameters else "Nothing is asked for."
    return create_model(f"{words_of(action)}Parameters", __base__=action.parameters, __doc__=text)


class OperationRequest(ActionRequest):
    """What a station is asked to do."""


class Message(Schema):
    """A message to the station."""

    message: str = Field(description="Name of the OCPP message.")
    payload: Any = Field(description="What it says.")


class OperationOut(Schema):
    id: int
    station: str = Field(description="Identity of the charging station.")
    action: str = described(Operation, "action")
    parameters: dict[str, Any] = described(Operation, "parameters")
    state: OperationState = described(Operation, "state", choices=OperationState)
    answer: str = described(Operation, "answer")
    error: str = described(Operation, "error")
    effect: EffectState = described(Operation, "effect", choices=EffectState)
    effect_note: str = described(Operation, "effect_note")
    effect_at: datetime | None = described(Operation, "effect_at")
    request: Message | None = Field(
        description="The message that `response` answers or, while there is none, that was sent; null: nothing was sent."
    )
    response: Any = Field(description="The station's last answer.")
    requests: list[Message] = Field(description="The messages it sends, in order.")
    responses: list[Any] = described(Operation, "responses")
    requested_at: datetime = described(Operation, "requested_at")
    due_at: datetime = described(Operation, "due_at")
    sent_at: datetime | None = described(Operation, "sent_at")
    settled_at: datetime | None = described(Operation, "settled_at")
    actor: str | None = Field(description="User who asked; null: the system itself.")
    source: OperationSource = described(Operation, "source", choices=OperationSource)
    reason: str = described(Operation, "reason")
    bulk: int | None = described(Operation, "bulk")

    @staticmethod
    def resolve_station(operation: Operation) -> str:
        return operation.station.identity

    @staticmethod
    def resolve_parameters(operation: Operation) -> Any:
        return without_secrets(operation.parameters)

    @staticmethod
    def resolve_requests(operation: Operation) -> list[dict[str, Any]]:
        return _messages(operation)

    @staticmethod
    def resolve_request(operation: Operation) -> dict[str, Any] | None:
        return _last_sent(operation)

    @staticmethod
    def resolve_responses(operation: Operation) -> Any:
        return without_secrets(operation.responses)

    @staticmethod
    def resolve_response(operation: Operation) -> Any:
        return without_secrets(operation.responses[-1]) if operation.responses else None

    @staticmethod
    def resolve_actor(operation: Operation) -> str | None:
        return operation.actor.get_username() if operation.actor else None

    @staticmethod
    def resolve_bulk(operation: Operation) -> int | None:
        return operation.bulk_id


def _messages(operation: Operation) -> list[dict[str, Any]]:
    return [{"message": message, "payload": payload} for message, payload in without_secrets(operation.requests)]


def _last_sent(operation: Operation) -> dict[str, Any] | None:
    if operation.sent_at is None or not operation.requests:
        return None
    answered = len(operation.responses)
    waits = operation.state == OperationState.SENT
    return _messages(operation)[: max(1, answered + waits)][-1]


class OperationFilter(Schema):
    station: Search | None = Field(None, description="Identity of the station.")
    action: Search | None = Field(None, description="Name of the action.")
    state: OperationState | None = Field(None, description="How far it has come.")
    effect: EffectState | None = Field(None, description="Whether it was seen to happen.")
    bulk: QueryId | None = Field(None, description="Only those of this bulk operation.")
    since: Moment | None = Field(None, description="Nothing asked for earlier than this.")
    before: QueryId | None = Field(None, description="Only operations with a smaller id: go on where a page ended.")
