"""The second derivation: silent about what stations really did, loud about every row that says otherwise."""

from datetime import timedelta

import pytest
from django.db.models import F

from stations.enums import SessionState
from stations.models import ChargingSession, MeterSample, OcppExchange
from stations.ocpp.history import StationHistory, Tally
from tests.support.station import timestamp

pytestmark = pytest.mark.asyncio(loop_scope="module")

METER = "Energy.Active.Import.Register"


def differences(station) -> list[str]:
    """What the history of ``station`` says against its rows."""
    pk = OcppExchange.objects.filter(station__identity_key=station.identity.lower()).values_list("station").first()[0]
    return list(StationHistory(pk, Tally()).differences())


def sample(value: int, **traits: str) -> dict:
    """One meter value of now."""
    return {"timestamp": timestamp(), "sampledValue": [{"value": str(value), "measurand": METER, **traits}]}


async def charge(station) -> ChargingSession:
    """A session of 500 Wh with one sample, as its row stands."""
    transaction = await station.start("BADGE", meter_wh=1000)
    await station.meter(transaction, energy_wh=1200, power_w=7400)
    await station.stop(transaction, meter_wh=1500, reason="Remote")
    return ChargingSession.objects.get(station__identity_key=station.identity.lower(), transaction_id=transaction)


async def test_history_of_a_session_agrees(station):
    await charge(station)
    running = await station.start("OTHER", meter_wh=1500)
    await station.meter(running, energy_wh=1600)
    assert differences(station) == []


async def test_history_counts_what_it_compared(station):
    session = await charge(station)
    tally = Tally()
    assert list(StationHistory(session.station_id, tally).differences()) == []
    assert (tally.frames, tally.sessions, tally.samples) == (3, 1, 1)


async def test_history_of_a_repeating_station_agrees(station):
    start = {"connectorId": 1, "idTag": "badge", "meterStart": 0, "timestamp": timestamp()}
    answers = [(await station.call("StartTransaction", start))["transactionId"] for _ in range(2)]
    stop = {"transactionId": answers[0], "meterStop": 10, "timestamp": timestamp()}
    for _ in range(2):
        await station.call("StopTransaction", stop)
    assert answers[0] == answers[1]
    assert differences(station) == []


async def test_history_of_a_station_without_a_clock_agrees(station):
    start = {"connectorId": 1, "idTag": "BADGE", "meterStart": 0, "timestamp": "1970-01-01T00:00:07Z"}
    for meter in (10, 20):
        transaction = (await station.call("StartTransaction", start))["transactionId"]
        await station.call("StopTransaction", {"transactionId": transaction, "meterStop": meter, "timestamp": "?"})
    assert ChargingSession.objects.filter(station__identity_key=station.identity.lower()).count() == 2
    assert differences(station) == []


@pytest.mark.parametrize("meter_stop", [-1, "1700", None])
async def test_history_of_odd_meter_values_agrees(station, meter_stop):
    transaction = await station.start("BADGE", meter_wh=1000)
    data = [sample(1100, context="Transaction.Begin"), sample(1600, context="Transaction.End")]
    await station.call(
        "StopTransaction",
        {"transactionId": transaction, "meterStop": meter_stop, "timestamp": timestamp(), "transactionData": data},
    )
    assert differences(station) == []


async def test_history_of_stops_without_a_start_agrees(station):
    for _ in range(2):
        await station.stop(4711, meter_wh=10, at=None)
    await station.stop(4712, meter_wh=10)
    assert differences(station) == []


@pytest.mark.parametrize("transaction", [0, -1])
async def test_stop_without_a_transaction_counts_once_however_often_it_comes(station, transaction):
    ended = await station.start("BADGE", connector=1, meter_wh=0)
    stop = {"transactionId": transaction, "meterStop": 10, "timestamp": timestamp(), "idTag": "BADGE"}
    await station.call("StopTransaction", stop)
    running = await station.start("BADGE", connector=1, meter_wh=10)
    await station.call("StopTransaction", stop)
    sessions = ChargingSession.objects.filter(station__identity_key=station.identity.lower())
    states = {int(session.transaction_id): session.state for session in sessions}
    assert states == {ended: SessionState.REVIEW, running: SessionState.ACTIVE}
    assert differences(station) == []


