"""The fast lane changes how frames arrive, never how they are answered."""

import asyncio
import json
import os
import random
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from websockets.exceptions import ConnectionClosedError

from tests.stations.ocpp.guest import Guest
from tests.support.servers import Endpoint, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

FRAMES = 400
START = 120
"""So many of them are also sent in pieces over a bare socket."""
RAW_UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)


@pytest.fixture
def lanes(endpoint, tmp_path_factory) -> Callable[[], Iterator[Endpoint]]:
    """One endpoint after the other: without the fast lane, with it."""
    without = Endpoint("ocpp_endpoint", tmp_path_factory.mktemp("slow"), OCPP_FAST_LANE=0)

    def each() -> Iterator[Endpoint]:
        endpoint.stop()
        yield from running(without)
        endpoint.start()
        yield endpoint

    return each


def exchange() -> list[str]:
    """A recorded exchange: frames of all sizes, well-formed and not, in an order that is the same on every run."""
    chance = random.Random(16)
    sizes = [0, 1, 50, 100, 125, 126, 127, 1000, 4000, 65_000, 65_535, 65_536, 70_000, 200_000]
    frames = []
    for number in range(FRAMES):
        size = chance.choice(sizes[:9] if number % 50 else sizes)
        text = chance.choice("xé€🔌") * (size // 4)
        frames.append(
            chance.choice(
                [
                    f'[2,"{number}","DataTransfer",{{"vendorId":"v","data":"{text}"}}]',
                    f'[2,"{number}","Authorize",{{"idTag":"{number}"}}]',
                    f'[2,"{number}","StatusNotification",{{"connectorId":1,"status":"{text[:40]}","errorCode":"NoError"}}]',
                    f'[2,"{number}","MeterValues",{{"connectorId":1,"meterValue":[],"padding":"{text}"}}]',
                    f'[2,"{number}","StopTransaction",{{"transactionId":-1,"meterStop":{number},"timestamp":"{text[:30]}"}}]',
                    f'[2,"{number}","Unknown{text[:20]}",{{}}]',
                    f'[2,"{number}","Heartbeat",["{text}"]]',
                    f'[2,"{number}","BootNotification",{{"chargePointVendor":"{text}"}}]',
                    f'[2,{number},"Authorize",{{"idTag":"{text}"}}]',
                ]
            )
        )
    return frames


def masked(data: bytes, *, opcode: int = 1, final: bool = True) -> bytes:
    """One client frame."""
    head = bytes([(0x80 if final else 0) | opcode])
    length = len(data)
    if length < 126:
        head += bytes([0x80 | length])
    elif length < 65_536:
        head += bytes([0x80 | 126]) + struct.pack("!H", length)
    else:
        head += bytes([0x80 | 127]) + struct.pack("!Q", length)
    mask = os.urandom(4)
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))


