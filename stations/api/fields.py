"""Types of the API's fields: what they accept, and where their descriptions come from."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import override
from ninja import Path, Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints

from emobility.common.choices import DescribedChoices

NO_CONTROL_CHARACTERS = r"^[^\x00-\x1f\x7f]*$"
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
LARGEST_ID = 2**63 - 1
LARGEST_INTEGER = 2**31 - 1

Changes = TypeVar("Changes", bound=Schema)


def _date_first(value: object) -> object:
    """Refuse what is no text with a date: numbers would be taken for seconds since 1970."""
    if not isinstance(value, str) or not DATE.match(value):
        raise ValueError("give a date and time such as 2026-03-01T12:00:00Z")
    return value


def _in_utc(moment: datetime) -> datetime:
    """``moment`` in UTC, which it also means when it names no offset."""
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


Moment = Annotated[datetime, BeforeValidator(_date_first), AfterValidator(_in_utc)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=NO_CONTROL_CHARACTERS)]
Name = Annotated[Text, StringConstraints(min_length=1)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_CONTROL_CHARACTERS)]
IdTag = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=NO_CONTROL_CHARACTERS)
]
Search = Annotated[str, StringConstraints(max_length=255, pattern=NO_CONTROL_CHARACTERS)]
Flag = Annotated[bool, Field(strict=True)]
Power = Annotated[int, Field(strict=True, ge=0, le=LARGEST_INTEGER)]
Voltage = Annotated[int, Field(strict=True, ge=1, le=1000)]
Reference = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]
QueryId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Id = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Id of the object.")]
Identity = Annotated[str, Path(pattern=NO_CONTROL_CHARACTERS, description="Identity of the charging station.")]


class Input(Schema):
    """What a request may carry; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


def partial(schema: type[Changes]) -> type[Changes]:
    """Make every field of ``schema`` optional: what is left out stays as it is."""
    for field in schema.model_fields.values():
        field.default = None
    schema.model_rebuild(force=True)
    return schema


def described(
    model: type[models.Model],
    field: str,
    default: Any = ...,
    *,
    choices: type[DescribedChoices] | None = None,
) -> Any:
    """A field with the help text of ``model``'s own field, and of each of its ``choices``."""
    with override(settings.LANGUAGE_CODE):
        text = str(getattr(model._meta.get_field(field), "help_text", ""))
    return Field(default, description=listed(text, choices))


def listed(text: str, choices: type[DescribedChoices] | None) -> str:
    """``text``, then each of ``choices`` with its help."""
    with override(settings.LANGUAGE_CODE):
        return "\n".join([text, *(f"- `{choice.value}`: {choice.help}" for choice in choices or ())])
