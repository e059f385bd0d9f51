"""Commands that take a while: reset, firmware update, diagnostics."""

from __future__ import annotations

import asyncio
import re
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from stations.simulation.client import Answer, Disconnected
from stations.simulation.clock import now, parse_timestamp, timestamp
from stations.simulation.commands.answers import accepted

if TYPE_CHECKING:
    from stations.simulation.station import VirtualStation

TRANSFER_TIMEOUT_S = 60.0
INSTALL_S = 30.0


def reset(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.14: a soft reset tells the ends of its sessions before it goes, a hard one after it is back."""
    is_soft = request["type"] == "Soft"
    return accepted(then=station.reboot("SoftReset" if is_soft else "HardReset", tell_first=is_soft))


def update_firmware(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.19: downloads the file at the time given, then installs and reboots."""
    return Answer(then=update(station, request))


async def update(station: VirtualStation, request: dict[str, Any]) -> None:
    """Do what UpdateFirmware asks for, reporting every step."""
    start = parse_timestamp(request["retrieveDate"])
    await asyncio.sleep(max(0.0, (start - now()).total_seconds()))
    await report_firmware(station, "Downloading")
    if not await download(station, request):
        await report_firmware(station, "DownloadFailed")
        return
    await report_firmware(station, "Downloaded")
    await report_firmware(station, "Installing")
    await station.clock.sleep(INSTALL_S)
    station.firmware_version = version_in(request["location"])
    await report_firmware(station, "Installed")
    await station.reboot("Reboot", tell_first=True)


async def download(station: VirtualStation, request: dict[str, Any]) -> bool:
    """Fetch the firmware, trying again as often as the request says."""
    for _ in range(1 + request.get("retries", 0)):
        try:
            await asyncio.to_thread(transfer, request["location"])
        except (OSError, ValueError):
            await station.clock.sleep(request.get("retryInterval", 30))
        else:
            return True
    return False


def version_in(location: str) -> str:
    """The version a firmware file's name carries, or else its name."""
    name = urlsplit(location).path.rsplit("/", 1)[-1]
    version = re.search(r"\d+(\.\d+)+", name)
    return (version.group() if version else name)[:50]


async def report_firmware(station: VirtualStation, status: str) -> None:
    """Tell one step of the update; the update goes on when nobody hears it."""
    station.firmware_status = status
    with suppress(Disconnected):
        await station.client.call("FirmwareStatusNotification", {"status": status})


def get_diagnostics(station: VirtualStation, request: dict[str, Any]) -> Answer:
    """§5.9: uploads a small report to the location given, by HTTP PUT."""
    name = f"{station.blueprint.identity}-{now():%Y%m%d%H%M%S}.log"
    return Answer({"fileName": name}, then=upload_diagnostics(station, request["location"], name))


async def upload_diagnostics(station: VirtualStation, location: str, name: str) -> None:
    """Upload, telling how it goes."""
    await report_diagnostics(station, "Uploading")
    try:
        await asyncio.to_thread(transfer, f"{location.rstrip('/')}/{name}", diagnostics(station))
    except (OSError, ValueError):
        await report_diagnostics(station, "UploadFailed")
    else:
        await report_diagnostics(station, "Uploaded")


def diagnostics(station: VirtualStation) -> bytes:
    """What a technician would want to know, as lines of text."""
    lines = [
        f"{timestamp(now())} {station.blueprint.identity} firmware {station.firmware_version}",
        *(f"connector {c.number}: {c.status} {c.error_code} {c.register_wh:.0f} Wh" for c in station.connectors),
        *(f"{name}={key.value}" for name, key in station.configuration.keys.items()),
    ]
    return "\n".join(lines).encode()


async def report_diagnostics(station: VirtualStation, status: str) -> None:
    """Tell one step of the upload."""
    station.diagnostics_status = status
    await station.client.call("DiagnosticsStatusNotification", {"status": status})


def transfer(url: str, data: bytes | None = None) -> None:
    """Download a file, or upload ``data``; blocking. Raises OSError, ValueError."""
    if urlsplit(url).scheme not in ("http", "https", "ftp"):
        raise ValueError(f"cannot reach {url}")
    request = urllib.request.Request(url, data=data, method="PUT" if data else "GET")  # noqa: S310 - scheme checked
    with urllib.request.urlopen(request, timeout=TRANSFER_TIMEOUT_S) as answer:  # noqa: S310 - scheme checked
        while answer.read(65_536):
            pass
