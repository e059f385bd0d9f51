"""Commands of the central system."""

from datetime import UTC, datetime, timedelta

import pytest

from stations.simulation.charging import Outlet
from tests.stations.simulation.conftest import BUSY, HASTY


@pytest.fixture
async def idle(csms, start_station):
    """A station without visitors, two connectors."""
    station = start_station(connectors=2)
    await csms.until(lambda: csms.statuses(2))
    return station


@pytest.fixture
async def charging(csms, start_station):
    """A station whose only connector charges."""
    station = start_station(scale=BUSY)
    await csms.until(lambda: csms.calls("MeterValues"))
    return station


async def ask(csms, action: str, **payload):
    """The status a command is answered with, or the whole payload when it has none."""
    frame = await csms.command("CS-1", action, payload)
    assert frame[0] == 3, frame
    return frame[2].get("status", frame[2])


async def test_unknown_command_is_not_implemented(csms, idle):
    assert (await csms.command("CS-1", "MakeCoffee"))[2] == "NotImplemented"


async def test_command_without_its_fields_is_a_formation_violation(csms, idle):
    assert (await csms.command("CS-1", "Reset"))[2] == "FormationViolation"


async def test_soft_reset_tells_the_end_of_the_session_before_it_goes(csms, charging):
    assert await ask(csms, "Reset", type="Soft") == "Accepted"
    await csms.until(lambda: len(csms.calls("BootNotification")) == 2)
    stop, boot = csms.calls("StopTransaction")[0], csms.calls("BootNotification")[1]
    assert stop.payload["reason"] == "SoftReset"
    assert (stop.connection, boot.connection) == (1, 2)


async def test_hard_reset_tells_the_end_of_the_session_when_it_is_back(csms, charging):
    assert await ask(csms, "Reset", type="Hard") == "Accepted"
    stop = (await csms.until(lambda: csms.calls("StopTransaction")))[0]
    assert stop.payload["reason"] == "HardReset"
    assert csms.calls("BootNotification")[-1].connection == 2
    await csms.until(lambda: csms.statuses(1)[-1] == "Available")


async def test_remote_start_charges_without_asking_about_the_badge(csms, start_station):
    start_station(scale=60)
    await csms.until(lambda: csms.statuses(1))
    assert await ask(csms, "RemoteStartTransaction", idTag="REMOTE", connectorId=1) == "Accepted"
    start = (await csms.until(lambda: csms.calls("StartTransaction")))[0].payload
    assert (start["idTag"], start["connectorId"]) == ("REMOTE", 1)
    assert "REMOTE" not in [call.payload["idTag"] for call in csms.calls("Authorize")]


async def test_remote_start_at_a_busy_connector_is_rejected(csms, charging):
    assert await ask(csms, "RemoteStartTransaction", idTag="REMOTE", connectorId=1) == "Rejected"


async def test_remote_start_asks_first_where_configured(csms, idle):
    idle.configuration.change("AuthorizeRemoteTxRequests", "true")
    assert await ask(csms, "RemoteStartTransaction", idTag="REMOTE") == "Accepted"
    await csms.until(lambda: [call.payload for call in csms.calls("Authorize")] == [{"idTag": "REMOTE"}])


async def test_remote_stop_ends_the_session(csms, charging):
    assert await ask(csms, "RemoteStopTransaction", transactionId=9) == "Rejected"
    assert await ask(csms, "RemoteStopTransaction", transactionId=1001) == "Accepted"
    stop = (await csms.until(lambda: csms.calls("StopTransaction")))[0].payload
    assert (stop["transactionId"], stop["reason"]) == (1001, "Remote")


async def test_unlock_ends_the_session(csms, charging):
    assert await ask(csms, "UnlockConnector", connectorId=1) == "Unlocked"
    stop = (await csms.until(lambda: csms.calls("StopTransaction")))[0].payload
    assert stop["reason"] == "UnlockCommand"


async def test_unlock_knows_only_sockets_that_lock(csms, start_station):
    start_station(outlet=Outlet("DC", 50_000))
    await csms.until(lambda: csms.statuses(1))
    assert await ask(csms, "UnlockConnector", connectorId=1) == "NotSupported"


async def test_station_becomes_unavailable_and_available_again(csms, idle):
    assert await ask(csms, "ChangeAvailability", connectorId=0, type="Inoperative") == "Accepted"
    await csms.until(lambda: [csms.statuses(n)[-1] for n in (0, 1, 2)] == ["Unavailable"] * 3)
    assert await ask(csms, "RemoteStartTransaction", idTag="REMOTE") == "Rejected"
    assert await ask(csms, "ChangeAvailability", connectorId=0, type="Operative") == "Accepted"
    await csms.until(lambda: [csms.statuses(n)[-1] for n in (0, 1, 2)] == ["Available"] * 3)


