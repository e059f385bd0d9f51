"""Forms made from JSON schemas."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field

from emobility.common.actions import actions
from emobility.common.schema_forms import SchemaForm
from stations.commands import dialect_of


class Inner(BaseModel):
    rate: float = Field(ge=0, le=100)
    phases: int | None = None


class Example(BaseModel):
    badge: str = Field(min_length=1, max_length=20, title="Badge", description="Id of the badge.")
    connector: int | None = Field(None, ge=1, le=9)
    purpose: Literal["default", "session"] = "default"
    wanted: Literal["A", "W"] | None = None
    until: AwareDatetime | None = None
    is_full: bool | None = None
    plan: Inner | None = None
    periods: list[Inner] = Field(default_factory=list)
    free: dict[str, Any] = Field(default_factory=dict)


SCHEMA = Example.model_json_schema()
NESTED = {
    "definitions": {"Kind": {"type": "string", "enum": ["Hard", "Soft"]}},
    "type": "object",
    "properties": {
        "kind": {"$ref": "#/definitions/Kind"},
        "profile": {
            "type": "object",
            "properties": {
                "id": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
                "schedule": {
                    "type": "object",
                    "properties": {"unit": {"type": "string"}, "periods": {"type": "array"}},
                    "required": ["unit"],
                },
            },
            "required": ["id", "schedule"],
        },
    },
    "required": ["kind"],
}


def filled(schema: dict, **values: str) -> SchemaForm:
    """The form as it comes back from the browser; dots of names stand as two underscores."""
    return SchemaForm(schema, {f"parameters-{name.replace('__', '.')}": text for name, text in values.items()})


def payload_of(schema: dict, **values: str) -> dict:
    form = filled(schema, **values)
    assert form.is_valid(), form.errors
    return form.payload


def test_what_is_empty_is_left_out():
    assert payload_of(SCHEMA, badge="B1", connector="", purpose="session") == {"badge": "B1", "purpose": "session"}


def test_every_kind_of_value_reaches_the_payload():
    values = {
        "badge": " B1 ",
        "connector": "2",
        "purpose": "default",
        "wanted": "W",
        "until": "2026-03-01T12:30",
        "is_full": "false",
        "plan__rate": "16.5",
        "periods": '[{"rate": 1}]',
        "free": "{}",
    }
    assert payload_of(SCHEMA, **values) == {
        "badge": "B1",
        "connector": 2,
        "purpose": "default",
        "wanted": "W",
        "until": "2026-03-01T12:30:00Z",
        "is_full": False,
        "plan": {"rate": 16.5},
        "periods": [{"rate": 1}],
        "free": {},
    }


def test_times_are_entered_in_the_zone_of_the_portal(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    assert payload_of(SCHEMA, badge="B", until="2026-07-01T12:00")["until"] == "2026-07-01T10:00:00Z"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "badge"),
        ({"badge": "x" * 21}, "badge"),
        ({"badge": "B", "connector": "10"}, "connector"),
        ({"badge": "B", "connector": "zzz"}, "connector"),
        ({"badge": "B", "purpose": "other"}, "purpose"),
        ({"badge": "B", "until": "tomorrow"}, "until"),
        ({"badge": "B", "until": "9999-12-31T23:59"}, "until"),
        ({"badge": "B", "plan__rate": "nan"}, "plan.rate"),
        ({"badge": "B", "plan__phases": "3"}, "plan.rate"),
        ({"badge": "B", "periods": "[1,"}, "periods"),
        ({"badge": "B", "periods": "{}"}, "periods"),
        ({"badge": "B", "free": "[]"}, "free"),
        ({"badge": "B", "free": '{"a": "\\u0000"}'}, "free"),
        ({"badge": "B", "free": "[" * 5000}, "free"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(values, field):
    form = filled(SCHEMA, **values)
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_broken_json_says_where_and_is_kept():
    form = filled(SCHEMA, badge="B", periods='[{"rate": }]')
    assert "line 1 column" in form.errors["periods"][0]
    assert form["periods"].value() == '[{"rate": }]'


@pytest.mark.parametrize("empty", ["[]", "{}"])
def test_an_empty_list_or_object_is_a_value(empty):
    schema = {"properties": {"value": {}}, "required": ["value"]}
    assert payload_of(schema, value=empty) == {"value": json.loads(empty)}


def test_an_optional_object_needs_its_parts_once_it_is_begun():
    assert payload_of(NESTED, kind="Soft") == {"kind": "Soft"}
    form = filled(NESTED, kind="Soft", profile__schedule__periods="[]")
    assert not form.is_valid()
    assert set(form.errors) == {"profile.id", "profile.schedule.unit"}
    assert not filled(NESTED, kind="Soft", profile__id="0", profile__schedule__unit="A").is_valid()


def test_objects_are_sections():
    sections = SchemaForm(NESTED).sections
    assert [(s.legend, [field.name for field in s.fields]) for s in sections] == [
        ("", ["kind"]),
        ("profile", ["profile.id"]),
        ("profile.schedule", ["profile.schedule.unit", "profile.schedule.periods"]),
    ]


def test_a_payload_fills_the_form_in():
    payload = {"badge": "B", "until": "2026-03-01T12:30:00Z", "is_full": False, "periods": [{"rate": 1}]}
    form = SchemaForm(SCHEMA, payload=payload)
    shown = {name: form[name].value() for name in form.fields}
    assert shown["badge"] == "B"
    assert shown["until"] == datetime(2026, 3, 1, 12, 30)  # noqa: DTZ001 - as the browser's picker has it
    assert shown["is_full"] == "false"
    assert json.loads(shown["periods"]) == [{"rate": 1}]


@pytest.mark.parametrize("payload", [{"until": "zzz"}, {"until": 7}, {"plan": 3}, {"connector": [1]}, {"wanted": {}}])
def test_an_odd_payload_does_no_harm(payload):
    assert SchemaForm(SCHEMA, payload=payload).as_p()


def test_defaults_are_chosen_and_what_is_needed_is_not():
    form = SchemaForm(NESTED | {"properties": NESTED["properties"] | SCHEMA["properties"], "$defs": SCHEMA["$defs"]})
    assert form["purpose"].value() == "default"
    assert ("", "–") not in form.fields["purpose"].choices
    assert form["kind"].value() == ""
    assert ("", "–") in form.fields["kind"].choices


def test_choices_are_offered_but_do_not_judge():
    offered = {"connector": [(1, "Connector 1"), (2, "Connector 2")], "nothing": [(1, "x")]}
    assert "Connector 2" in str(SchemaForm(SCHEMA, choices=offered)["connector"])
    form = SchemaForm(SCHEMA, {"parameters-badge": "B", "parameters-connector": "7"}, choices=offered)
    assert form.is_valid()
    assert form.payload["connector"] == 7
    assert '<option value="7" selected>7</option>' in str(form["connector"])


def test_suggestions_stand_in_a_list():
    form = SchemaForm(SCHEMA, suggestions={"badge": [("B1", "Ada")]})
    assert f'list="{form["badge"].auto_id}_list"' in str(form["badge"])
    assert form.fields["badge"].suggestions == [("B1", "Ada")]


@pytest.mark.parametrize(
    ("error", "field", "text"),
    [
        (ValidationError({"badge": ["taken"]}), "badge", "taken"),
        (ValidationError({"periods.0.rate": ["too high"]}), "periods", "0.rate: too high"),
        (ValidationError({"parameters": ["plan.rate: too high"]}), "plan.rate", "too high"),
        (ValidationError({"parameters": ["periods.0: odd"]}), "periods", "0: odd"),
        (ValidationError({"parameters": ["idTag is needed"]}), "__all__", "idTag is needed"),
        (ValidationError({"unknown": ["odd"]}), "__all__", "unknown: odd"),
        (ValidationError("nothing goes"), "__all__", "nothing goes"),
        (RuntimeError("not now"), "__all__", "not now"),
    ],
)
def test_a_refusal_is_shown_where_it_belongs(error, field, text):
    form = filled(SCHEMA, badge="B", periods="[]")
    assert form.is_valid()
    form.refuse(error)
    assert form.errors == {field: [text]}
    assert form["badge"].value() == "B"


def every_schema() -> list[tuple[str, dict]]:
    dialect = dialect_of("1.6")
    assert dialect is not None
    return [(action.name, action.schema()) for action in actions()] + [
        (message, dialect.schema(message)) for message in dialect.messages()
    ]


@pytest.mark.parametrize(("name", "schema"), every_schema(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_schema_becomes_a_form(name, schema):
    form = SchemaForm(schema)
    assert form.as_p() or not schema["properties"]
    assert all(str(field.label) for field in form.fields.values())
    assert not any("$ref" in leaf.schema or "anyOf" in leaf.schema for leaf in form.leaves)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=20)
MOMENT = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)).map(  # noqa: DTZ001 - UTC is added here
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC).isoformat().replace("+00:00", "Z")
)
INNER = st.fixed_dictionaries({"rate": st.floats(0, 100)}, optional={"phases": st.integers(-5, 5)})
PAYLOAD = st.fixed_dictionaries(
    {"badge": TEXT, "purpose": st.sampled_from(["default", "session"])},
    optional={
        "connector": st.integers(1, 9),
        "wanted": st.sampled_from("AW"),
        "until": MOMENT,
        "is_full": st.booleans(),
        "plan": INNER,
        "periods": st.lists(INNER, max_size=3),
        "free": st.dictionaries(st.text("abc"), JSON.filter(lambda value: "\\u0000" not in json.dumps(value))),
    },
)


@given(PAYLOAD)
def test_a_payload_shown_and_sent_back_is_the_same(payload):
    shown = SchemaForm(SCHEMA, payload=payload)
    data = {}
    for field in shown:
        value = field.value()
        data[field.html_name] = "" if value is None else field.field.widget.format_value(value) or ""
        if isinstance(data[field.html_name], list):
            (data[field.html_name],) = data[field.html_name]
    again = SchemaForm(SCHEMA, data)
    assert again.is_valid(), again.errors
    assert again.payload == payload


@given(st.dictionaries(st.sampled_from(sorted(SchemaForm(SCHEMA).fields)), st.text(max_size=30)))
def test_no_input_breaks_the_form(values):
    data = QueryDict(mutable=True)
    data.update({f"parameters-{name}": text for name, text in values.items()})
    form = SchemaForm(SCHEMA, data)
    form.is_valid()
    assert json.dumps(form.payload) is not None
    assert form.as_p()


def test_minutes_are_as_fine_as_the_picker():
    form = SchemaForm(
        SCHEMA, payload={"until": (datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(minutes=1)).isoformat()}
    )
    assert 'value="2026-03-01T12:01"' in str(form["until"])


class Named(BaseModel):
    values: dict[str, str] = Field(min_length=1, title="Values")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A = 1\n\n  B=x = y \nC =", {"A": "1", "B": "x = y", "C": ""}),
        ('{"A": " spaced "}', {"A": " spaced "}),
    ],
)
def test_texts_by_name_are_written_in_lines_or_as_json(text, values):
    assert payload_of(Named.model_json_schema(), values=text) == {"values": values}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A", "Line 1: write Name = value."),
        ("A = 1\n= 2", "Line 2: write Name = value."),
        ("A = 1\nA = 2", "Line 2: A stands here twice."),
        ("{", "This is not JSON"),
        ("", "This field is required."),
    ],
)
def test_lines_that_are_none_are_named(text, problem):
    assert problem in str(filled(Named.model_json_schema(), values=text).errors["values"])


@pytest.mark.parametrize("values", [{"A": "1", "B": "x = y"}, {"A": " 1"}, {"A": "1\n2"}, {"A=B": "1"}])
def test_texts_by_name_come_back_as_they_were(values):
    schema = Named.model_json_schema()
    shown = SchemaForm(schema, payload={"values": values})["values"].value()
    assert payload_of(schema, values=shown) == {"values": values}
