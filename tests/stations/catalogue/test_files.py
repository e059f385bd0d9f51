"""Files of the catalogue: one form, and sentences for whatever is wrong."""

import json

import pytest

from stations.catalogue import files
from tests.stations.catalogue.support import CONNECTOR, content

SHIPPED = sorted(files.MODELS.glob("*.json"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_file_has_the_one_form(path):
    assert files.dump(files.read(path)) == path.read_text(encoding="utf-8")


def test_all_are_shipped_by_id():
    assert [document.id for document in files.shipped()] == [path.stem for path in SHIPPED]
    assert len(SHIPPED) > 30


def test_the_schema_is_up_to_date():
    assert files.SCHEMA_FILE.read_text(encoding="utf-8") == files.schema()


def test_editors_find_the_schema():
    assert (SHIPPED[0].parent / json.loads(SHIPPED[0].read_text())["$schema"]).resolve() == files.SCHEMA_FILE


def test_what_is_not_said_is_the_default_and_what_is_default_is_not_written():
    document = files.parse(json.dumps(content()))

    assert json.loads(files.dump(document)) == {"$schema": files.SCHEMA_REFERENCE} | content()
    assert files.parse(files.dump(document)) == document


def test_bytes_and_texts_are_read():
    text = json.dumps(content(label="Säule"), ensure_ascii=False)

    assert files.parse(text.encode()).label == files.parse(text).label == "Säule"


def wrong(**changes):
    """The sentences for a file with these changes."""
    with pytest.raises(files.DocumentError) as caught:
        files.parse(json.dumps(content(**changes)), "x.json")
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def connectors(**changes):
    return [{"number": 1, "connectors": [CONNECTOR | changes]}]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"matches": [{"vendor": ["ABB"]}]}, "matches › 1 › model: is missing; add it"),
        ({"colour": "red"}, "colour: is not a field of the schema; correct its spelling or remove it"),
        ({"confidence": "sure"}, "confidence: must be 'high', 'medium' or 'low', not \"sure\""),
        ({"parameters": [{"values": {"A": 60}}]}, "parameters › 1 › values › A: must be text in quotes, not 60"),
        ({"maximum_power_w": 0}, "maximum_power_w: input should be greater than 0; it is 0"),
        ({"matches": [{"vendor": ["*"], "model": ["X"]}]}, "a pattern needs more than *; leave the field out instead"),
        ({"maximum_power_w": 44160}, "Without sharing, the station has the power of its EVSEs together: 22080 W."),
        ({"parameters": [{"values": {"HeartBeatInterval": "60"}}]}, "must not be recommended: heartbeatinterval"),
        (
            {"static_limit": {"keys": ["MaxA"], "unit": "A"}, "parameters": [{"values": {"maxa": "32"}}]},
            "must not be recommended: maxa",
        ),
        ({"evses": connectors(phases=None)}, "AC has one, two or three phases: say how many."),
        ({"evses": connectors(type="type 2")}, "evses › 1 › connectors › 1 › type: must be 'type_1', 'type_2'"),
        ({"evses": connectors() * 2}, "EVSE numbers must be unique"),
    ],
)
def test_what_is_wrong_is_said_with_field_and_fix(changes, sentence):
    (problem,) = wrong(**changes)

    assert problem.startswith("x.json: ")
    assert sentence in problem


def test_all_that_is_wrong_is_said_at_once():
    assert len(wrong(label=" ", confidence="sure", colour="red")) == 3


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"id": "a",\n "label" "b"}', "line 2, column 10 is not JSON"),
        ('{"id": "a", "id": "b"}', "“id” is written twice"),
        ("[]", "one JSON object"),
        (b"\xff\xff\xff", "not text in UTF-8"),
        ("[" * 100_000, "nested too deep"),
        ("", "line 1, column 1 is not JSON"),
    ],
)
def test_what_is_no_json_object_is_refused(text, sentence):
    with pytest.raises(files.DocumentError, match=sentence):
        files.parse(text)


def test_a_file_is_called_as_its_id_says(tmp_path):
    path = tmp_path / "other.json"
    path.write_text(json.dumps(content()))

    with pytest.raises(files.DocumentError, match=r"other\.json: the file must be called some-model\.json"):
        files.read(path)
