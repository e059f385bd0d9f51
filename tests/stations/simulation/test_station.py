"""The life of one station against a real socket."""

import asyncio

from stations.simulation import visits
from stations.simulation.charging import Outlet
from stations.simulation.client import Patience
from tests.stations.simulation.conftest import BUSY, HASTY
from tests.stations.simulation.csms import ACCEPTED

SESSION = ["Preparing", "Charging", "Finishing"]


def subsequence(wanted: list[str], seen: list[str]) -> bool:
    rest = iter(seen)
    return all(word in rest for word in wanted)


async def test_station_boots_and_reports_every_connector(csms, start_station):
    start_station(connectors=2)
    await csms.until(lambda: len(csms.received) >= 4)
    assert csms.actions() == ["BootNotification", *["StatusNotification"] * 3]
    assert [call.payload["connectorId"] for call in csms.received[1:]] == [0, 1, 2]
    assert {call.payload["status"] for call in csms.received[1:]} == {"Available"}


async def test_nothing_is_sent_until_the_station_is_accepted(csms, start_station):
    answers = iter(["Pending", "Rejected", "Accepted"])
    csms.answers["BootNotification"] = lambda _: {"status": next(answers), "currentTime": "", "interval": 0.01}
    start_station()
    await csms.until(lambda: csms.calls("StatusNotification"))
    assert csms.actions()[:4] == [*["BootNotification"] * 3, "StatusNotification"]


async def test_heartbeats_follow_the_interval_of_the_central_system(csms, start_station):
    csms.answers["BootNotification"] = lambda _: {"status": "Accepted", "currentTime": "", "interval": 1}
    start_station()
    await csms.until(lambda: csms.calls("Heartbeat"))


async def test_visit_from_badge_to_free_connector(csms, start_station):
    start_station(scale=HASTY)
    stop = (await csms.until(lambda: csms.calls("StopTransaction")))[0].payload
    await csms.until(lambda: "Available" in csms.statuses(1)[2:])
    assert subsequence(["Authorize", "StartTransaction", "MeterValues", "StopTransaction"], csms.actions())
    assert subsequence(["Available", *SESSION, "Available"], csms.statuses(1))
    start = csms.calls("StartTransaction")[0].payload
    assert start["idTag"] == "BADGE1"
    assert stop["transactionId"] == 1001
    assert stop["reason"] in ("EVDisconnected", "Local")
    samples = [energy_wh(call) for call in csms.calls("MeterValues") if call.payload["transactionId"] == 1001]
    registers = [start["meterStart"], *samples, stop["meterStop"]]
    assert registers == sorted(registers)
    assert stop["meterStop"] > start["meterStart"]


async def test_fault_shows_and_clears(csms, start_station, monkeypatch):
    monkeypatch.setattr(visits, "FAULT_SHARE", 1.0)
    start_station(scale=HASTY)
    await csms.until(lambda: subsequence(["Finishing", "Faulted", "Available"], csms.statuses(1)))
    faults = [call.payload for call in csms.calls("StatusNotification") if call.payload["status"] == "Faulted"]
    assert faults[0]["errorCode"] in visits.FAULTS


def energy_wh(call) -> int:
    return int(call.payload["meterValue"][0]["sampledValue"][0]["value"])


async def test_full_car_suspends_the_session(csms, start_station):
    start_station(scale=HASTY, outlet=Outlet("DC", 150_000), connectors=4)
    await csms.until(lambda: any("SuspendedEV" in csms.statuses(number) for number in range(1, 5)))


async def test_dc_station_sends_the_closing_reading_with_the_stop(csms, start_station):
    start_station(scale=HASTY, outlet=Outlet("DC", 50_000))
    stop = (await csms.until(lambda: csms.calls("StopTransaction")))[0].payload
    sampled = stop["transactionData"][0]["sampledValue"]
    assert {value["context"] for value in sampled} == {"Transaction.End"}
    assert int(sampled[0]["value"]) == stop["meterStop"]


async def test_refused_badge_starts_nothing(csms, start_station):
    csms.answers["Authorize"] = lambda _: {"idTagInfo": {"status": "Blocked"}}
    start_station(scale=HASTY)
    await csms.until(lambda: len(csms.calls("Authorize")) >= 2)
    assert not csms.calls("StartTransaction")
    assert csms.statuses(1) == ["Available"]


