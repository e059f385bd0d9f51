"""The queue of a station's messages."""

import asyncio
from datetime import UTC, datetime

from stations.simulation import outbox as outbox_module
from stations.simulation.client import CallError
from stations.simulation.outbox import Message, Outbox
from stations.simulation.transaction import Transaction


def transaction(number: int | None = None) -> Transaction:
    return Transaction("BADGE", datetime(2026, 5, 1, tzinfo=UTC), number)


async def drained(outbox: Outbox, answer=lambda _action: {}) -> list[tuple[str, dict]]:
    """What the outbox sends until it is empty; ``answer`` may raise CallError."""
    sent = []

    async def send(action: str, payload: dict, _message_id: str) -> dict:
        sent.append((action, payload))
        return answer(action)

    task = asyncio.create_task(outbox.drain(send, attempts=lambda: 2, retry_s=lambda _: 0))
    async with asyncio.timeout(5):
        await outbox.emptied()
    task.cancel()
    return sent


async def test_messages_leave_in_order_with_the_id_their_start_brought():
    outbox, session = Outbox(), transaction()
    start = Message("StartTransaction", {}, session, lambda answer: setattr(session, "id", answer["transactionId"]))
    for message in (start, Message("MeterValues", {"n": 1}, session), Message("StopTransaction", {"n": 2}, session)):
        outbox.put(message)
    sent = await drained(outbox, lambda _: {"transactionId": 5})
    assert sent == [
        ("StartTransaction", {}),
        ("MeterValues", {"transactionId": 5, "n": 1}),
        ("StopTransaction", {"transactionId": 5, "n": 2}),
    ]


async def test_session_whose_start_was_never_taken_is_dropped():
    outbox, session = Outbox(), transaction()
    for action in ("StartTransaction", "MeterValues", "StopTransaction"):
        outbox.put(Message(action, {}, session))
    outbox.put(Message("StatusNotification", {}))

    def refuse_start(action: str) -> dict:
        if action == "StartTransaction":
            raise CallError("InternalError")
        return {}

    assert [action for action, _ in await drained(outbox, refuse_start)] == [
        "StartTransaction",
        "StartTransaction",
        "StatusNotification",
    ]


async def test_only_messages_of_sessions_outlive_the_connection():
    outbox = Outbox()
    outbox.put(Message("StatusNotification", {}))
    outbox.put(Message("StopTransaction", {}, transaction(1)))
    outbox.forget_volatile()
    assert [action for action, _ in await drained(outbox)] == ["StopTransaction"]


def test_full_outbox_keeps_starts_and_stops_only(monkeypatch):
    monkeypatch.setattr(outbox_module, "CAPACITY", 1)
    outbox = Outbox()
    for action in ("MeterValues", "MeterValues", "StopTransaction"):
        outbox.put(Message(action, {}, transaction(1)))
    assert len(outbox) == 2
