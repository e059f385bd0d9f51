"""Who is let in: the URL, the token, the subprotocol; every refusal says why and is kept."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from stations.models import ChargingStation, OnboardingToken, Refusal
from stations.services.credentials import digest
from tests.stations.ocpp.guest import Guest
from tests.support import wait_until
from tests.support.factories import OnboardingTokenFactory

pytestmark = pytest.mark.asyncio(loop_scope="module")

UPGRADE = {
    "Host": "csms.example.org",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "ocpp1.6",
}


_hosts = itertools.count(1)


@asynccontextmanager
async def raw_socket(endpoint, address: str | None = None):
    """A TCP connection, from an address of its own: failed handshakes are counted by address."""
    address = address or fresh_address()
    reader, writer = await asyncio.open_connection("127.0.0.1", endpoint.ocpp_port, local_addr=(address, 0))
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


def fresh_address() -> str:
    return f"127.1.{next(_hosts)}.1"


async def ask(
    endpoint, path: str, headers: dict | None = None, *, address: str | None = None
) -> tuple[int, dict[str, str]]:
    """Status and headers of the answer to a handshake, written by hand so that nothing tidies the path up."""
    async with raw_socket(endpoint, address) as (reader, writer):
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in (headers or UPGRADE).items())]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1")
    first, *rest = head.split("\r\n")
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in rest if line)


def refusal(**lookup) -> Refusal:
    return wait_until(Refusal.objects.filter(**lookup).first, f"a refusal with {lookup}")


@pytest.fixture
def token(live_world) -> OnboardingToken:
    """A token of our area for one test."""
    return OnboardingTokenFactory(site_area=live_world.ours.area)


@pytest.fixture
def token_url(endpoint):
    """``token_url(token)`` is where stations with it connect."""

    def prefix(token: OnboardingToken) -> str:
        return endpoint.url(secret_of(token), "").rstrip("/")

    return prefix


def secret_of(token: OnboardingToken) -> str:
    """A secret for ``token``, which keeps only its digest."""
    secret = f"secret-of-token-{token.pk:016}"
    token.digest = digest(secret, purpose="onboarding")
    token.save()
    return secret


# --- let in ------------------------------------------------------------------


async def test_new_station_is_registered_in_the_area_of_its_token(station, live_world, row_of):
    row = row_of(station)
    assert (row.site_area, row.onboarding_token) == (live_world.ours.area, live_world.ours.token)
    assert (row.ocpp_version, row.remote_address) == ("1.6", "127.0.0.1")


async def test_identity_is_the_same_station_in_any_case(url, identity):
    async with Guest.connect(url, identity.lower()) as guest:
        await guest.boot()
    async with Guest.connect(url, identity.upper()) as guest:
        await guest.call("Heartbeat")
    assert ChargingStation.objects.get(identity_key=identity.lower()).identity == identity.lower()


@pytest.mark.parametrize(
    "path",
    [
        "/ocpp/{token}/{identity}/",
        "/ocpp/{token}//{identity}",
        "//ocpp/{token}/{identity}",
        "///ocpp//{token}///{identity}//",
        "/ocpp/{token}/{identity}?vendor=x&a=b",
        "/ocpp/{token}/%47UEST-{number}",
    ],
)
async def test_path_is_read_however_it_is_written(endpoint, live_world, identity, path):
    secret, number = live_world.ours.secret, identity.removeprefix("GUEST-")
    status, _ = await ask(endpoint, path.format(token=secret, identity=identity, number=number))
    assert status == 101
    assert ChargingStation.objects.filter(identity=identity).exists()


@pytest.mark.parametrize("identity", ["A" * 48, "a.b-c_d*e=f+g|h@i", "0", "...x"])
async def test_identity_of_allowed_characters_is_let_in(url, identity):
    async with Guest.connect(url, identity) as guest:
        await guest.boot()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example.org"},
        {"Origin": "null"},
        {"Origin": "file://"},
        {"Origin": "charger"},
        {"Host": "csms.example.org"},
        {"Host": "csms.example.org:443"},
        {"Host": "127.0.0.1"},
        {"Host": "[::1]:9000"},
        {"Host": ""},
        {"Connection": "keep-alive, Upgrade"},
        {"Upgrade": "WebSocket"},
        {"Cookie": "sessionid=abc; csrftoken=def"},
        {"Authorization": "Basic Zm9vOmJhcg=="},
        {"User-Agent": ""},
        {"X-Forwarded-For": "10.0.0.1"},
        {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"},
        {"Sec-WebSocket-Extensions": "x-webkit-deflate-frame, nonsense; a=b"},
    ],
    ids=str,
)
async def test_header_does_not_keep_a_station_out(endpoint, live_world, identity, headers):
    status, answer = await ask(endpoint, f"/ocpp/{live_world.ours.secret}/{identity}", UPGRADE | headers)
    assert (status, answer["sec-websocket-protocol"]) == (101, "ocpp1.6")
    assert ChargingStation.objects.get(identity=identity).remote_address.startswith("127.1.")


@pytest.mark.parametrize(
    "offered",
    [["ocpp2.0.1", "ocpp1.6"], ["ocpp1.6", "ocpp2.0.1"], ["ocpp1.2", "ocpp1.5", "foo", "ocpp1.6"]],
    ids=" ".join,
)
async def test_version_both_know_is_chosen(url, identity, offered):
    async with Guest.connect(url, identity, subprotocols=offered) as guest:
        assert guest.socket.subprotocol == "ocpp1.6"
        await guest.boot()


# --- turned away ---------------------------------------------------------------


@pytest.mark.parametrize("offered", [None, ["ocpp1.6J"], ["OCPP1.6"], ["ocpp1.5"], ["ocpp2.0.1", "ocpp1.5"]], ids=str)
async def test_no_common_version_is_said_after_the_upgrade(url, identity, offered):
    async with Guest.connect(url, identity, subprotocols=offered) as guest:
        assert guest.socket.subprotocol is None
        with pytest.raises(ConnectionClosed) as closed:
            await guest.receive()
    assert closed.value.rcvd.code == 1002
    row = refusal(identity=identity)
    assert (row.reason, row.http_status) == ("wrong_subprotocol", 101)
    assert (offered or ["offered none"])[0] in row.detail
    assert not ChargingStation.objects.filter(identity=identity).exists()


async def test_station_known_to_name_no_version_is_let_in_without_one(url, identity, row_of):
    async with Guest.connect(url, identity) as guest:
        await guest.boot()
    ChargingStation.objects.filter(identity=identity).update(assume_ocpp16=True)
    async with Guest.connect(url, identity, subprotocols=None) as guest:
        assert guest.socket.subprotocol is None
        await guest.call("Heartbeat")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ocpp",
        "/ocpp/",
        "/other/{token}/{identity}",
        "/OCPP/{token}/{identity}",
        "/ocpp/{token}/extra/{identity}",
        "/ocpp/{token}/../{identity}",
        "/ocpp/{token}/..",
        "/ocpp/{token}/.",
        "/ocpp/{token}/%2e%2e",
        "/ocpp/{token}/" + "A" * 49,
        "/ocpp/{token}/" + "A" * 5000,
        "/ocpp/{token}/{identity}%00",
        "/ocpp/{token}/{identity}%0d%0aX-Evil:1",
        "/ocpp/{token}/{identity}%20",
        "/ocpp/{token}/%C3%A9",
        "/ocpp/{token}/%FF",
        "/ocpp/{token}/a%2Fb",
        "/ocpp/{token}/a%3Ab",
        "/ocpp/{token}/a:b",
        "/ocpp/{token}/<script>",
        "/live/",
        "/healthz",
    ],
)
async def test_other_path_is_not_found_and_makes_no_station(endpoint, live_world, identity, path):
    stations = ChargingStation.objects.count()
    Refusal.objects.all().delete()
    status, _ = await ask(endpoint, path.format(token=live_world.ours.secret, identity=identity))
    assert status == 404
    assert ChargingStation.objects.count() == stations
    row = refusal()
    assert (row.reason, row.http_status, row.identity) == ("unknown_path", 404, "")


@pytest.mark.parametrize("connection", ["keep-alive", ""])
async def test_request_without_an_upgrade_is_a_bad_request(endpoint, live_world, identity, connection):
    status, _ = await ask(endpoint, f"/ocpp/{live_world.ours.secret}/{identity}", UPGRADE | {"Connection": connection})
    assert status in (400, 404)
    assert not ChargingStation.objects.filter(identity=identity).exists()


REFUSALS = {
    "no token, unknown station": (404, "unknown_identity"),
    "no token, known station": (401, "missing_credential"),
    "unknown token": (401, "wrong_token"),
    "token that cannot be one": (401, "wrong_token"),
    "token of another area": (403, "foreign_token"),
    "expired token": (403, "token_expired"),
    "revoked token": (403, "token_revoked"),
}


@pytest.fixture
def path_of(live_world, identity, token):
    """The path a station with the named credential asks for."""

    def path(case: str) -> str:
        hour = timedelta(hours=1)
        OnboardingToken.objects.filter(pk=token.pk).update(
            expires_at=timezone.now() - hour if case == "expired token" else None,
            revoked_at=timezone.now() - hour if case == "revoked token" else None,
        )
        token.refresh_from_db()
        known = live_world.ours.station.identity
        return {
            "no token, unknown station": f"/ocpp/{identity}",
            "no token, known station": f"/ocpp/{known}",
            "unknown token": f"/ocpp/{'x' * 32}/{identity}",
            "token that cannot be one": f"/ocpp/x/{identity}",
            "token of another area": f"/ocpp/{live_world.theirs.secret}/{known}",
        }.get(case) or f"/ocpp/{secret_of(token)}/{identity}"

    return path


@pytest.mark.parametrize("case", REFUSALS)
async def test_refusal_says_why_and_is_kept(endpoint, path_of, case):
    Refusal.objects.all().delete()
    path, (expected, reason) = path_of(case), REFUSALS[case]
    address = fresh_address()
    status, headers = await ask(endpoint, path, address=address)
    assert status == expected
    assert headers.get("www-authenticate") == ('basic realm="ocpp"' if status == 401 else None)
    row = refusal()
    assert (row.http_status, row.reason, row.identity) == (expected, reason, path.rsplit("/", 1)[1])
    assert row.remote_address == address
    assert row.count == 1
    await ask(endpoint, path, address=address)
    wait_until(lambda: Refusal.objects.get().count == 2, "the second refusal counts on the first one's row")


@pytest.mark.parametrize("end", ["expires_at", "revoked_at"])
@pytest.mark.parametrize("also_its_own", [False, True])
async def test_end_of_a_token_keeps_its_own_stations_unless_it_says_otherwise(
    token, token_url, identity, end, also_its_own
):
    prefix = token_url(token)
    async with Guest.connect(prefix, identity) as guest:
        await guest.boot()
    OnboardingToken.objects.filter(pk=token.pk).update(
        **{end: timezone.now() - timedelta(seconds=1)}, disconnects_stations=also_its_own
    )
    with pytest.raises(InvalidStatus) as refused:
        async with Guest.connect(prefix, f"{identity}-NEW"):
            pass
    assert refused.value.response.status_code == 403
    if also_its_own:
        with pytest.raises(InvalidStatus):
            async with Guest.connect(prefix, identity):
                pass
    else:
        async with Guest.connect(prefix, identity) as guest:
            await guest.call("Heartbeat")


async def test_token_is_in_no_row_and_no_log_line(endpoint, live_world, identity):
    secret = live_world.ours.secret
    paths = [f"/ocpp/{secret}", f"/ocpp/{identity}/{secret}", f"/ocpp/{secret}/{secret}/{identity}", f"/{secret}"]
    for path in paths:
        status, _ = await ask(endpoint, path)
        assert status in (401, 404)
    headers = UPGRADE | {"Sec-WebSocket-Protocol": "ocpp1.5"}
    assert (await ask(endpoint, f"/ocpp/{secret}/{identity}", headers))[0] == 101
    refusal(identity=identity, reason="wrong_subprotocol")
    rows = [str(values) for values in Refusal.objects.values()]
    assert not [row for row in rows if secret in row]
    assert secret not in endpoint.log_file.read_text()


async def test_limited_address_is_told_so_and_right_credentials_pass(endpoint, url, identity):
    options = {"local_addr": ("127.0.0.9", 0)}
    statuses = []
    for number in range(30):
        with pytest.raises(InvalidHandshake) as refused:
            async with Guest.connect(endpoint.url("x" * 32, ""), f"{identity}-{number}", **options):
                pass
        statuses.append(refused.value.response.status_code)
    assert statuses == [401] * 20 + [429] * 10
    assert refused.value.response.headers["Retry-After"] == "60"
    async with Guest.connect(url, identity, **options) as guest:
        await guest.boot()
    wait_until(
        lambda: Refusal.objects.filter(remote_address="127.0.0.9", reason="too_many_failures", count=10).exists(),
        "the refusals of a limited address share a row",
    )
    assert Refusal.objects.filter(remote_address="127.0.0.9").count() == 21


async def test_health_is_told_without_credentials(endpoint):
    assert (await ask(endpoint, "/healthz", {"Host": "x"}))[0] == 200
    assert (await ask(endpoint, "/nothing", {"Host": "x"}))[0] == 404


async def test_client_that_leaves_during_the_handshake_is_not_connected(endpoint, url, identity):
    async with Guest.connect(url, identity) as guest:
        await guest.boot()
    station = ChargingStation.objects.get(identity=identity)
    path = url.split(str(endpoint.ocpp_port))[1]
    for _ in range(5):
        async with raw_socket(endpoint) as (_, writer):
            lines = [f"GET {path}/{identity} HTTP/1.1", *(f"{name}: {value}" for name, value in UPGRADE.items())]
            writer.write("\r\n".join([*lines, "", ""]).encode())
            await writer.drain()

    def left() -> bool:
        station.refresh_from_db()
        return station.endpoint_id is None and station.generation >= 6

    wait_until(left, "the station that left is shown as disconnected")
    assert "Traceback" not in endpoint.log_file.read_text()
