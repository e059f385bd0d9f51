"""The stations' own books: every frame sent, every answer received."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Sent:
    """One frame that left a station, and the answer it got on the same connection, if any."""

    message_id: str
    answer: str | None = None


@dataclass
class Message:
    """Something a station has to report until it is answered, however many frames that takes."""

    action: str
    payload: dict[str, Any]
    sent: list[Sent] = field(default_factory=list)

    def frame(self, *, same_id: bool) -> tuple[Sent, str]:
        """The next frame that reports it, entered in the books."""
        message_id = self.sent[0].message_id if self.sent and same_id else str(uuid.uuid4())
        self.sent.append(Sent(message_id))
        return self.sent[-1], json.dumps([2, message_id, self.action, self.payload])

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The payloads of all its answers; an error has none and stands as it is."""
        frames = [json.loads(sent.answer) for sent in self.sent if sent.answer]
        return [frame[2] if frame[0] == 3 else {"error": frame[2:]} for frame in frames]


@dataclass
class Charge:
    """One session as its station remembers it."""

    start: Message
    readings: list[Message] = field(default_factory=list)
    stop: Message | None = None


@dataclass
class Books:
    """All of one station."""

    identity: str
    messages: list[Message] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    superfluous: list[str] = field(default_factory=list)
    """Answers to nothing that was sent on that connection, or to what had its answer already."""
    close_codes: list[int | None] = field(default_factory=list)

    @property
    def answered(self) -> int:
        """Frames that got their answer."""
        return sum(sent.answer is not None for message in self.messages for sent in message.sent)
