"""Stations get their configuration from the running system: by themselves when they come, and when people change it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.conf import settings

from stations.enums import ConfigurationStatus, PushOutcome
from stations.models import ChargingStation, Connector, OcppExchange, OcppParameter, Operation
from stations.models.operations import OPEN_STATES
from tests.support import wait_until
from tests.support.factories import ApiKeyFactory
from tests.support.models import RECOMMENDED, known_model
from tests.support.servers import Portal, running
from tests.support.station import ScriptedStation
from tests.support.station_thread import StationThread
from tests.support.world import World

SYSTEM, OVERWRITTEN = ConfigurationStatus.DEFINED_BY_SYSTEM, ConfigurationStatus.SYSTEM_VALUES_OVERWRITTEN
MANY = 100
SILENT, GONE = "says nothing", "hangs up"
KEY = "key-of-the-configuration-test"


@pytest.fixture(scope="module")
def portal(live_database, tmp_path_factory) -> Iterator[Portal]:
    """A portal that configures stations, and waits two seconds for their answers."""
    directory = tmp_path_factory.mktemp("configuring")
    yield from running(Portal("serve", directory, CONFIGURE_STATIONS=1, OCPP_CALL_TIMEOUT=2))


@pytest.fixture(scope="module")
def url(portal: Portal, live_world: World) -> str:
    """Where stations connect, up to their identity."""
    return portal.url(live_world.ours.secret, "").rstrip("/")


@pytest.fixture(scope="module")
def api(portal: Portal, live_world: World) -> Iterator[httpx.Client]:
    """A client with an operator's key."""
    ApiKeyFactory(user=live_world.operator, secret=KEY)
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=f"{portal.base_url}/api/v1", headers=headers, trust_env=False, timeout=30) as client:
        yield client


@contextmanager
def simulated(url: str, prefix: str, *options: str) -> Iterator[None]:
    """Simulated stations nobody comes to; they live twenty times faster than others."""
    about = ["--prefix", prefix, "--no-visitors", "--time-scale", "20", "--quiet", "--until-eof"]
    command = [sys.executable, "manage.py", "simulate", "--url", url, *about, *options]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE) as process:
        yield
        process.terminate()


def configured(prefix: str, status: ConfigurationStatus = SYSTEM) -> int:
    """How many stations have come to ``status``, with all values in use and nothing left to do."""
    busy = Operation.objects.filter(state__in=OPEN_STATES) | Operation.objects.filter(effect="awaited")
    unsettled = OcppParameter.objects.filter(differs=True) | OcppParameter.objects.filter(awaits_reboot=True)
    return (
        ChargingStation.objects.filter(identity__startswith=prefix, endpoint__isnull=False)
        .filter(configuration__status=status, configuration__pushes_left=0, capabilities__read_at__isnull=False)
        .exclude(pk__in=busy.values("station"))
        .exclude(pk__in=unsettled.values("station"))
        .count()
    )


def boots(identity: str) -> int:
    return OcppExchange.objects.filter(station__identity=identity, action="BootNotification").count()


def request(api: httpx.Client, identity: str, action: str, **parameters: Any) -> Operation:
    """Ask for ``action`` and wait until nothing of it is open."""
    answer = api.post(f"/stations/{identity}/operations", json={"action": action, "parameters": parameters})
    assert answer.status_code == 202, answer.text
    done = Operation.objects.filter(pk=answer.json()["id"]).exclude(state__in=OPEN_STATES).exclude(effect="awaited")
    return wait_until(done.first, f"{action} is done", timeout_s=20)


def reported(identity: str, key: str) -> str:
    return OcppParameter.objects.get(station__identity=identity, key=key).reported_value


def test_stations_of_known_models_need_nothing_but_their_token(url, api):
    with simulated(url, "NEW-", "--stations", "3", "--model", "delta,bender,unknown"):
        wait_until(lambda: configured("NEW-") == 2, "two stations are defined by the system", timeout_s=40)
        assert (boots("NEW-0001"), boots("NEW-0002"), boots("NEW-0003")) == (2, 1, 1)
        station = ChargingStation.objects.get(identity="NEW-0001")
        assert station.maximum_power_w == 150_000
        found = Connector.objects.filter(station=station).values_list("evse__number", "number", "type", "current_a")
        assert list(found) == [(1, 1, "ccs_2", 400), (2, 2, "ccs_2", 400)]
        assert reported("NEW-0001", "OCPP/idTagConversion") == "HexZerofill4or7byte"
        assert (reported("NEW-0001", "LocalPreAuthorize"), reported("NEW-0002", "RFIDEnable")) == ("True", "1")
        assert api.get("/stations/NEW-0003").json()["configuration_status"] == "defined_by_user"

        answer = api.put("/stations/NEW-0001/parameters/LocalPreAuthorize", json={"value": "false"})
        assert (answer.status_code, answer.json()["differs"]) == (200, True)
        assert api.get("/stations/NEW-0001").json()["configuration_status"] == OVERWRITTEN
        operation = request(api, "NEW-0001", "push-parameters")
        assert operation.requests == [["ChangeConfiguration", {"key": "LocalPreAuthorize", "value": "False"}]]
        request(api, "NEW-0001", "use-system-configuration")
        request(api, "NEW-0001", "pull-parameters")
        assert reported("NEW-0001", "LocalPreAuthorize") == "True"
        assert configured("NEW-") == 2
        assert boots("NEW-0001") == 2


