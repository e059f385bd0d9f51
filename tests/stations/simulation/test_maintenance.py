"""Firmware and diagnostics: files really move over HTTP."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.stations.simulation.conftest import HASTY


class FileServer(BaseHTTPRequestHandler):
    """Serves one firmware file and takes uploads."""

    uploads: dict[str, bytes] = {}

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/firmware-2.4.1.bin" else 404)
        self.end_headers()
        self.wfile.write(b"firmware")

    def do_PUT(self) -> None:
        self.uploads[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Keep the test output clean."""


@pytest.fixture
def files() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FileServer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    FileServer.uploads.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def statuses(csms, action: str) -> list[str]:
    return [call.payload["status"] for call in csms.calls(action)]


async def update(csms, location: str) -> None:
    request = {"location": location, "retrieveDate": datetime.now(UTC).isoformat(), "retries": 1, "retryInterval": 1}
    assert (await csms.command("CS-1", "UpdateFirmware", request))[2] == {}


async def test_firmware_update_ends_in_a_boot_with_the_new_version(csms, start_station, files):
    start_station(scale=HASTY)
    await csms.until(lambda: csms.statuses(1))
    await update(csms, f"{files}/firmware-2.4.1.bin")
    await csms.until(lambda: len(csms.calls("BootNotification")) == 2)
    steps = ["Downloading", "Downloaded", "Installing", "Installed"]
    assert statuses(csms, "FirmwareStatusNotification") == steps
    versions = [call.payload["firmwareVersion"] for call in csms.calls("BootNotification")]
    assert versions == ["1.0.0", "2.4.1"]


async def test_missing_firmware_file_fails_the_download(csms, start_station, files):
    start_station(scale=HASTY)
    await csms.until(lambda: csms.statuses(1))
    await update(csms, f"{files}/nothing.bin")
    await csms.until(lambda: statuses(csms, "FirmwareStatusNotification") == ["Downloading", "DownloadFailed"])


async def test_diagnostics_are_uploaded_under_the_name_answered(csms, start_station, files):
    start_station()
    await csms.until(lambda: csms.statuses(1))
    answer = await csms.command("CS-1", "GetDiagnostics", {"location": f"{files}/logs/"})
    await csms.until(lambda: statuses(csms, "DiagnosticsStatusNotification") == ["Uploading", "Uploaded"])
    assert b"connector 1: Available" in FileServer.uploads[f"/logs/{answer[2]['fileName']}"]


async def test_unreachable_place_fails_the_upload(csms, start_station):
    start_station()
    await csms.until(lambda: csms.statuses(1))
    await csms.command("CS-1", "GetDiagnostics", {"location": "gopher://nowhere"})
    await csms.until(lambda: statuses(csms, "DiagnosticsStatusNotification") == ["Uploading", "UploadFailed"])
