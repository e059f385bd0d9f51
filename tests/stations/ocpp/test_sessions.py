"""Charging sessions over the wire: opened once and closed once, whatever is lost, repeated or out of order."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.models import ChargingSession, MeterSample
from tests.stations.ocpp.guest import Guest
from tests.support.factories import BadgeFactory
from tests.support.station import timestamp

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEN = datetime(2026, 5, 1, 10, tzinfo=UTC)
START = {"connectorId": 1, "idTag": "A", "meterStart": 1000, "timestamp": timestamp(TEN)}
UNSET_CLOCK = "1970-01-01T00:00:10Z"
NOT_OURS = [-1, 0, None, 2**31, 2**63 - 1, "", "word", 1.5]


@pytest.fixture(scope="module", autouse=True)
def badges(live_database) -> None:
    """The badges A and B may charge."""
    BadgeFactory(id_tag="A")
    BadgeFactory(id_tag="B")


def sessions_of(guest) -> list[ChargingSession]:
    return list(ChargingSession.objects.filter(station__identity_key=guest.identity.lower()).order_by("pk"))


def session(transaction: int, guest) -> ChargingSession:
    return ChargingSession.objects.get(station__identity_key=guest.identity.lower(), transaction_id=str(transaction))


def later(minutes: int) -> datetime:
    return TEN + timedelta(minutes=minutes)


# --- starts ------------------------------------------------------------------


async def test_repeated_start_is_the_same_session(station, url):
    start = START | {"idTag": " a "}
    first = await station.call("StartTransaction", start, message_id="one")
    assert first["idTagInfo"]["status"] == "Accepted"
    assert await station.call("StartTransaction", start, message_id="one") == first
    assert await station.call("StartTransaction", start, message_id="two") == first
    async with Guest.connect(url, station.identity) as again:
        assert await again.call("StartTransaction", start) == first
        await again.boot()
        assert await again.call("StartTransaction", start, message_id="one") == first
    assert len(sessions_of(station)) == 1


async def test_starts_that_differ_are_different_sessions(station):
    starts = [START, START | {"meterStart": 1001}, START | {"connectorId": 2}, START | {"idTag": "B"}]
    ids = {(await station.call("StartTransaction", start, message_id="same"))["transactionId"] for start in starts}
    assert len(ids) == len(sessions_of(station)) == 4


async def test_repeated_start_of_a_finished_session_does_not_disturb_the_running_one(station):
    old = await station.start("A", meter_wh=0, at=TEN)
    await station.stop(old, meter_wh=500, at=later(30))
    running = await station.start("A", meter_wh=500, at=later(40))
    assert await station.start("A", meter_wh=0, at=TEN) == old
    assert (session(old, station).state, session(old, station).energy_wh) == ("ended", 500)
    assert session(running, station).state == "active"
    await station.stop(running, meter_wh=900, at=later(60))
    assert session(running, station).energy_wh == 400


async def test_start_over_an_open_session_interrupts_it_and_its_stop_still_counts(station):
    left = await station.start("A", meter_wh=0, at=TEN)
    running = await station.start("B", meter_wh=700, at=later(60))
    assert session(left, station).state == "interrupted"
    await station.stop(left, meter_wh=600, at=later(50), reason="PowerLoss")
    ended = session(left, station)
    assert (ended.state, ended.energy_wh, ended.stopped_at) == ("ended", 600, later(50))
    assert (ended.stop_reason, session(running, station).state) == ("PowerLoss", "active")


async def test_available_connector_interrupts_its_session(station):
    left = await station.start("A", meter_wh=0, at=TEN)
    await station.status(1, "Charging")
    assert session(left, station).state == "active"
    await station.status(1, "Available")
    assert session(left, station).state == "interrupted"
    await station.stop(left, meter_wh=10, at=later(5))
    assert session(left, station).state in ("ended", "review")


async def test_sessions_of_an_unset_clock_with_equal_reports_are_told_apart(station):
    start = START | {"timestamp": UNSET_CLOCK}
    ids = []
    for _ in range(3):
        first = await station.call("StartTransaction", start)
        assert await station.call("StartTransaction", start) == first
        ids.append(first["transactionId"])
        await station.call("StopTransaction", {"transactionId": ids[-1], "meterStop": 1000, "timestamp": UNSET_CLOCK})
    assert len(set(ids)) == len(sessions_of(station)) == 3


async def test_stop_on_one_connector_does_not_double_the_start_on_another_without_a_clock(station):
    other = await station.start("B", connector=2, meter_wh=0, at=TEN)
    start = START | {"timestamp": UNSET_CLOCK}
    first = await station.call("StartTransaction", start)
    await station.stop(other, meter_wh=10, at=later(5))
    assert await station.call("StartTransaction", start) == first
    assert len(sessions_of(station)) == 2


@pytest.mark.parametrize("number", [0, -1, 2**31, None, "x"])
async def test_start_that_names_no_connector_means_the_only_one(station, number):
    await station.status(1, "Preparing")
    await station.call("StartTransaction", START | {"connectorId": number})
    (opened,) = sessions_of(station)
    assert (opened.connector.number, opened.review_reason) == (1, "")


async def test_start_that_names_no_connector_of_several_is_reviewed(station):
    await station.status(1, "Available")
    await station.status(2, "Available")
    answer = await station.call("StartTransaction", START | {"connectorId": 0})
    await station.stop(answer["transactionId"], meter_wh=1500, at=later(60))
    (closed,) = sessions_of(station)
    assert closed.state == "review"
    assert "connector" in closed.review_reason


# --- stops -------------------------------------------------------------------


async def test_repeated_stop_changes_nothing(station, url):
    transaction = await station.start("A", meter_wh=0, at=TEN)
    stop = {"meter_wh": 500, "at": later(30), "idTag": "A"}
    first = await station.stop(transaction, **stop)
    assert await station.stop(transaction, **stop) == first
    await station.stop(transaction, meter_wh=9_000, at=later(60))
    async with Guest.connect(url, station.identity) as again:
        assert await again.call("Heartbeat")
        assert await again.stop(transaction, **stop) == first
    (closed,) = sessions_of(station)
    assert (closed.energy_wh, closed.stopped_at, closed.meter_stop_wh) == (500, later(30), 500)


async def test_stop_without_a_start_is_kept_for_review_once(station):
    for message_id in ("one", "one", "two"):
        await station.call(
            "StopTransaction",
            {"transactionId": 4711, "meterStop": 10, "timestamp": timestamp(TEN), "idTag": "A"},
            message_id=message_id,
        )
    (kept,) = sessions_of(station)
    assert (kept.state, kept.meter_stop_wh, kept.stopped_at, kept.energy_wh) == ("review", 10, TEN, None)


@pytest.mark.parametrize("number", NOT_OURS, ids=repr)
async def test_stop_that_names_no_session_means_the_only_open_one(station, number):
    transaction = await station.start("A", meter_wh=0, at=TEN)
    stop = {"transactionId": number, "meterStop": 400, "timestamp": timestamp(later(30))}
    await station.call("StopTransaction", stop)
    assert (session(transaction, station).state, session(transaction, station).energy_wh) == ("ended", 400)
    await station.call("StopTransaction", stop)
    running = await station.start("B", meter_wh=400, at=later(40))
    await station.call("StopTransaction", stop)
    assert [(s.transaction_id, s.state) for s in sessions_of(station)] == [
        (str(transaction), "ended"),
        (str(running), "active"),
    ]


async def test_stop_that_names_no_session_of_several_means_the_badges_own(station):
    one = await station.start("A", connector=1, meter_wh=0, at=TEN)
    two = await station.start("B", connector=2, meter_wh=0, at=TEN)
    await station.stop(-1, meter_wh=50, at=later(5), idTag="b")
    assert (session(one, station).state, session(two, station).state) == ("active", "ended")


async def test_another_stations_session_is_out_of_reach(station, control):
    transaction = await station.start("A", meter_wh=0, at=TEN)
    before = session(transaction, station)
    assert await control.stop(transaction, meter_wh=99_999, at=later(5)) == {}
    await control.meter(transaction, energy_wh=99_999, at=later(6))
    after = session(transaction, station)
    assert (after.state, after.energy_wh, after.meter_stop_wh) == (before.state, before.energy_wh, None)
    assert not MeterSample.objects.filter(session=after).exists()


async def test_number_for_text_as_transaction_id_is_understood(station):
    transaction = await station.start("A", meter_wh=0, at=TEN)
    await station.call(
        "StopTransaction", {"transactionId": f" {transaction} ", "meterStop": "50", "timestamp": timestamp(later(1))}
    )
    assert session(transaction, station).energy_wh == 50


async def test_badge_in_a_stop_is_judged_only_where_there_is_one(station):
    transaction = await station.start("A", meter_wh=0, at=TEN)
    assert await station.stop(transaction, meter_wh=1, at=later(1)) == {}
    transaction = await station.start("A", meter_wh=1, at=later(2))
    answer = await station.stop(transaction, meter_wh=2, at=later(3), idTag="nobody")
    assert answer == {"idTagInfo": {"status": "Invalid"}}


# --- meters ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "stop", "energy", "state"),
    [
        (1000, 1500, 500, "ended"),
        (1000, 1000, 0, "ended"),
        (1000, 999, 0, "ended"),
        (1000, 900, 0, "review"),
        (-100, 100, 200, "ended"),
        (0, 10**12, 10**12, "review"),
        (-(2**63), 2**63 - 1, None, "review"),
        (-(2**62) + 1, 2**62 - 1, 2**63 - 2, "review"),
        ("word", 100, None, "review"),
        (100, "word", None, "review"),
        (100, -1, None, "review"),
    ],
)
async def test_energy_of_a_session(station, start, stop, energy, state):
    answer = await station.call("StartTransaction", START | {"meterStart": start})
    await station.call(
        "StopTransaction",
        {"transactionId": answer["transactionId"], "meterStop": stop, "timestamp": timestamp(later(60))},
    )
    (closed,) = sessions_of(station)
    assert (closed.energy_wh, closed.state) == (energy, state)
    assert bool(closed.review_reason) == (state == "review")


@pytest.mark.parametrize("unknown", [-1, None, "", "word"])
async def test_last_sample_stands_in_for_an_unknown_meter_stop(station, unknown):
    transaction = await station.start("A", meter_wh=1000, at=TEN)
    for minute in (20, 30, 10):
        await station.meter(transaction, energy_wh=1000 + minute, at=later(minute))
    await station.call(
        "StopTransaction", {"transactionId": transaction, "meterStop": unknown, "timestamp": timestamp(later(40))}
    )
    assert session(transaction, station).energy_wh == 30


async def test_samples_of_the_stop_itself_stand_in_first(station):
    transaction = await station.start("A", meter_wh=1000, at=TEN)
    data = [
        {"timestamp": timestamp(later(minute)), "sampledValue": [{"value": str(1000 + minute)}]} for minute in (39, 20)
    ]
    await station.stop(transaction, meter_wh=-1, at=later(40), transactionData=data)
    assert session(transaction, station).energy_wh == 39


async def test_meter_values_after_the_stop_attach_without_reopening(station):
    transaction = await station.start("A", meter_wh=0, at=TEN)
    await station.stop(transaction, meter_wh=500, at=later(30))
    await station.meter(transaction, energy_wh=700, power_w=5000, at=later(31))
    closed = session(transaction, station)
    assert (closed.state, closed.energy_wh, closed.power_w) == ("ended", 500, None)
    assert MeterSample.objects.get(session=closed).energy_wh == 700


@pytest.mark.parametrize("number", [*NOT_OURS, "missing"], ids=repr)
async def test_meter_values_that_name_no_session_belong_to_the_running_one(station, number):
    transaction = await station.start("A", meter_wh=0, at=TEN)
    entry = {"timestamp": timestamp(later(5)), "sampledValue": [{"value": "50"}]}
    payload = {"connectorId": 1, "meterValue": [entry], "transactionId": number}
    if number == "missing":
        del payload["transactionId"]
    await station.call("MeterValues", payload)
    assert MeterSample.objects.get(session=session(transaction, station)).energy_wh == 50


async def test_repeated_meter_values_are_stored_once(station):
    transaction = await station.start("A", meter_wh=0, at=TEN)
    for _ in range(3):
        await station.meter(transaction, energy_wh=50, power_w=3000, at=later(5))
    assert MeterSample.objects.filter(session=session(transaction, station)).count() == 1


async def test_session_goes_on_over_a_reconnect_without_a_boot(station, url):
    transaction = await station.start("A", meter_wh=0, at=TEN)
    async with Guest.connect(url, station.identity) as again:
        await again.meter(transaction, energy_wh=50, at=later(5))
        await again.stop(transaction, meter_wh=80, at=later(10))
    (closed,) = sessions_of(station)
    assert (closed.energy_wh, closed.state) == (80, "ended")