@asynccontextmanager
async def raw_station(endpoint, secret: str, identity: str) -> AsyncIterator[tuple]:
    """A booted station on a bare socket."""
    reader, writer = await asyncio.open_connection("127.0.0.1", endpoint.ocpp_port)
    writer.write(RAW_UPGRADE.format(path=f"/ocpp/{secret}/{identity}").encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    writer.write(masked(b'[2,"boot","BootNotification",{"chargePointVendor":"A","chargePointModel":"B"}]'))
    assert (await server_frame(reader))[1].startswith(b'[3,"boot"')
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def server_frame(reader) -> tuple[int, bytes]:
    """Opcode and payload of one server frame."""
    async with asyncio.timeout(10):
        first, length = await reader.readexactly(2)
        if length == 126:
            (length,) = struct.unpack("!H", await reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await reader.readexactly(8))
        return first & 0x0F, await reader.readexactly(length)


async def answers_over(endpoint, url: str, identity: str, **options) -> list:
    """The answers to the exchange, sent by a client library: whole or in fragments, compressed or not."""
    chance, answers, frames = random.Random(6), [], exchange()
    async with Guest.connect(url, identity, max_size=None, **options) as guest:
        await guest.boot()

        async def send() -> None:
            for number, frame in enumerate(frames):
                cut = chance.randrange(len(frame))
                whole = chance.random() < 0.8
                await guest.socket.send(frame if whole else [frame[:cut], frame[cut : cut + 5], frame[cut + 5 :]])
                if number % 100 == 0:
                    await guest.socket.ping()

        sending = asyncio.create_task(send())
        for _ in frames:
            answers.append(await guest.receive(30))
        await sending
    return answers


async def test_same_answers_with_and_without_the_fast_lane(lanes, live_world, identity):
    found = {}
    for endpoint in lanes():
        lane = endpoint.variables.get("OCPP_FAST_LANE", 1)
        url = endpoint.url(live_world.ours.secret, "").rstrip("/")
        found[lane] = await asyncio.gather(
            answers_over(endpoint, url, f"{identity}-plain-{lane}", compression=None),
            answers_over(endpoint, url, f"{identity}-deflate-{lane}", compression="deflate"),
            *(answers_over_raw(endpoint, live_world, f"{identity}-{step}-{lane}", step) for step in (40, 1000, 9000)),
        )
    plain = found[0][0]
    assert [str(answer[1]) for answer in plain] == [str(number) for number in range(FRAMES)]
    assert {answer[0] for answer in plain} == {3, 4}
    for answers in (*found[0], *found[1]):
        assert answers == plain[: len(answers)]
        assert len(answers) in (FRAMES, START)


async def answers_over_raw(endpoint, world, identity: str, step: int) -> list:
    """The answers to the start of the exchange, sent ``step`` bytes at a time: parts of a frame, or several frames."""
    frames = exchange()[:START]
    async with raw_station(endpoint, world.ours.secret, identity) as (reader, writer):

        async def send() -> None:
            stream = b""
            for number, frame in enumerate(frames):
                stream += masked(frame.encode())
                if number % 10 == 0:
                    stream += masked(b"ping", opcode=9)
            for start in range(0, len(stream), step):
                writer.write(stream[start : start + step])
                await writer.drain()
                await asyncio.sleep(0)

        sending, answers, pongs = asyncio.create_task(send()), [], 0
        while len(answers) < len(frames):
            opcode, payload = await server_frame(reader)
            if opcode == 1:
                answers.append(json.loads(payload))
            else:
                pongs += 1
        await sending
        assert pongs == START // 10
    return answers


# --- bytes no client library would send ---------------------------------------

HEARTBEAT = b'[2,"m","Heartbeat",{}]'


@pytest.mark.parametrize("cut", range(1, len(masked(HEARTBEAT)), 5))
async def test_frame_split_anywhere_is_put_together(endpoint, live_world, identity, cut):
    async with raw_station(endpoint, live_world.ours.secret, identity) as (reader, writer):
        frame = masked(HEARTBEAT)
        writer.write(frame[:cut])
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(frame[cut:] + frame)
        assert [(await server_frame(reader))[1][:7] for _ in range(2)] == [b'[3,"m",'] * 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x05hello", 1002),
        (b"\xc1\x85\0\0\0\0hello", 1002),
        (b"\x83\x85\0\0\0\0hello", 1002),
        (b"\x80\x85\0\0\0\0hello", 1002),
        (b"\x89\xfe\0\x7e\0\0\0\0" + b"x" * 126, 1002),
        (b"\x81\xff" + struct.pack("!Q", 2**62) + b"\0\0\0\0", 1009),
        (b"\x82\x85\0\0\0\0hello", 1003),
    ],
    ids=["unmasked", "reserved bit", "reserved opcode", "no start", "long ping", "huge", "binary"],
)
async def test_broken_frame_closes_the_connection(endpoint, live_world, identity, control, data, code):
    async with raw_station(endpoint, live_world.ours.secret, identity) as (reader, writer):
        writer.write(data)
        opcode, payload = await server_frame(reader)
        assert opcode == 8
        assert struct.unpack("!H", payload[:2])[0] == code
    await control.call("Heartbeat")


@pytest.mark.parametrize("size", [100, 70_000])
@pytest.mark.parametrize("action", ["StartTransaction", "Authorize"])
async def test_wrong_byte_in_a_text_costs_at_most_the_message(endpoint, live_world, identity, size, action):
    padding = b"x" * size
    frame = b'[2,"m","%s",{"idTag":"\xff","padding":"%s"}]' % (action.encode(), padding)
    async with raw_station(endpoint, live_world.ours.secret, identity) as (reader, writer):
        writer.write(masked(frame) + masked(HEARTBEAT))
        answer = json.loads((await server_frame(reader))[1])
        assert answer[:2] == [3 if action == "StartTransaction" else 4, "m"]
        assert (await server_frame(reader))[1].startswith(b'[3,"m",')


async def test_fragments_without_end_are_cut_off(endpoint, live_world, identity, control):
    async with raw_station(endpoint, live_world.ours.secret, identity) as (reader, writer):
        writer.write(masked(b"x" * 60_000, final=False))
        for _ in range(20):
            writer.write(masked(b"x" * 60_000, opcode=0, final=False))
        opcode, payload = await server_frame(reader)
        assert (opcode, struct.unpack("!H", payload[:2])[0]) == (8, 1009)
    await control.call("Heartbeat")


async def test_bomb_in_a_compressed_message_is_cut_off(url, identity, control):
    async with Guest.connect(url, identity, compression="deflate", max_size=None) as guest:
        await guest.boot()
        await guest.send_raw("0" * 20_000_000)
        with pytest.raises(ConnectionClosedError):
            await guest.receive()
    await control.call("Heartbeat")


async def test_flood_is_answered_in_order(station, control):
    frames = [f'[2,"{number}","Heartbeat",{{}}]' for number in range(200)]
    sending = asyncio.create_task(flood(station, frames))
    await control.call("Heartbeat")
    assert [(await station.receive())[1] for _ in frames] == [str(number) for number in range(200)]
    await sending


async def flood(guest, frames: list[str]) -> None:
    for frame in frames:
        await guest.send_raw(frame)
