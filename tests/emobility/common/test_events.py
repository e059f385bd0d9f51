"""Live names on their way to the browsers' sockets."""

import asyncio
import logging
from contextlib import suppress

import pytest
from channels.layers import get_channel_layer

from emobility.common.events import GROUP, flush, publish, run_flusher


@pytest.fixture
async def listener():
    """A channel in the live group; ``await listener()`` is its next message's names."""
    layer = get_channel_layer()
    await layer.group_add(GROUP, "listener")

    async def names() -> list[str]:
        message = await asyncio.wait_for(layer.receive("listener"), timeout=5)
        assert message["type"] == "live.names"
        return message["names"]

    yield names
    await layer.flush()


@pytest.fixture
async def flusher():
    task = asyncio.create_task(run_flusher())
    await asyncio.sleep(0)
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_publish_without_a_flusher_sends_at_once(listener):
    await asyncio.to_thread(publish, "station-2", "station-1")
    assert await listener() == ["station-1", "station-2"]


async def test_publish_beside_a_flusher_is_collected_into_one_message(listener, flusher):
    for _ in range(100):
        publish("station-1")
        await asyncio.to_thread(publish, "sessions")
    assert await listener() == ["sessions", "station-1"]


async def test_publish_sends_at_once_again_when_the_flusher_has_ended(listener, flusher):
    flusher.cancel()
    with suppress(asyncio.CancelledError):
        await flusher
    await asyncio.to_thread(publish, "stations")
    assert await listener() == ["stations"]


async def test_flush_with_nothing_to_say_sends_nothing(listener):
    await flush()
    await asyncio.to_thread(publish, "refusals")
    assert await listener() == ["refusals"]


async def test_broken_channel_layer_costs_liveness_only(settings, caplog):
    unreachable = {"address": "redis://127.0.0.1:1/0", "socket_timeout": None}
    settings.CHANNEL_LAYERS = {
        "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [unreachable]}}
    }
    with caplog.at_level(logging.WARNING):
        await asyncio.to_thread(publish, "station-1")
    assert "live update lost" in caplog.text
