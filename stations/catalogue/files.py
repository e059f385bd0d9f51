"""Files of the catalogue: read with sentences that say what is wrong, written in one form."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stations.catalogue.documents import ModelDocument

HERE = Path(__file__).parent
MODELS = HERE / "models"
SCHEMA_FILE = HERE / "schema.json"
SCHEMA_REFERENCE = "../schema.json"
"""What a file says in ``$schema``, so that editors complete and check it."""
WIDTH = 140
"""An object or list that fits into so many characters stands on one line."""


class DocumentError(ValueError):
    """A file that is not a station model; ``problems`` has one sentence for each thing to mend."""

    def __init__(self, problems: Sequence[str], name: str = "") -> None:
        self.problems = [f"{name}: {each}" if name else each for each in problems]
        super().__init__("\n".join(self.problems))


def shipped() -> list[ModelDocument]:
    """The models that come with the package, by id. Raises DocumentError, which names the file."""
    return [read(path) for path in sorted(MODELS.glob("*.json"))]


def read(path: Path) -> ModelDocument:
    """The model in a file named after its id. Raises DocumentError, which names the file."""
    document = parse(path.read_bytes(), path.name)
    if path.stem != document.id:
        raise DocumentError([_("the file must be called {id}.json, as its id says").format(id=document.id)], path.name)
    return document


def parse(text: str | bytes, name: str = "") -> ModelDocument:
    """The model that ``text`` describes. Raises DocumentError; its sentences begin with ``name``."""
    content = _content(text, name)
    content.pop("$schema", None)
    try:
        return ModelDocument.model_validate(content)
    except ValidationError as error:
        raise DocumentError([_sentence(each) for each in error.errors()], name) from None


def dump(document: ModelDocument) -> str:
    """The one form a file has: fields in the order of the schema, defaults left out, short things on one line."""
    content = {"$schema": SCHEMA_REFERENCE} | document.model_dump(mode="json", exclude_defaults=True)
    return _pretty(content, 0, WIDTH) + "\n"


def schema() -> str:
    """The JSON schema of a file, as ``SCHEMA_FILE`` has it."""
    content = ModelDocument.model_json_schema()
    content["properties"] = {"$schema": {"type": "string", "description": "For editors."}} | content["properties"]
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(dialect | content, indent=2, ensure_ascii=False) + "\n"


def _content(text: str | bytes, name: str) -> dict[str, Any]:
    try:
        content = json.loads(text, object_pairs_hook=_once_each)
    except json.JSONDecodeError as error:
        where = _("line {line}, column {column} is not JSON: {reason}")
        raise DocumentError(
            [where.format(line=error.lineno, column=error.colno, reason=error.msg.lower())], name
        ) from None
    except UnicodeDecodeError:
        raise DocumentError([_("it is not text in UTF-8; save it so")], name) from None
    except RecursionError:
        raise DocumentError([_("it is nested too deep for a station model")], name) from None
    except _Twice as error:
        raise DocumentError([_("“{key}” is written twice in one object; keep one").format(key=error)], name) from None
    if not isinstance(content, dict):
        raise DocumentError([_("a station model is one JSON object: { … }")], name)
    return content


class _Twice(Exception):
    """A key that stands twice in one object: JSON would keep the last one in silence."""


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(key)
        found[key] = value
    return found


def _sentence(error: ErrorDetails) -> str:
    """Field and fix. Items of lists are counted from one, as people do."""
    where = " › ".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"] if part != "[key]")
    return f"{where}: {_fix(error)}" if where else _fix(error)


def _fix(error: ErrorDetails) -> str:
    match error["type"]:
        case "missing":
            return _("is missing; add it")
        case "extra_forbidden":
            return _("is not a field of the schema; correct its spelling or remove it")
        case "literal_error" | "enum":
            return _("must be {expected}, not {input}").format(expected=error["ctx"]["expected"], input=_shown(error))
        case "string_type":
            return _("must be text in quotes, not {input}").format(input=_shown(error))
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            return _("{reason}; it is {input}").format(reason=error["msg"].lower(), input=_shown(error))


def _shown(error: ErrorDetails) -> str:
    text = json.dumps(error["input"], ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


def _pretty(value: Any, indent: int, room: int) -> str:
    """JSON with what fits into ``room`` characters on one line; the document itself never is."""
    flat = json.dumps(_plain(value), ensure_ascii=False)
    inner = " " * (indent + 2)
    if isinstance(value, Mapping) and value and (not indent or len(flat) > room):
        parts = []
        for key, each in value.items():
            start = f"{inner}{json.dumps(key, ensure_ascii=False)}: "
            parts.append(start + _pretty(each, indent + 2, WIDTH - len(start)))
        return "{\n" + ",\n".join(parts) + "\n" + " " * indent + "}"
    if isinstance(value, list) and len(flat) > room:
        lines = [inner + _pretty(each, indent + 2, WIDTH - len(inner)) for each in value]
        return "[\n" + ",\n".join(lines) + "\n" + " " * indent + "]"
    return flat


def _plain(value: Any) -> Any:
    """Whole numbers without a fraction: 32, not 32.0."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
