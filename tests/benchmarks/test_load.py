"""The benchmark measures what it says: a valid mix of messages, every answer checked."""

from collections import Counter

import orjson
import pytest

from benchmarks.run import load_on
from benchmarks.servers import Floor
from benchmarks.station import CYCLE, Station
from stations.ocpp.schemas import validators


@pytest.fixture
def floor(tmp_path):
    server = Floor(tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def test_cycle_has_the_mix_the_report_names():
    mix = Counter(action for action, _ in CYCLE)
    assert mix == {
        "MeterValues": 28,
        "Heartbeat": 6,
        "StatusNotification": 4,
        "StartTransaction": 1,
        "StopTransaction": 1,
    }


def test_every_message_is_valid_and_its_id_unique():
    station = Station(7, run=1)
    frames = [orjson.loads(station.boot()), *(orjson.loads(station.next()) for _ in CYCLE)]
    assert all(validators("v16")[action].is_valid(payload) for _, _, action, payload in frames)
    assert len({message_id for _, message_id, _, _ in frames}) == len(frames)


def test_answer_to_another_message_is_refused():
    station = Station(7, run=1)
    station.next()
    with pytest.raises(ValueError, match="BENCH-00007 sent StatusNotification"):
        station.take([3, "another id", {}])


def test_load_counts_every_answer(floor):
    with load_on(floor) as generator:
        assert generator.connect(stations=20)["stations"] == 20
        assert generator.closed(cycles=1, outstanding=8)["pairs"] == 20 * len(CYCLE)
        assert generator.open(rate=200, seconds=0.5)["pairs"] == 100
        answered = generator.report()
    assert answered["BootNotification"] == 20
    assert sum(answered.values()) == 20 + 20 * len(CYCLE) + 100
    assert floor.cost().app > 0
