"""Compares the stations' books with the database."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from stations.enums import RegistrationStatus, SessionState
from stations.models import ChargingSession, ChargingStation, Connector, MeterSample, OcppExchange
from tests.durability.ledger import Books, Charge, Message


@dataclass
class Totals:
    """What the audit counted; ``lost`` and ``doubled`` say what and where, and must be empty."""

    frames_sent: int = 0
    frames_answered: int = 0
    reports: int = 0
    reports_repeated: int = 0
    stored_though_unanswered: int = 0
    """Frames the database had when their station lost the connection: their repetitions must count for nothing."""
    sessions: int = 0
    samples: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = {name: len(value) if isinstance(value, list) else value for name, value in asdict(self).items()}
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counts.items())


def audit(fleet: Iterable[Books]) -> Totals:
    """Look for everything the stations were told is stored, and for anything that is there twice."""
    totals = Totals()
    for books in fleet:
        _Audit(books, totals).run()
    return totals


class _Audit:
    def __init__(self, books: Books, totals: Totals) -> None:
        self.books, self.totals = books, totals
        self.station = ChargingStation.objects.get(identity=books.identity)

    def run(self) -> None:
        self._frames()
        self._sessions()
        self._samples()
        self._status()
        self._doubled(f"answers {answer}" for answer in self.books.superfluous)

    def _lost(self, what: Iterable[str]) -> None:
        self.totals.lost += [f"{self.books.identity}: {text}" for text in what]

    def _doubled(self, what: Iterable[str]) -> None:
        self.totals.doubled += [f"{self.books.identity}: {text}" for text in what]

    def _frames(self) -> None:
        """Every answer that arrived stands in the journal, beside the request it answers."""
        rows = OcppExchange.objects.filter(station=self.station, direction="in")
        stored = Counter(rows.values_list("action", "message_id", "answer"))
        ids = Counter(rows.values_list("message_id", flat=True))
        sent = [(message, sent) for message in self.books.messages for sent in message.sent]
        answered = Counter((message.action, sent.message_id, sent.answer) for message, sent in sent if sent.answer)
        self._lost(f"journal row of {frame}" for frame in answered - stored)
        self.totals.frames_sent += len(sent)
        self.totals.frames_answered += answered.total()
        self.totals.reports += len(self.books.messages)
        self.totals.reports_repeated += sum(len(message.sent) > 1 for message in self.books.messages)
        self.totals.stored_though_unanswered += ids.total() - answered.total()
        unknown = ids.keys() - {each.message_id for _, each in sent}
        self._doubled(f"journal row of {message_id}, which was never sent" for message_id in unknown)
        refused = [m for m in self.books.messages if any("error" in answer for answer in m.answers)]
        self._lost(f"{message.action} was refused: {message.answers}" for message in refused)

    def _sessions(self) -> None:
        stored = defaultdict(list)
        for session in ChargingSession.objects.filter(station=self.station):
            stored[session.meter_start_wh].append(session)
        for charge in self.books.charges:
            found = stored.pop(charge.start.payload["meterStart"], [])
            self.totals.sessions += len(found)
            self._session(charge, found)
        self._doubled(f"session {session} nobody reported" for rows in stored.values() for session in rows)

    def _session(self, charge: Charge, found: list[ChargingSession]) -> None:
        names = {answer.get("transactionId") for answer in charge.start.answers}
        if len(found) > 1 or len(names) > 1:
            self._doubled([f"{len(found)} sessions, called {names}, for {charge.start.payload}"])
        if names and not found:
            self._lost([f"session {names}"])
        for session in found[:1]:
            if names and {int(session.transaction_id)} != names:
                self._lost([f"session {session.transaction_id} was answered as {names}"])
            if charge.stop is not None and charge.stop.answers:
                self._lost(_stop_not_stored(session, charge.stop))

    def _samples(self) -> None:
        rows = MeterSample.objects.filter(station=self.station)
        stored = Counter(rows.values_list("session__transaction_id", "sampled_at", "energy_wh"))
        reported = Counter(_sample(m) for charge in self.books.charges for m in charge.readings if m.answers)
        self.totals.samples += stored.total()
        self._lost(f"sample {sample}" for sample in reported - stored)
        self._doubled(f"sample {sample}" for sample in stored - reported)

    def _status(self) -> None:
        statuses = [m.payload["status"] for m in self.books.messages if m.action == "StatusNotification" and m.answers]
        shown = Connector.objects.get(station=self.station, number=1).status_raw
        self._lost([f"status {statuses[-1]}, {shown} is shown"] if shown != statuses[-1] else [])
        self._lost([] if self.station.registration_status == RegistrationStatus.ACCEPTED else ["its boot"])


def _stop_not_stored(session: ChargingSession, stop: Message) -> Iterable[str]:
    expected: dict[str, Any] = {
        "state": SessionState.ENDED,
        "meter_stop_wh": stop.payload["meterStop"],
        "energy_wh": stop.payload["meterStop"] - (session.meter_start_wh or 0),
        "stop_reason": stop.payload["reason"],
        "stopped_at": datetime.fromisoformat(stop.payload["timestamp"]),
    }
    for name, value in expected.items():
        if getattr(session, name) != value:
            yield f"stop of {session.transaction_id}: {name} is {getattr(session, name)}, not {value}"


def _sample(message: Message) -> tuple:
    [entry] = message.payload["meterValue"]
    at = datetime.fromisoformat(entry["timestamp"])
    return str(message.payload["transactionId"]), at, int(entry["sampledValue"][0]["value"])