async def test_charging_connector_becomes_unavailable_after_the_session(csms, charging):
    assert await ask(csms, "ChangeAvailability", connectorId=1, type="Inoperative") == "Scheduled"
    assert await ask(csms, "RemoteStopTransaction", transactionId=1001) == "Accepted"
    await csms.until(lambda: csms.statuses(1)[-2:] == ["Finishing", "Unavailable"])


@pytest.mark.parametrize(
    ("key", "value", "outcome"),
    [
        ("MeterValueSampleInterval", "5", "Accepted"),
        ("MeterValueSampleInterval", "soon", "Rejected"),
        ("NumberOfConnectors", "3", "Rejected"),
        ("MeterValuesSampledData", "SoC,Frequency", "Rejected"),
        ("SiteName", "North", "RebootRequired"),
        ("Colour", "green", "NotSupported"),
    ],
)
async def test_configuration_keys_take_what_they_can(csms, idle, key, value, outcome):
    assert await ask(csms, "ChangeConfiguration", key=key, value=value) == outcome


async def test_configuration_is_reported_with_what_is_unknown(csms, idle):
    answer = await ask(csms, "GetConfiguration", key=["NumberOfConnectors", "Colour"])
    assert answer == {
        "configurationKey": [{"key": "NumberOfConnectors", "readonly": True, "value": "2"}],
        "unknownKey": ["Colour"],
    }
    assert len((await ask(csms, "GetConfiguration"))["configurationKey"]) > 15


async def test_value_that_needs_a_reboot_counts_after_it(csms, start_station):
    station = start_station(scale=HASTY)
    await csms.until(lambda: csms.statuses(1))
    await ask(csms, "ChangeConfiguration", key="SiteName", value="North")
    assert station.configuration["SiteName"] == ""
    await ask(csms, "Reset", type="Hard")
    await csms.until(lambda: len(csms.calls("BootNotification")) == 2)
    assert station.configuration["SiteName"] == "North"


async def test_new_heartbeat_interval_counts_at_once(csms, idle):
    assert await ask(csms, "ChangeConfiguration", key="HeartbeatInterval", value="1") == "Accepted"
    await csms.until(lambda: csms.calls("Heartbeat"))


async def test_sampled_measurands_follow_the_configuration(csms, charging):
    assert await ask(csms, "ChangeConfiguration", key="MeterValuesSampledData", value="Voltage") == "Accepted"

    def only_voltage() -> bool:
        last = csms.calls("MeterValues")[-1].payload["meterValue"][0]["sampledValue"]
        return {value["measurand"] for value in last} == {"Energy.Active.Import.Register", "Voltage"}

    await csms.until(only_voltage)


@pytest.mark.parametrize(
    ("message", "action"),
    [
        ("BootNotification", "BootNotification"),
        ("Heartbeat", "Heartbeat"),
        ("MeterValues", "MeterValues"),
        ("StatusNotification", "StatusNotification"),
        ("FirmwareStatusNotification", "FirmwareStatusNotification"),
        ("DiagnosticsStatusNotification", "DiagnosticsStatusNotification"),
    ],
)
async def test_triggered_message_is_sent(csms, idle, message, action):
    before = len(csms.calls(action))
    assert await ask(csms, "TriggerMessage", requestedMessage=message, connectorId=1) == "Accepted"
    await csms.until(lambda: len(csms.calls(action)) == before + 1)


async def test_trigger_knows_its_messages_and_connectors(csms, idle):
    assert await ask(csms, "TriggerMessage", requestedMessage="LogStatusNotification") == "NotImplemented"
    assert await ask(csms, "TriggerMessage", requestedMessage="MeterValues", connectorId=9) == "Rejected"


async def test_cleared_cache_forgets_badges(csms, idle):
    await idle.authorize("BADGE1")
    assert await ask(csms, "ClearCache") == "Accepted"
    assert not idle.authorization.accepts("BADGE1", use_list=True)


async def test_vendor_data_is_not_understood(csms, idle):
    assert await ask(csms, "DataTransfer", vendorId="acme") == "UnknownVendorId"


