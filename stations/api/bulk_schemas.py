"""What the API says and accepts about bulk operations."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from emobility.common.actions import Action
from stations.api.fields import Search, described, listed
from stations.api.operation_schemas import ActionRequest
from stations.enums import EffectState, OperationSource, OperationState
from stations.models import BulkOperation
from stations.services.bulk_operations import (
    FASTEST,
    MOST_STATIONS,
    SLOWEST,
    USUAL_PACE,
    Progress,
    Skipped,
    progress,
    skipped_of,
)
from stations.services.operation_delivery import without_secrets

Pace = Annotated[int, Field(strict=True, ge=SLOWEST, le=FASTEST)]


class BulkOperationRequest(ActionRequest):
    """What many stations are asked to do."""

    stations: list[Search] = Field(
        min_length=1, max_length=MOST_STATIONS, description="Identities of the charging stations."
    )
    per_minute: Pace = described(BulkOperation, "per_minute", USUAL_PACE)

    @classmethod
    def offered(cls) -> list[Action]:
        """Those that make sense for many stations."""
        return [action for action in super().offered() if action.is_bulk]


class ProgressOut(Schema):
    total: int = Field(description="Stations that are asked.")
    open: int = Field(description="Those whose outcome is still to come.")
    settled: int = Field(description="Those whose outcome is known.")
    states: dict[OperationState, int] = Field(description=listed("Stations by how far they have come.", OperationState))
    effects: dict[EffectState, int] = Field(description=listed("Stations by what was seen to happen.", EffectState))


class SkippedOut(Schema):
    station: str = Field(alias="identity", description="Identity of the charging station.")
    reason: str = Field(description="Why it is left out.")


class BulkOperationOut(Schema):
    """As far as it concerns stations in scope."""

    id: int
    action: str = described(BulkOperation, "action")
    parameters: dict[str, Any] = described(BulkOperation, "parameters")
    per_minute: int = described(BulkOperation, "per_minute")
    requested_at: datetime = described(BulkOperation, "requested_at")
    actor: str | None = Field(description="User who asked; null: the system itself.")
    source: OperationSource = described(BulkOperation, "source", choices=OperationSource)
    reason: str = described(BulkOperation, "reason")
    progress: ProgressOut
    skipped: list[SkippedOut] = described(BulkOperation, "skipped")

    @staticmethod
    def resolve_parameters(bulk: BulkOperation) -> Any:
        return without_secrets(bulk.parameters)

    @staticmethod
    def resolve_actor(bulk: BulkOperation) -> str | None:
        return bulk.actor.get_username() if bulk.actor else None

    @staticmethod
    def resolve_progress(bulk: BulkOperation, context: Any) -> Progress:
        return progress(bulk, user=context["request"].auth)

    @staticmethod
    def resolve_skipped(bulk: BulkOperation, context: Any) -> list[Skipped]:
        return skipped_of(bulk, user=context["request"].auth)