async def test_measurands_that_come_apart_are_one_sample(station):
    transaction, at = await station.start("BADGE", meter_wh=0), timestamp()
    values = [{"value": "120", "measurand": METER}, {"value": "7400", "measurand": "Power.Active.Import"}]
    apart = [{"timestamp": at, "sampledValue": [value]} for value in values]
    payload = {"connectorId": 1, "transactionId": transaction}
    await station.call("MeterValues", payload | {"meterValue": apart})
    later = {"timestamp": at, "sampledValue": [{"value": "55", "measurand": "SoC"}]}
    await station.call("MeterValues", payload | {"meterValue": [later]})
    [stored] = MeterSample.objects.filter(session__transaction_id=transaction)
    assert (stored.energy_wh, stored.power_w, stored.soc_percent) == (120, 7400, 55)
    assert differences(station) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"energy_wh": F("energy_wh") + 1}, "energy_wh is 501, the frame says 500"),
        ({"meter_start_wh": 999}, "meter_start_wh is 999, the frame says 1000"),
        ({"meter_stop_wh": 1501}, "meter_stop_wh is 1501, the frame says 1500"),
        ({"stop_reason": "Local"}, "stop_reason is Local, the frame says Remote"),
        ({"id_tag": "SOMEBODY"}, "id_tag is SOMEBODY, the frame says BADGE"),
        ({"reservation_id": 5}, "reservation_id is 5, the frame says None"),
        ({"started_at": F("started_at") - timedelta(seconds=1)}, "started_at is "),
        ({"stopped_at": F("stopped_at") + timedelta(seconds=1)}, "stopped_at is "),
        ({"state": SessionState.ACTIVE}, "is still active"),
        ({"transaction_id": "1"}, "of which there is no session"),
    ],
)
async def test_session_that_was_tampered_with_is_found(station, change, said):
    session = await charge(station)
    ChargingSession.objects.filter(pk=session.pk).update(**change)
    assert any(said in difference for difference in differences(station))


async def test_lost_session_is_found(station):
    session = await charge(station)
    MeterSample.objects.filter(session=session.pk).update(session=None)
    session.delete()
    assert any("of which there is no session" in difference for difference in differences(station))


async def test_session_nobody_reported_is_found_as_such_and_as_a_double(station):
    session = await charge(station)
    session.pk, session.transaction_id, session.business_key = None, "77", "invented"
    session.save(force_insert=True)
    found = differences(station)
    assert f"session {session.pk}: no answered frame reports it" in found
    assert any("one report counted more than once" in difference for difference in found)


async def test_session_without_the_frame_of_its_end_is_found(station):
    session = await charge(station)
    OcppExchange.objects.filter(station=session.station_id, action="StopTransaction").delete()
    assert f"session {session.pk}: is review, but no answered frame reports its end" in differences(station)


async def test_lost_and_changed_samples_are_found(station):
    samples = MeterSample.objects.filter(session=(await charge(station)).pk)
    samples.update(energy_wh=None)
    assert any("energy_wh is missing" in difference for difference in differences(station))
    samples.update(session=None)
    assert any("session is None" in difference for difference in differences(station))
    samples = MeterSample.objects.filter(station__identity_key=station.identity.lower())
    samples.delete()
    assert any("its sample of" in difference for difference in differences(station))


async def test_energy_ahead_of_its_samples_is_found(station):
    transaction = await station.start("BADGE", meter_wh=1000)
    await station.meter(transaction, energy_wh=1200)
    ChargingSession.objects.filter(transaction_id=transaction).update(energy_wh=201)
    assert any("energy_wh is 201, its samples say 200" in difference for difference in differences(station))


async def test_sessions_whose_frames_retention_deleted_are_left_alone(station):
    session = await charge(station)
    await station.call("Heartbeat")
    OcppExchange.objects.filter(station=session.station_id).exclude(action="Heartbeat").delete()
    assert differences(station) == []