async def test_local_list_is_kept_and_versioned(csms, idle):
    assert await ask(csms, "GetLocalListVersion") == {"listVersion": 0}
    entry = {"idTag": "LISTED", "idTagInfo": {"status": "Accepted"}}
    full = {"updateType": "Full", "listVersion": 3, "localAuthorizationList": [entry]}
    assert await ask(csms, "SendLocalList", **full) == "Accepted"
    assert await ask(csms, "GetLocalListVersion") == {"listVersion": 3}
    assert idle.authorization.accepts("LISTED", use_list=True)
    change = {"updateType": "Differential", "localAuthorizationList": [{"idTag": "LISTED"}]}
    assert await ask(csms, "SendLocalList", listVersion=3, **change) == "VersionMismatch"
    assert await ask(csms, "SendLocalList", listVersion=4, **change) == "Accepted"
    assert not idle.authorization.accepts("LISTED", use_list=True)


def reservation(badge: str = "GUEST", *, seconds: float = 60, **changes) -> dict:
    expiry = datetime.now(UTC) + timedelta(seconds=seconds)
    return {"connectorId": 1, "reservationId": 4, "idTag": badge, "expiryDate": expiry.isoformat()} | changes


async def test_reserved_connector_serves_only_its_guest(csms, idle):
    assert await ask(csms, "ReserveNow", **reservation()) == "Accepted"
    await csms.until(lambda: csms.statuses(1)[-1] == "Reserved")
    assert await ask(csms, "ReserveNow", **reservation("OTHER", reservationId=5)) == "Occupied"
    assert await ask(csms, "RemoteStartTransaction", idTag="OTHER", connectorId=1) == "Rejected"
    assert await ask(csms, "RemoteStartTransaction", idTag="GUEST", connectorId=1) == "Accepted"


async def test_cancelled_reservation_frees_the_connector(csms, idle):
    await ask(csms, "ReserveNow", **reservation())
    assert await ask(csms, "CancelReservation", reservationId=4) == "Accepted"
    assert await ask(csms, "CancelReservation", reservationId=4) == "Rejected"
    await csms.until(lambda: csms.statuses(1)[-2:] == ["Reserved", "Available"])


async def test_reservation_expires(csms, idle):
    await ask(csms, "ReserveNow", **reservation(seconds=0.1))
    await csms.until(lambda: csms.statuses(1)[-2:] == ["Reserved", "Available"])


def profile(limit: float, purpose: str = "TxDefaultProfile", unit: str = "W") -> dict:
    return {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Relative",
        "chargingSchedule": {
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        },
    }


def last_power_w(csms) -> float:
    sampled = csms.calls("MeterValues")[-1].payload["meterValue"][0]["sampledValue"]
    return float(next(value["value"] for value in sampled if value["measurand"] == "Power.Active.Import"))


async def test_charging_profile_limits_the_power_until_it_is_cleared(csms, charging):
    assert await ask(csms, "SetChargingProfile", connectorId=1, csChargingProfiles=profile(4_200)) == "Accepted"
    await csms.until(lambda: last_power_w(csms) <= 4_200)
    assert await ask(csms, "ClearChargingProfile", id=1) == "Accepted"
    assert await ask(csms, "ClearChargingProfile", id=1) == "Unknown"
    await csms.until(lambda: last_power_w(csms) > 4_200)


async def test_limit_of_zero_suspends_the_session(csms, charging):
    await ask(csms, "SetChargingProfile", connectorId=1, csChargingProfiles=profile(0, "TxProfile"))
    await csms.until(lambda: csms.statuses(1)[-1] == "SuspendedEVSE")
    assert charging.connectors[0].charge.power_w == 0


@pytest.mark.parametrize(
    ("connector", "purpose"), [(1, "ChargePointMaxProfile"), (1, "TxProfile"), (9, "TxDefaultProfile")]
)
async def test_profile_where_it_does_not_belong_is_rejected(csms, idle, connector, purpose):
    request = {"connectorId": connector, "csChargingProfiles": profile(5_000, purpose)}
    assert await ask(csms, "SetChargingProfile", **request) == "Rejected"


async def test_dc_station_takes_profiles_in_watts_only(csms, start_station):
    start_station(outlet=Outlet("DC", 50_000))
    await csms.until(lambda: csms.statuses(1))
    amperes = profile(16, unit="A")
    assert await ask(csms, "SetChargingProfile", connectorId=0, csChargingProfiles=amperes) == "Rejected"


async def test_composite_schedule_sums_up_the_profiles(csms, charging):
    await ask(csms, "SetChargingProfile", connectorId=0, csChargingProfiles=profile(6_900))
    frame = await csms.command("CS-1", "GetCompositeSchedule", {"connectorId": 1, "duration": 600})
    schedule = frame[2]["chargingSchedule"]
    assert frame[2]["status"] == "Accepted"
    assert schedule["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 6_900}]
    assert await ask(csms, "GetCompositeSchedule", connectorId=9, duration=600) == "Rejected"
