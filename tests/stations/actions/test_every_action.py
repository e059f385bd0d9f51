"""Every action, asked for over the API, carried out by a simulated station, and seen to take effect."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from emobility.common import actions
from stations.enums import EffectState
from stations.models import ChargingSession, ChargingStation, Connector, Operation
from stations.models.operations import OPEN_STATES
from stations.services.catalogue import match_stations
from tests.support import wait_until
from tests.support.factories import ApiKeyFactory, BadgeFactory
from tests.support.servers import Portal
from tests.support.world import World

IDENTITY = "SIM-0001"
BADGE = "EVERYBODY"
PERIODS = [{"start_s": 0, "limit": 16}, {"start_s": 600, "limit": 10.5}]
TRIED: set[str] = set()


@pytest.fixture(scope="module")
def station(portal: Portal, live_world: World) -> Iterator[ChargingStation]:
    """A simulated station nobody comes to; it lives ten times faster than others."""
    url = portal.url(live_world.ours.secret, "").rstrip("/")
    options = ["--stations", "1", "--prefix", "SIM-", "--no-visitors", "--time-scale", "10", "--quiet", "--until-eof"]
    command = [sys.executable, "manage.py", "simulate", "--url", url, *options]
    BadgeFactory(company=live_world.ours.company, id_tag=BADGE)
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE) as simulator:
        yield wait_until(lambda: in_use(2), "the station is ready", timeout_s=20)
        simulator.terminate()


def in_use(connectors: int) -> ChargingStation | None:
    """The station, when so many of its connectors can be used."""
    usable = Connector.objects.filter(station__identity=IDENTITY, status="available")
    return ChargingStation.objects.get(identity=IDENTITY) if usable.count() == connectors else None


@pytest.fixture(scope="module")
def api(portal: Portal, live_world: World) -> Iterator[httpx.Client]:
    """A client with an operator's key."""
    key = ApiKeyFactory.build(secret="everything-there-is")
    ApiKeyFactory(user=live_world.operator, digest=key.digest)
    headers = {"Authorization": "Bearer everything-there-is"}
    with httpx.Client(base_url=f"{portal.base_url}/api/v1", headers=headers, trust_env=False, timeout=20) as client:
        yield client


