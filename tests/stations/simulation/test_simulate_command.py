"""``manage.py simulate`` as an operator runs it."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from http import HTTPStatus
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


async def simulate(*arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "manage.py", "simulate", *arguments, cwd=ROOT, stdout=PIPE, stderr=PIPE
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_signal_ends_it_cleanly(csms, number):
    process = await simulate("--url", csms.url, "--stations", "3")
    await csms.until(lambda: len(csms.sockets) == 3)
    process.send_signal(number)
    async with asyncio.timeout(5):
        out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert b"3 stations connect to ws://127.0.0.1:" in out
    assert b"token" not in out


async def test_refusal_of_all_stations_is_exit_code_2(csms):
    csms.refusal = HTTPStatus.UNAUTHORIZED
    process = await simulate("--url", csms.url, "--stations", "2", "--quiet")
    async with asyncio.timeout(10):
        out, err = await process.communicate()
    assert process.returncode == 2
    assert out == b""
    assert err.decode().startswith("2 stations: refused with 401")


async def test_wrong_scheme_is_refused_at_once():
    process = await simulate("--url", "http://127.0.0.1/ocpp/token")
    _, err = await process.communicate()
    assert process.returncode == 1
    assert b"--url must start with ws://" in err
