"""What we know of a station's local list after it took the messages, or did not."""

from typing import Any

import pytest

from stations.commands import Verdict
from stations.enums import EffectState, OperationState
from stations.models import Badge, LocalList, Operation
from stations.services.operation_rules import rules_of
from stations.services.operation_upkeep import follow_effects
from stations.services.operations import Conflict
from tests.support.commands import TIMED_OUT, answered, ask, connected_station, done
from tests.support.factories import BadgeFactory, CapabilitiesFactory, OperationFactory

pytestmark = pytest.mark.django_db
TAKEN = {"status": "Accepted"}


def version(number: int) -> dict[str, int]:
    return {"listVersion": number}


@pytest.fixture
def station():
    """A station whose company has three badges; it takes two in one message."""
    station = connected_station()
    CapabilitiesFactory(station=station, parameters={"SendLocalListMaxLength": "2"})
    for tag in "ABC":
        BadgeFactory(company=station.site_area.site.company, id_tag=tag)
    return station


def held(station) -> tuple[int, bool, list[str]]:
    row = LocalList.objects.get(station=station)
    return row.version, row.is_known, sorted(row.entries)


def send(station, *responses: Any, update: str = "full", verdict: Verdict | None = None) -> Operation:
    return answered(ask(station, "send-local-list", update=update), *responses, verdict=verdict)


def effect_of(operation) -> tuple[str, str]:
    follow_effects()
    operation.refresh_from_db()
    return operation.effect, operation.effect_note


def test_full_list_taken_as_a_whole_is_known(station):
    operation = send(station, TAKEN, TAKEN, version(2))
    assert held(station) == (2, True, ["A", "B", "C"])
    assert effect_of(operation) == (EffectState.SEEN, "The station holds version 2.")
    assert operation.error == ""


def test_difference_changes_what_is_held(station):
    send(station, TAKEN, TAKEN, version(2))
    Badge.objects.filter(id_tag="A").delete()
    Badge.objects.filter(id_tag="B").update(blocked=True)
    BadgeFactory(company=station.site_area.site.company, id_tag="D")
    send(station, TAKEN, TAKEN, version(4), update="difference")
    assert held(station) == (4, True, ["B", "C", "D"])
    assert LocalList.objects.get(station=station).entries["B"] == ["blocked", None]
    with pytest.raises(Conflict, match="up to date"):
        ask(station, "send-local-list", update="difference")


@pytest.mark.parametrize(
    ("responses", "verdict", "highest"),
    [
        ([{"status": "Failed"}], None, 4),
        ([TAKEN, {"status": "VersionMismatch"}], None, 4),
        ([], TIMED_OUT, 3),
        ([TAKEN], TIMED_OUT, 4),
        ([], Verdict(OperationState.FAILED, "InternalError", "out of order"), 3),
    ],
    ids=["first declined", "second declined", "no answer", "no second answer", "error"],
)
def test_list_that_was_not_taken_as_a_whole_is_not_known(station, responses, verdict, highest):
    send(station, TAKEN, TAKEN, version(2))
    operation = send(station, *responses, verdict=verdict)
    assert held(station) == (highest, False, ["A", "B", "C"])
    assert "send the full list" in operation.error
    assert operation.effect == EffectState.NONE
    with pytest.raises(Conflict, match="Send the full list first"):
        ask(station, "send-local-list", update="difference")
    send(station, TAKEN, TAKEN, version(highest + 2))
    assert held(station) == (highest + 2, True, ["A", "B", "C"])


def test_list_is_known_although_the_station_does_not_tell_its_version(station):
    operation = send(station, TAKEN, TAKEN, verdict=Verdict(OperationState.FAILED, "NotSupported", ""))
    assert held(station) == (2, True, ["A", "B", "C"])
    assert operation.error == ""


def test_station_that_names_another_version_has_another_list(station):
    operation = send(station, TAKEN, TAKEN, version(0))
    assert held(station) == (2, False, [])
    assert effect_of(operation) == (EffectState.MISSING, "The station holds version 0, not 2: send the full list.")


def test_difference_to_a_list_that_was_lost_meanwhile_makes_it_no_better_known(station):
    send(station, TAKEN, TAKEN, version(2))
    BadgeFactory(company=station.site_area.site.company, id_tag="D")
    waiting = ask(station, "send-local-list", update="difference")
    send(station, {"status": "Failed"})
    answered(waiting, TAKEN, version(3))
    assert held(station)[1] is False


def test_empty_list(station):
    Badge.objects.all().delete()
    send(station, TAKEN, version(1))
    assert held(station) == (1, True, [])


def test_operation_that_was_never_sent_changes_nothing(station):
    operation = OperationFactory(station=station, action="send-local-list", state=OperationState.CANCELLED)
    rules_of("send-local-list").settled([operation])
    assert not LocalList.objects.exists()


def test_few_queries_for_many_stations(station, django_assert_max_num_queries):
    operations = [done(each, "send-local-list", TAKEN, version(1)) for each in (connected_station() for _ in range(5))]
    with django_assert_max_num_queries(3):
        rules_of("send-local-list").settled(operations)
    assert LocalList.objects.filter(is_known=True).count() == 5