def do(api: httpx.Client, action: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask for ``action`` and wait until it is settled and nothing is left to watch for."""
    TRIED.add(action)
    body = {"action": action, "parameters": parameters or {}, "reason": "a test of everything"}
    answer = api.post(f"/stations/{IDENTITY}/operations", json=body)
    assert answer.status_code == 202, answer.text

    operations = Operation.objects.filter(pk=answer.json()["id"])
    settled = operations.exclude(state__in=OPEN_STATES).exclude(effect=EffectState.AWAITED)
    wait_until(settled.exists, f"{action} is finished", timeout_s=60)
    return api.get(f"/operations/{answer.json()['id']}").json()


@pytest.mark.parametrize(
    ("action", "parameters", "effect"),
    [
        ("pull-parameters", {}, "seen"),
        ("set-parameters", {"values": {"LocalPreAuthorize": "true", "SiteName": "North"}}, "seen"),
        ("push-parameters", {}, "seen"),
        ("clear-cache", {}, "none"),
        ("trigger-message", {"message": "StatusNotification", "connector": 1}, "seen"),
        ("trigger-message", {"message": "Heartbeat"}, "seen"),
        ("set-unavailable", {"connector": 2}, "seen"),
        ("set-available", {"connector": 2}, "seen"),
        ("set-unavailable", {}, "seen"),
        ("set-available", {}, "seen"),
        ("send-local-list", {"update": "full"}, "seen"),
        ("set-charging-plan", {"connector": 0, "purpose": "default", "unit": "W", "periods": PERIODS}, "none"),
        ("get-composite-schedule", {"connector": 1, "duration_s": 900, "unit": "W"}, "none"),
        ("clear-charging-plans", {}, "none"),
        ("ocpp-call", {"message": "GetConfiguration", "payload": {"key": ["HeartbeatInterval"]}}, "none"),
    ],
)
def test_station_agrees_and_does_it(api, station, action, parameters, effect):
    if action == "send-local-list":
        do(api, "set-parameters", {"values": {"LocalAuthListEnabled": "true"}})
        do(api, "pull-parameters")
    operation = do(api, action, parameters)
    assert (operation["state"], operation["effect"]) == ("accepted", effect), operation
    assert operation["actor"] == "operator"
    assert operation["reason"] == "a test of everything"


def test_recommended_configuration_is_put_in_force(api, station):
    match_stations()
    operation = do(api, "use-system-configuration")
    assert (operation["state"], operation["effect"]) == ("accepted", "seen"), operation
    assert api.get(f"/stations/{IDENTITY}").json()["configuration_status"] == "defined_by_system"


def test_local_list_follows_the_badges(api, station, live_world):
    BadgeFactory(company=live_world.ours.company, id_tag="NEWCOMER")
    operation = do(api, "send-local-list", {"update": "difference"})
    assert (operation["state"], operation["effect"]) == ("accepted", "seen"), operation
    [entry] = operation["requests"][0]["payload"]["localAuthorizationList"]
    assert entry["idTag"] == "NEWCOMER"


def test_session_is_started_and_ended_from_afar(api, station):
    start = do(api, "remote-start", {"badge": BADGE, "connector": 1})
    assert (start["state"], start["effect"]) == ("accepted", "seen"), start
    session = ChargingSession.objects.get(station=station, state="active")
    assert session.id_tag == BADGE
    stop = do(api, "remote-stop", {"transaction_id": session.transaction_id})
    assert (stop["state"], stop["effect"]) == ("accepted", "seen"), stop
    session.refresh_from_db()
    assert (session.state, session.stop_reason) == ("ended", "Remote")
    wait_until(lambda: in_use(2), "the driver has left", timeout_s=20)


def test_unlocking_ends_the_session_or_says_why_not(api, station):
    operation = do(api, "unlock-connector", {"connector": 1})
    words = {"accepted": ["Unlocked"], "rejected": ["NotSupported", "UnlockFailed"]}
    assert operation["answer"] in words[operation["state"]]


def test_connector_is_reserved_and_freed(api, station):
    until = (timezone.now() + timedelta(hours=1)).isoformat()
    made = do(api, "reserve", {"badge": BADGE, "connector": 1, "expires_at": until})
    assert (made["state"], made["effect"]) == ("accepted", "seen"), made
    number = made["request"]["payload"]["reservationId"]
    freed = do(api, "cancel-reservation", {"reservation_id": number})
    assert (freed["state"], freed["effect"]) == ("accepted", "seen"), freed
    assert do(api, "cancel-reservation", {"reservation_id": number})["state"] == "rejected"


def test_diagnostics_that_cannot_be_uploaded_are_reported(api, station):
    operation = do(api, "get-diagnostics", {"location": "http://127.0.0.1:9/nobody"})
    assert (operation["state"], operation["effect"]) == ("accepted", "missing"), operation
    assert "upload failed" in operation["effect_note"]


def test_vendor_extension_nobody_knows_is_declined(api, station):
    operation = do(api, "data-transfer", {"vendor_id": "com.example", "message_id": "hello", "data": "world"})
    assert (operation["state"], operation["answer"]) == ("rejected", "UnknownVendorId")


def test_disabled_station_takes_nothing_but_enable(api, station):
    disabled = do(api, "disable")
    assert (disabled["state"], disabled["effect"]) == ("accepted", "seen"), disabled
    shown = api.get(f"/stations/{IDENTITY}").json()
    assert (shown["enabled"], shown["connection_status"]) == (False, "disconnected")
    assert {c["status"] for evse in shown["evses"] for c in evse["connectors"]} == {"unavailable"}
    refused = api.post(f"/stations/{IDENTITY}/operations", json={"action": "reset"})
    assert refused.status_code == 409
    assert "disabled" in refused.json()["detail"]
    enabled = do(api, "enable")
    assert (enabled["state"], enabled["effect"]) == ("accepted", "seen"), enabled
    assert api.get(f"/stations/{IDENTITY}").json()["connection_status"] == "connected"


@pytest.mark.parametrize("action", ["reset", "reboot"])
def test_station_boots_after_it(api, station, action):
    operation = do(api, action)
    assert (operation["state"], operation["effect"]) == ("accepted", "seen"), operation
    assert "booted" in operation["effect_note"]
    wait_until(lambda: in_use(2), "the station is ready again", timeout_s=20)


def test_nothing_was_left_out():
    assert {action.name for action in actions.actions()} == TRIED
