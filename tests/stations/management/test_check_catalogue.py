"""``check_catalogue``."""

import json

import pytest
from django.core.management import CommandError, call_command

from stations.catalogue import files
from tests.stations.catalogue.support import content


def write(folder, **changes):
    path = folder / f"{changes.get('id', 'some-model')}.json"
    path.write_text(json.dumps(content(**changes)))
    return path


def test_the_shipped_models_are_right(capsys):
    call_command("check_catalogue")

    assert capsys.readouterr().out == f"{len(files.shipped())} station models, no problems.\n"


def test_files_and_folders_are_checked_with_the_shipped_ones(tmp_path, capsys):
    write(tmp_path, matches=[{"vendor": ["Own"], "model": ["One"]}])

    call_command("check_catalogue", tmp_path)

    assert capsys.readouterr().out == "1 station models, no problems.\n"


def test_a_model_that_takes_stations_from_a_shipped_one_is_refused(tmp_path):
    path = write(tmp_path, id="a-terra", matches=[{"vendor": ["ABB"], "model": ["MD_TERRA_53"]}])

    with pytest.raises(CommandError, match=r"abb-terra-53: a station with .* is taken for a-terra"):
        call_command("check_catalogue", path)


def test_a_file_may_replace_a_shipped_one(tmp_path):
    path = tmp_path / "abb-terra-53.json"
    path.write_text((files.MODELS / path.name).read_text())

    call_command("check_catalogue", path)


def test_each_problem_names_its_file(tmp_path):
    write(tmp_path, id="one", confidence="sure")
    write(tmp_path, id="two", label=7)

    with pytest.raises(CommandError) as caught:
        call_command("check_catalogue", tmp_path)

    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == ["one.json", "two.json"]


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="no such file"):
        call_command("check_catalogue", tmp_path / "nothing.json")


def test_an_old_schema_is_a_problem_until_it_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "SCHEMA_FILE", tmp_path / "schema.json")

    with pytest.raises(CommandError, match="--write-schema"):
        call_command("check_catalogue")
    call_command("check_catalogue", write_schema=True)

    assert files.SCHEMA_FILE.read_text(encoding="utf-8") == files.schema()
