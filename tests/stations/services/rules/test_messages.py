"""What is seen in the frames a station sends: triggered messages, and the end of an upload."""

import json
from datetime import timedelta

import pytest

from stations.enums import EffectState
from stations.models import ChargingStation
from stations.models.journal import Direction
from stations.services.operation_rules import rules_of
from stations.services.operation_upkeep import follow_effects
from stations.services.rules.watching import NEWEST
from tests.support.commands import connected_station, done
from tests.support.factories import OcppExchangeFactory

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
DIAGNOSTICS = "DiagnosticsStatusNotification"


def arrive(operation, message: str, payload: dict | None = None, *, after: timedelta = SECOND, **values) -> None:
    """The station sends ``message``, received ``after`` the request."""
    OcppExchangeFactory(
        **{"station": operation.station, "action": message, "received_at": operation.sent_at + after}
        | {"request": json.dumps([2, "x", message, payload or {}])}
        | values
    )


def effect_of(operation) -> tuple[str, str]:
    follow_effects()
    operation.refresh_from_db()
    return operation.effect, operation.effect_note


def test_message_that_comes_is_the_effect():
    operation = done(connected_station(), "trigger-message", message="Heartbeat")
    arrive(operation, "StatusNotification")
    arrive(operation, "Heartbeat", after=-SECOND)
    arrive(operation, "Heartbeat", direction=Direction.OUT)
    arrive(operation, "Heartbeat", station=connected_station())
    assert effect_of(operation) == (EffectState.AWAITED, "")
    arrive(operation, "Heartbeat")
    effect, note = effect_of(operation)
    assert effect == EffectState.SEEN
    assert note.startswith("Heartbeat came at ")


@pytest.mark.parametrize(
    ("payload", "effect"),
    [
        ({"connectorId": 1}, EffectState.SEEN),
        ({"connectorId": 1, "status": "Available"}, EffectState.SEEN),
        ({"connectorId": 11}, EffectState.AWAITED),
        ({"connectorId": 2}, EffectState.AWAITED),
        ({}, EffectState.AWAITED),
    ],
)
def test_message_of_the_connector_named(payload, effect):
    operation = done(connected_station(), "trigger-message", message="StatusNotification", connector=1)
    arrive(operation, "StatusNotification", payload)
    assert effect_of(operation)[0] == effect


def test_only_the_newest_frames_of_a_station_are_looked_through():
    operation = done(connected_station(), "trigger-message", message="Heartbeat")
    arrive(operation, "Heartbeat")
    for _ in range(NEWEST):
        arrive(operation, "MeterValues")
    assert effect_of(operation)[0] == EffectState.AWAITED


def test_one_query_for_a_thousand_that_ask_the_same(django_assert_num_queries):
    operations = [done(connected_station(), "trigger-message", message="Heartbeat") for _ in range(3)]
    arrive(operations[1], "Heartbeat")
    with django_assert_num_queries(1):
        assert rules_of("trigger-message").seen(operations).keys() == {operations[1].pk}


@pytest.mark.parametrize(
    ("step", "effect", "note"),
    [("Uploaded", EffectState.SEEN, "Uploaded"), ("UploadFailed", EffectState.MISSING, "The upload failed")],
)
def test_upload_ends_well_or_badly(step, effect, note):
    operation = done(connected_station(), "get-diagnostics", {"fileName": "log.txt"}, location="ftp://files/x")
    arrive(operation, DIAGNOSTICS, {"status": step}, after=-SECOND)
    ChargingStation.objects.update(diagnostics_status=step)
    assert effect_of(operation) == (EffectState.AWAITED, "")  # that was an earlier upload
    arrive(operation, DIAGNOSTICS, {"status": "Uploading"})
    ChargingStation.objects.update(diagnostics_status="Uploading")
    assert effect_of(operation) == (EffectState.AWAITED, "")
    arrive(operation, DIAGNOSTICS, {"status": step})
    ChargingStation.objects.update(diagnostics_status=step)
    seen = effect_of(operation)
    assert seen[0] == effect
    assert seen[1].startswith(note)
