"""OCPP parameters from a file: what is said before anything changes, and what then changes."""

from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from stations.commands import ReportedParameter
from stations.configuration.changes import MASK
from stations.enums import ChangeCause, OperationSource
from stations.models import ConfigurationChange, OcppParameter
from stations.services.configuration import set_parameters
from stations.services.parameter_files import MOST_BYTES, MOST_STATIONS, Line, import_values, plan_import, read_lines
from stations.services.parameters import learn_reported

SOURCE = OperationSource.PORTAL


@pytest.fixture
def station(world):
    reported = [
        ReportedParameter("HeartbeatInterval", "300", False),
        ReportedParameter("NumberOfConnectors", "2", True),
    ]
    learn_reported(world.ours.station, reported, timezone.now())
    return world.ours.station


def lines(*rows: tuple[str, str, str]) -> list[Line]:
    return [Line(number, *row) for number, row in enumerate(rows, 2)]


def wanted(station) -> dict[str, str]:
    return dict(
        OcppParameter.objects.filter(station=station).exclude(wanted_value=None).values_list("key", "wanted_value")
    )


@pytest.mark.parametrize(
    "text",
    [
        "station,key,value\nA,K,1\n",
        "\ufeffStation; KEY ;Value\r\nA;K;1\r\n",
        "key,read_only,station,active_value\nK,yes,A,1",
        'station,key,value\n"A","K","1"\n\nA,Empty,\n' + f"A,AuthorizationKey,{MASK}\n",
    ],
)
def test_files_of_several_makes_are_read(text):
    assert [(line.station, line.key, line.value) for line in read_lines(text.encode())] == [("A", "K", "1")]


def test_what_an_export_made_safe_for_spreadsheets_comes_back():
    assert read_lines(b"station,key,value\nA,K,'-5")[0].value == "-5"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "must name the columns"),
        (b"station,value\nA,1", "must name the columns"),
        (b"station,key,value\n", "no values"),
        ("station,key,value\nÄ,K,1".encode("latin-1"), "UTF-8"),
        (b"station,key,value\nA,K,\0", "UTF-8"),
        (b"x" * (MOST_BYTES + 1), "too large"),
        (b"station,key,value\n" + b"A,K,1\n" * 10_001, "too many values"),
        (b"station,key,value\nA,K," + b"x" * 200_000, "no CSV"),
    ],
)
def test_a_bad_file_is_explained(content, said):
    with pytest.raises(ValidationError, match=said):
        read_lines(content)


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content):
    with suppress(ValidationError):
        read_lines(b"station,key,value\n" + content)


def test_the_plan_says_what_changes_what_is_so_already_and_what_cannot_be(world, station):
    set_parameters(station, {"VendorKey": "old"}, actor=None, source=SOURCE)
    plan = plan_import(
        lines(
            ("ours-1", "heartbeatinterval", "60"),
            ("OURS-1", "VendorKey", "old"),
            ("OURS-1", "NumberOfConnectors", "2"),
            ("OURS-1", "LightIntensity", "101"),
            ("OURS-1", "HeartbeatInterval", "70"),
            ("THEIRS-1", "VendorKey", "1"),
        ),
        actor=world.operator,
    )
    assert [(c.item, c.before, c.after) for c in plan.stations[0].changes] == [("HeartbeatInterval", None, "60")]
    assert plan.same == 2
    assert [(wrong.line.number, wrong.reason) for wrong in plan.wrong] == [
        (5, "At most 100."),
        (6, "Line 2 has the same parameter."),
        (7, "You see no station with this identity."),
    ]
    assert wanted(station) == {"VendorKey": "old"}


def test_a_read_only_parameter_is_refused_with_the_reason(world, station):
    plan = plan_import(lines(("OURS-1", "NumberOfConnectors", "3")), actor=world.operator)
    assert "read-only" in plan.wrong[0].reason
    assert plan.stations == []


def test_who_may_only_look_changes_nothing(world, station):
    plan = plan_import(lines(("OURS-1", "VendorKey", "1")), actor=world.viewer)
    assert "Only operators" in plan.wrong[0].reason
    assert plan.changed == 0


def test_a_file_about_too_many_stations_is_refused(world):
    with pytest.raises(ValidationError, match="too many stations"):
        plan_import(lines(*((f"S{n}", "K", "1") for n in range(MOST_STATIONS + 1))), actor=world.operator)


def test_the_import_is_in_the_history_with_its_cause(world, station):
    plan = plan_import(lines(("OURS-1", "HeartbeatInterval", "60"), ("OURS-1", "New", "=1")), actor=world.operator)
    assert import_values(plan, actor=world.operator, source=SOURCE) == []
    assert wanted(station) == {"HeartbeatInterval": "60", "New": "=1"}
    change = ConfigurationChange.objects.get(station=station)
    assert (change.cause, change.actor) == (ChangeCause.IMPORTED, world.operator)


def test_what_became_wrong_meanwhile_is_told_and_the_other_stations_change(world, station):
    plan = plan_import(lines(("OURS-1", "HeartbeatInterval", "60")), actor=world.operator)
    OcppParameter.objects.filter(key="HeartbeatInterval").update(read_only=True)
    failures = import_values(plan, actor=world.operator, source=SOURCE)
    assert "OURS-1" in failures[0]
    assert wanted(station) == {}
