"""What is kept of reading and writing parameters, whole or cut short."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from emobility.common.actions import find
from stations.commands import Verdict
from stations.enums import ConfigurationStatus, EffectState, OperationSource, OperationState, PushOutcome
from stations.models import Capabilities, ChargingStation, Configuration, OcppParameter, Operation
from stations.services.bulk_operations import start
from stations.services.configuration_upkeep import review_stations
from stations.services.operation_upkeep import expire_operations, follow_effects
from stations.services.operations import Conflict
from tests.support.commands import TIMED_OUT, answered, ask, connected_station
from tests.support.factories import EndpointProcessFactory, UserFactory
from tests.support.models import known_model

pytestmark = pytest.mark.django_db
TAKEN, REBOOT, NO = {"status": "Accepted"}, {"status": "RebootRequired"}, {"status": "Rejected"}
DECLINED = Verdict(OperationState.REJECTED, "", "Some were not agreed to.")


def report(*keys: str, read_only: tuple[str, ...] = (), **values: str) -> dict[str, Any]:
    entries = [{"key": key, "readonly": key in read_only, "value": value} for key, value in values.items()]
    return {"configurationKey": entries + [{"key": key, "readonly": False} for key in keys]}


@pytest.fixture
def station():
    return connected_station(vendor="Maker", model="Twin", ocpp_version="1.6", rebooted_at=timezone.now())


def row(station, key: str) -> OcppParameter:
    return OcppParameter.objects.get(station=station, key=key)


def effect_of(operation: Operation) -> tuple[str, str]:
    follow_effects()
    operation.refresh_from_db()
    return operation.effect, operation.effect_note


def left(station) -> int:
    return Configuration.objects.get(station=station).pushes_left


def set_values(station, *responses: Any, verdict: Verdict | None = None, **values: str) -> tuple[str, str]:
    return effect_of(answered(ask(station, "set-parameters", values=values), *responses, verdict=verdict))


def test_download_keeps_what_the_station_reports_and_what_it_can_do(station):
    set_values(station, TAKEN, verdict=DECLINED, Hidden="1")
    operation = ask(station, "pull-parameters")
    assert [payload for _message, payload in operation.requests] == [{}, {"key": ["Hidden"]}]
    listed = report("AuthorizationKey", read_only=("NumberOfConnectors",), NumberOfConnectors="2", Hidden2="x")
    effect = effect_of(answered(operation, listed, {"unknownKey": ["Hidden"]}))
    assert effect == (EffectState.SEEN, "3 parameters read; 0 differ from what is wanted here.")
    assert (row(station, "NumberOfConnectors").read_only, row(station, "NumberOfConnectors").reported_value) == (
        True,
        "2",
    )
    assert row(station, "AuthorizationKey").reported_value is None
    assert (row(station, "Hidden").wanted_value, row(station, "Hidden").is_hidden) == ("1", True)
    assert Capabilities.objects.get(station=station).parameters == {"NumberOfConnectors": "2"}


def test_no_more_keys_are_asked_for_at_once_than_the_station_takes(station):
    answered(ask(station, "pull-parameters"), report(GetConfigurationMaxKeys="2"))
    follow_effects()
    set_values(station, TAKEN, TAKEN, TAKEN, A="1", B="1", C="1")
    requests = ask(station, "pull-parameters").requests
    assert [payload.get("key") for _message, payload in requests] == [None, ["A", "B"], ["C"]]


def test_every_value_has_its_own_outcome(station):
    values = {"A": "1", "B": "2", "C": "3", "D": "4", "E": "5"}
    answers = [TAKEN, REBOOT, NO, {"status": "NotSupported"}, {"error": "InternalError: "}]
    effect = set_values(station, *answers, verdict=DECLINED, **values)
    assert effect == (EffectState.MISSING, "2 of 5 values taken. 1 counts after a reboot.")
    outcomes = dict(OcppParameter.objects.values_list("key", "push_outcome"))
    assert outcomes == {
        "A": "accepted", "B": "reboot_required", "C": "rejected", "D": "not_supported", "E": "failed"
    }  # fmt: skip
    assert [row(station, key).differs for key in "ABC"] == [False, False, True]
    assert (row(station, "B").awaits_reboot, row(station, "B").reported_value) == (True, None)
    assert left(station) == 0


def test_only_what_differs_is_sent(station):
    set_values(station, TAKEN, TAKEN, A="1", B="2")
    operation = ask(station, "push-parameters")
    assert (operation.state, operation.requests) == (OperationState.ACCEPTED, [])
    assert effect_of(operation) == (EffectState.SEEN, "Nothing had to be sent.")
    operation = ask(station, "set-parameters", values={"A": "1", "B": "3"})
    assert operation.requests == [["ChangeConfiguration", {"key": "B", "value": "3"}]]


def test_silence_midway_is_told_for_each_value_and_the_rest_waits(station):
    effect = set_values(station, TAKEN, verdict=TIMED_OUT, A="1", B="2", C="3")
    assert effect == (EffectState.MISSING, "1 of 3 values taken. 2 not answered or not sent.")
    outcomes = dict(OcppParameter.objects.values_list("key", "push_outcome"))
    assert outcomes == {"A": PushOutcome.ACCEPTED, "B": PushOutcome.UNKNOWN, "C": PushOutcome.NOT_SENT}
    assert left(station) == 3
    operation = ask(station, "push-parameters")
    assert [payload["key"] for _message, payload in operation.requests] == ["C", "B"]
    for attempts in (2, 1, 0):
        effect_of(answered(ask(station, "push-parameters"), verdict=TIMED_OUT))
        assert left(station) == attempts


def test_what_could_not_be_sent_in_time_waits_for_the_station(station):
    operation = ask(station, "set-parameters", values={"A": "1"})
    with time_machine.travel(operation.expires_at + timedelta(seconds=1), tick=False):
        expire_operations()
        assert effect_of(operation)[0] == EffectState.MISSING
    assert (row(station, "A").push_outcome, left(station)) == (PushOutcome.NOT_SENT, 3)


def test_station_that_is_away_gets_its_values_when_it_returns(station):
    ChargingStation.objects.filter(pk=station.pk).update(endpoint=None)
    operation = ask(station, "set-parameters", values={"A": "1"})
    assert (operation.state, operation.requests) == (OperationState.ACCEPTED, [])
    effect_of(operation)
    assert (row(station, "A").wanted_value, left(station)) == ("1", 3)
    ChargingStation.objects.filter(pk=station.pk).update(endpoint=EndpointProcessFactory())
    assert ask(station, "push-parameters").requests == [["ChangeConfiguration", {"key": "A", "value": "1"}]]


def test_secret_is_sent_but_neither_kept_in_the_operation_nor_set_for_many(station):
    with pytest.raises(Conflict, match="is a secret"):
        ask(station, "set-parameters", values={"AuthorizationKey": "hush-hush-hush"})
    OcppParameter.objects.create(
        station=station, key="AuthorizationKey", key_lower="authorizationkey", wanted_value="hush", differs=True
    )
    operation = ask(station, "push-parameters")
    assert operation.requests[0][1]["value"] == "hush"
    answered(operation, TAKEN)
    assert effect_of(operation)[0] == EffectState.SEEN
    operation.refresh_from_db()
    assert "hush" not in str([operation.requests, operation.details, operation.parameters])
    assert not row(station, "AuthorizationKey").differs


def test_system_configuration_is_in_force_at_once_and_sent(station):
    known_model()
    review_stations()
    Operation.objects.all().delete()
    OcppParameter.objects.filter(station=station).update(wanted_value="other")
    operation = ask(station, "use-system-configuration")
    assert Configuration.objects.get(station=station).status == ConfigurationStatus.DEFINED_BY_SYSTEM
    assert {payload["key"] for _m, payload in operation.requests} == {
        "LocalPreAuthorize", "MeterValueSampleInterval", "VendorKey"
    }  # fmt: skip
    assert operation.configuration_changes.count() == 1


def test_unknown_model_has_no_system_configuration(station):
    with pytest.raises(Conflict, match="not in the catalogue"):
        ask(station, "use-system-configuration")


def test_value_that_became_read_only_meanwhile_is_told_and_keeps_nobody_waiting(station):
    other = connected_station(ocpp_version="1.6")
    bulk = start(
        ChargingStation.objects.all(),
        find("set-parameters"),
        {"values": {"A": "1"}},
        actor=UserFactory(is_superuser=True),
        source=OperationSource.PORTAL,
    )
    OcppParameter.objects.create(station=station, key="A", key_lower="a", reported_value="0", read_only=True)
    for operation in bulk.operations.order_by("pk"):
        answered(operation, NO if operation.station_id == station.pk else TAKEN)
    follow_effects()
    effects = dict(bulk.operations.values_list("station", "effect"))
    assert effects == {station.pk: EffectState.MISSING, other.pk: EffectState.SEEN}
    assert "read-only" in bulk.operations.get(station=station).effect_note
