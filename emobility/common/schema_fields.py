"""One form field for each kind of value a JSON schema describes."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from django import forms
from django.core.validators import RegexValidator
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from emobility.common.forms import MomentField

LARGEST_WHOLE = 2**53 - 1
"""Whole numbers beyond this are not the same in every program that reads JSON."""
LONG_TEXT = 500
MOST_REFERENCES = 10
CHOOSE = ("", "–")

Schema = Mapping[str, Any]


class JsonField(forms.CharField):
    """A value written as JSON; says where it is broken, and which kind it should be."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
    kinds: Mapping[str, tuple[type, Any]] = {
        "array": (list, _("A list in square brackets is needed here.")),
        "object": (dict, _("An object in curly brackets is needed here.")),
    }

    def __init__(self, *, kind: str = "", **extra: Any) -> None:
        super().__init__(**extra)
        self.kind = kind

    def to_python(self, value: Any) -> Any:
        """The value, None for no text."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise forms.ValidationError(_("This is not JSON: %(why)s"), params={"why": str(error)}) from error
        if b"\\u0000" in orjson.dumps(found):
            raise forms.ValidationError(_("Text must not contain the character NUL."))
        wanted, sentence = self.kinds.get(self.kind, (object, ""))
        if not isinstance(found, wanted):
            raise forms.ValidationError(sentence)
        return found

    def prepare_value(self, value: Any) -> Any:
        """A text as it was typed, any other value as JSON."""
        return value if value is None or isinstance(value, str) else in_json(value)

    def validate(self, value: Any) -> None:
        """An empty list or object is a value, too."""
        if self.required and value is None:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Those of text do not fit."""


class PairsField(JsonField):
    """Names with a text each, one ``Name = text`` on a line; an object in JSON does as well."""

    widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "placeholder": "Name = value"})

    def __init__(self, **extra: Any) -> None:
        super().__init__(kind="object", **extra)

    def to_python(self, value: Any) -> Any:
        """The texts by name, None for nothing."""
        text = str(value or "").strip()
        return super().to_python(text) if not text or text.startswith("{") else _pairs(text)

    def prepare_value(self, value: Any) -> Any:
        """A text as it was typed; an object in lines, or in JSON where lines would lose something."""
        if not isinstance(value, Mapping):
            return value
        lines = "\n".join(f"{name} = {text}" for name, text in value.items())
        try:
            return lines if _pairs(lines) == value else in_json(value)
        except forms.ValidationError:
            return in_json(value)


def _pairs(text: str) -> dict[str, str]:
    """What stands in the lines of ``text``; empty ones do not count."""
    if "\0" in text:
        raise forms.ValidationError(_("Text must not contain the character NUL."))
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, equals, value = (part.strip() for part in line.partition("="))
        if not name or not equals:
            raise forms.ValidationError(_("Line %(number)s: write Name = value."), params={"number": number})
        if name in found:
            problem = _("Line %(number)s: %(name)s stands here twice.")
            raise forms.ValidationError(problem, params={"number": number, "name": name})
        found[name] = value
    return found


def in_json(value: Any) -> str:
    """``value`` as JSON a person can read."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def resolved(schema: Schema, root: Schema) -> Schema:
    """``schema`` with its references followed, and without the alternative null."""
    for _step in range(MOST_REFERENCES):
        inner = _inner(schema, root)
        if inner is None:
            break
        own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "anyOf", "oneOf")}
        schema = {**inner, **own}
    return schema


def _inner(schema: Schema, root: Schema) -> Schema | None:
    """What ``schema`` merely points to."""
    if "$ref" in schema:
        found: Any = root
        for name in schema["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return found
    for word in ("allOf", "anyOf", "oneOf"):
        options = [option for option in schema.get(word, ()) if option.get("type") != "null"]
        if len(options) == 1:
            return options[0]
    return None


def type_of(schema: Schema) -> str:
    """The JSON type of a resolved schema; empty where it may be several."""
    named = schema.get("type", "")
    types = [named] if isinstance(named, str) else [each for each in named if each != "null"]
    return types[0] if len(types) == 1 else ""


def field_for(schema: Schema, *, name: str, required: bool) -> forms.Field:
    """The form field of a resolved schema."""
    common: dict[str, Any] = {
        "label": _(schema["title"]) if schema.get("title") else name,
        "help_text": _(schema["description"]) if schema.get("description") else "",
        "required": required,
        "initial": schema.get("default"),
    }
    if "enum" in schema or "const" in schema:
        return _choice(schema.get("enum", [schema.get("const")]), common)
    match type_of(schema), schema.get("format"):
        case "boolean", _format:
            return _choice({"true": True, "false": False}, common, {"true": _("Yes"), "false": _("No")})
        case "integer", _format:
            return _whole_number(schema, common)
        case "number", _format:
            return forms.FloatField(
                min_value=schema.get("minimum"),
                max_value=schema.get("maximum"),
                step_size=schema.get("multipleOf"),
                **common,
            )
        case "string", "date-time":
            return MomentField(**common)
        case "string", _format:
            return _text(schema, common)
        case "object", _format if _holds_texts(schema):
            return PairsField(**common)
        case kind, _format:
            return JsonField(kind=kind, **common)


def _holds_texts(schema: Schema) -> bool:
    """Whether an object has free names with a text each."""
    inner = schema.get("additionalProperties")
    return isinstance(inner, Mapping) and type_of(inner) == "string"


def _choice(values: Any, common: dict[str, Any], labels: Mapping[str, Any] | None = None) -> forms.TypedChoiceField:
    by_text = dict(values) if isinstance(values, Mapping) else {str(v): v for v in values if v is not None}
    words = labels or {text: text.replace("_", " ") for text in by_text}
    to_text = {value: text for text, value in by_text.items()}
    initial = common["initial"]
    free = [] if initial in to_text else [CHOOSE]
    return forms.TypedChoiceField(
        choices=[*free, *words.items()],
        coerce=by_text.__getitem__,
        empty_value=None,
        **common | {"initial": to_text.get(initial, "")},
    )


def _whole_number(schema: Schema, common: dict[str, Any]) -> forms.IntegerField:
    """Bounds may be exclusive: as a number, or as a mark on the bound (draft 4)."""
    low, high = schema.get("minimum", -LARGEST_WHOLE), schema.get("maximum", LARGEST_WHOLE)
    above, below = schema.get("exclusiveMinimum", False), schema.get("exclusiveMaximum", False)
    if above is not False:
        low = (low if above is True else above) + 1
    if below is not False:
        high = (high if below is True else below) - 1
    return forms.IntegerField(min_value=low, max_value=high, **common)


def _text(schema: Schema, common: dict[str, Any]) -> forms.CharField:
    longest = schema.get("maxLength")
    validators = []
    if "pattern" in schema:
        message = _("This does not have the form that is needed here.")
        validators.append(RegexValidator(re.compile(schema["pattern"]), message))
    long = longest is not None and longest > LONG_TEXT
    widget = forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput()
    return forms.CharField(
        min_length=schema.get("minLength"), max_length=longest, validators=validators, widget=widget, **common
    )


def is_empty(value: Any) -> bool:
    """Whether nothing was entered."""
    return value is None or value == ""


def to_plain(value: Any) -> Any:
    """A cleaned value as JSON knows it: times in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def to_initial(field: forms.Field, value: Any) -> Any:
    """A value of a payload as ``field`` shows it."""
    if isinstance(field, MomentField) and isinstance(value, str):
        try:
            return parse_datetime(value)
        except ValueError:
            return None
    if isinstance(field, forms.TypedChoiceField):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(field, JsonField):
        return in_json(value)
    return value
