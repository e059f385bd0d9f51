"""What the API says about configurations: parameters, changes, station models."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

from stations.api.fields import NO_CONTROL_CHARACTERS, Input, described
from stations.catalogue.documents import ModelDocument
from stations.catalogue.standard_keys import is_secret
from stations.catalogue.values import LONGEST_VALUE
from stations.configuration.changes import MASK, from_history
from stations.enums import ChangeCause, ModelOrigin, OperationSource, ParameterStatus, PushOutcome
from stations.models import ConfigurationChange, OcppParameter, StationModel

ParameterText = Annotated[str, StringConstraints(max_length=LONGEST_VALUE, pattern=NO_CONTROL_CHARACTERS)]


class ParameterOut(Schema):
    key: str = described(OcppParameter, "key")
    active_value: str | None = Field(
        description="What was set here, else what the station has; secrets are masked in all values."
    )
    recommended_value: str | None = described(OcppParameter, "recommended_value")
    reported_value: str | None = described(OcppParameter, "reported_value")
    status: ParameterStatus = described(OcppParameter, "status", choices=ParameterStatus)
    read_only: bool = described(OcppParameter, "read_only")
    reboot_required: bool = described(OcppParameter, "reboot_required")
    awaits_reboot: bool = described(OcppParameter, "awaits_reboot")
    differs: bool = described(OcppParameter, "differs")
    push_outcome: PushOutcome | None = described(OcppParameter, "push_outcome", choices=PushOutcome)
    pushed_at: datetime | None = described(OcppParameter, "pushed_at")
    pulled_at: datetime | None = described(OcppParameter, "pulled_at")

    @staticmethod
    def resolve_active_value(parameter: OcppParameter) -> str | None:
        return _masked(parameter, parameter.active_value)

    @staticmethod
    def resolve_recommended_value(parameter: OcppParameter) -> str | None:
        return _masked(parameter, parameter.recommended_value)

    @staticmethod
    def resolve_reported_value(parameter: OcppParameter) -> str | None:
        return _masked(parameter, parameter.reported_value)

    @staticmethod
    def resolve_push_outcome(parameter: OcppParameter) -> str | None:
        return parameter.push_outcome or None


def _masked(parameter: OcppParameter, value: str | None) -> str | None:
    return MASK if value and is_secret(parameter.key) else value


class ParameterValue(Input):
    value: ParameterText | None = Field(description="Value it is to have; null: nobody sets it any more.")


class ChangeOut(Schema):
    kind: str = Field(description="What it is about: `station`, `evse`, `connector` or `parameter`.")
    item: str = Field(description="Number of the EVSE or connector, or key of the parameter.")
    field: str = Field(description="Which of its values; `number`: the EVSE or connector itself came or went.")
    title: str = Field(description="What changed, in words.")
    before: Any = Field(description="Value before; secrets are masked.")
    after: Any = Field(description="Value since.")


class ConfigurationChangeOut(Schema):
    id: int
    cause: ChangeCause = described(ConfigurationChange, "cause", choices=ChangeCause)
    changes: list[ChangeOut] = described(ConfigurationChange, "changes")
    actor: str | None = described(ConfigurationChange, "actor")
    source: OperationSource = described(ConfigurationChange, "source", choices=OperationSource)
    operation: int | None = described(ConfigurationChange, "operation")
    changed_at: datetime = described(ConfigurationChange, "changed_at")

    @staticmethod
    def resolve_changes(row: ConfigurationChange) -> Any:
        return from_history(row.changes)

    @staticmethod
    def resolve_actor(row: ConfigurationChange) -> str | None:
        return row.actor.get_username() if row.actor else None

    @staticmethod
    def resolve_operation(row: ConfigurationChange) -> int | None:
        return row.operation_id


class StationModelIn(ModelDocument):
    """A file of the catalogue."""

    schema_reference: str | None = Field(None, alias="$schema", description="For editors; not kept.")

    def document(self) -> ModelDocument:
        """The model without what is for editors."""
        return ModelDocument.model_validate(self.model_dump(exclude={"schema_reference"}))


class StationModelOut(Schema):
    slug: str = described(StationModel, "slug")
    label: str = described(StationModel, "label")
    origin: ModelOrigin = described(StationModel, "origin", choices=ModelOrigin)
    matching_stations: int = Field(description="Stations in scope that are this model.")
    document: dict[str, Any] = described(StationModel, "document")
