"""Real servers of the test ground: they start, die, come back and end in good order."""

import httpx
import psutil

from stations.models import Refusal
from tests.support import wait_until


def test_endpoint_serves_and_its_database_is_this_one(endpoint):
    assert httpx.get(endpoint.ready_url, trust_env=False).status_code == 200
    assert endpoint.url("token", "CS-1") == f"ws://127.0.0.1:{endpoint.ocpp_port}/ocpp/token/CS-1"


def test_endpoint_works_on_the_test_database(endpoint, live_world):
    refused = endpoint.url("x" * 32, "CS-1").replace("ws:", "http:")
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol": "ocpp1.6",
    }
    assert httpx.get(refused, headers=headers, trust_env=False).status_code == 401
    wait_until(lambda: Refusal.objects.filter(identity="CS-1").exists(), "the refusal is in the test database")


def test_killed_endpoint_is_gone_at_once_and_comes_back(endpoint):
    killed = psutil.Process(endpoint.pid)
    endpoint.kill9()
    assert not killed.is_running()
    endpoint.restart()
    assert endpoint.pid != killed.pid
    assert httpx.get(endpoint.ready_url, trust_env=False).status_code == 200


def test_stopped_endpoint_ends_in_good_order(endpoint):
    assert endpoint.stop() == 0
    endpoint.start()


def test_portal_serves_pages_and_stations(portal):
    assert httpx.get(f"{portal.base_url}/account/login/", trust_env=False).status_code == 200
    assert httpx.get(f"http://127.0.0.1:{portal.ocpp_port}/healthz", trust_env=False).status_code == 200