async def test_session_of_a_badge_refused_at_the_start_is_stopped(csms, start_station):
    csms.answers["StartTransaction"] = lambda _: {"transactionId": 5, "idTagInfo": {"status": "Invalid"}}
    start_station(scale=BUSY)
    stop = (await csms.until(lambda: csms.calls("StopTransaction")))[0].payload
    assert (stop["transactionId"], stop["reason"]) == (5, "DeAuthorized")


async def test_reconnected_station_does_not_boot_again(csms, start_station):
    start_station()
    await csms.until(lambda: csms.statuses(1))
    await csms.sockets["CS-1"].close()
    await csms.until(lambda: csms.connections["CS-1"] == 2)
    assert len(csms.calls("BootNotification")) == 1


async def test_status_that_changed_off_line_is_told_after_reconnecting(csms, start_station):
    station = start_station()
    await csms.until(lambda: csms.statuses(1))
    await csms.sockets["CS-1"].close()
    await csms.until(lambda: not station.is_online)
    station.connectors[0].is_operative = False
    station.connectors[0].wake()
    await csms.until(lambda: csms.statuses(1) == ["Available", "Unavailable"])


async def test_lost_start_is_repeated_unchanged_and_the_rest_waits_for_its_id(csms, start_station):
    lost = []

    def lose_first(payload):
        lost.append(payload)
        return None if len(lost) == 1 else ACCEPTED | {"transactionId": 77}

    csms.answers["StartTransaction"] = lose_first
    start_station(scale=BUSY, patience=Patience(answer_s=0.4, first_retry_s=0.02, longest_retry_s=0.05))
    await csms.until(lambda: len(csms.calls("MeterValues")) >= 3)
    first, second = csms.calls("StartTransaction")
    assert (first.message_id, first.payload) == (second.message_id, second.payload)
    assert second.connection > first.connection
    later = csms.actions()[csms.received.index(first) + 1 :]
    assert "MeterValues" not in later[: later.index("StartTransaction")]
    assert {call.payload["transactionId"] for call in csms.calls("MeterValues")} == {77}


async def test_messages_of_a_session_wait_for_the_connection_in_order(csms, start_station):
    station = start_station(scale=BUSY, patience=Patience(first_retry_s=0.8, longest_retry_s=0.8))
    await csms.until(lambda: csms.calls("MeterValues"))
    await csms.sockets["CS-1"].close()
    await csms.until(lambda: len(station.outbox) >= 3)
    assert csms.connections["CS-1"] == 1
    await csms.until(lambda: [call.connection for call in csms.calls("MeterValues")].count(2) >= 4)
    times = [call.payload["meterValue"][0]["timestamp"] for call in csms.calls("MeterValues")]
    assert times == sorted(times)


async def test_error_answer_repeats_a_stop_and_then_gives_up(csms, start_station):
    csms.answers["StopTransaction"] = lambda _: {"error": ["InternalError", "busy", {}]}
    station = start_station(scale=HASTY)
    station.configuration.change("TransactionMessageRetryInterval", "1")
    await csms.until(lambda: len(csms.calls("StopTransaction")) > 3)
    attempts = csms.calls("StopTransaction")
    assert len({call.message_id for call in attempts[:3]}) == 1
    assert attempts[3].message_id != attempts[0].message_id


async def test_known_badge_charges_off_line(csms, start_station):
    station = start_station()
    await csms.until(lambda: csms.statuses(1))
    assert await station.authorize("BADGE1")
    await station.client.close()
    assert await station.authorize("BADGE1")
    assert not await station.authorize("STRANGER")


async def test_only_one_call_is_under_way(csms, start_station):
    station = start_station()
    await csms.until(lambda: csms.statuses(1))
    csms.answers["Authorize"] = lambda _: None
    waiting = asyncio.create_task(station.authorize("BADGE1"))
    await csms.until(lambda: csms.calls("Authorize"))
    behind = asyncio.create_task(station.heartbeat())
    answered = await csms.command("CS-1", "ClearCache")
    assert answered[2] == {"status": "Accepted"}
    assert not csms.calls("Heartbeat")
    waiting.cancel()
    await behind
    assert csms.calls("Heartbeat")