def test_a_hundred_stations_are_configured_together(url, api):
    identities = [f"MANY-{number:04}" for number in range(1, MANY + 1)]
    with simulated(url, "MANY-", "--stations", str(MANY)):
        wait_until(lambda: configured("MANY-") == MANY, "all are defined by the system", timeout_s=120)
        for action, parameters, status, value in (
            ("set-parameters", {"values": {"ConnectionTimeOut": "90"}}, OVERWRITTEN, "90"),
            ("use-system-configuration", {}, SYSTEM, "60"),
        ):
            body = {"action": action, "parameters": parameters, "stations": identities, "per_minute": 6000}
            answer = api.post("/bulk-operations", json=body)
            assert answer.status_code == 202, answer.text
            wait_until(lambda status=status: configured("MANY-", status) == MANY, f"{action} is done", timeout_s=90)
            values = OcppParameter.objects.filter(station__identity__in=identities, key="ConnectionTimeOut")
            assert set(values.values_list("reported_value", flat=True)) == {value}


@pytest.fixture
def stations() -> Iterator[StationThread]:
    thread = StationThread()
    yield thread
    thread.end()


def arrive(stations: StationThread, url: str, identity: str, table: dict[str, str], **answers: str) -> None:
    """A station of the tests' model comes; it answers writes with ``answers``, else takes them into ``table``."""
    station = stations.connect(url, identity)
    stations.does(station.boot(chargePointVendor="Maker", chargePointModel="Twin"))
    stations.starts(obey(station, table, answers))


async def obey(station: ScriptedStation, table: dict[str, str], answers: dict[str, str]) -> None:
    """Do what is asked, until the connection ends."""
    while True:
        _kind, message_id, message, payload = await station.receive(patience_s=3600)
        if message == "GetConfiguration":
            entries = [{"key": key, "readonly": False, "value": value} for key, value in table.items()]
            await station.answer(message_id, {"configurationKey": entries})
            continue
        word = answers.get(payload["key"], "Accepted")
        if word == GONE:
            return await station.socket.close()
        if word == "Accepted":
            table[payload["key"]] = payload["value"]
        if word != SILENT:
            await station.answer(message_id, {"status": word})


def outcomes(identity: str) -> dict[str, str]:
    """What came of each value that was to be sent."""
    return dict(
        OcppParameter.objects.filter(station__identity=identity, wanted_value__isnull=False).values_list(
            "key", "push_outcome"
        )
    )


def test_each_value_has_its_own_outcome(url, live_world, stations):
    known_model()
    answers = {"LocalPreAuthorize": "Rejected", "VendorKey": "NotSupported"}
    arrive(stations, url, "PICKY-1", {"MeterValueSampleInterval": "10"}, **answers)
    expected = {
        "LocalPreAuthorize": PushOutcome.REJECTED,
        "MeterValueSampleInterval": PushOutcome.ACCEPTED,
        "VendorKey": PushOutcome.NOT_SUPPORTED,
    }
    wait_until(lambda: outcomes("PICKY-1") == expected, "every value has its outcome", timeout_s=20)
    done = Operation.objects.get(station__identity="PICKY-1", action="push-parameters")
    assert done.effect_note == "1 of 3 values taken."


def test_silent_key_keeps_the_others_waiting_only_once(url, live_world, stations):
    known_model()
    table: dict[str, str] = {}
    arrive(stations, url, "MUTE-1", table, LocalPreAuthorize=SILENT)
    others = RECOMMENDED.keys() - {"LocalPreAuthorize"}
    wait_until(lambda: table.keys() == others, "the other values are there", timeout_s=20)
    wait_until(
        lambda: (
            outcomes("MUTE-1")
            == dict.fromkeys(others, PushOutcome.ACCEPTED) | {"LocalPreAuthorize": PushOutcome.UNKNOWN}
        ),
        "each value has its outcome",
        timeout_s=10,
    )


def test_station_gone_midway_gets_the_rest_when_it_is_back(url, live_world, stations):
    known_model()
    table: dict[str, str] = {}
    arrive(stations, url, "GONE-1", table, MeterValueSampleInterval=GONE)
    expected = {
        "LocalPreAuthorize": PushOutcome.ACCEPTED,
        "MeterValueSampleInterval": PushOutcome.UNKNOWN,
        "VendorKey": PushOutcome.NOT_SENT,
    }
    wait_until(lambda: outcomes("GONE-1") == expected, "it is known what was sent", timeout_s=20)
    assert table == {"LocalPreAuthorize": "true"}
    arrive(stations, url, "GONE-1", table)
    wait_until(lambda: table == RECOMMENDED, "the rest is there", timeout_s=20)
    wait_until(lambda: configured("GONE-1") == 1, "it is configured")
