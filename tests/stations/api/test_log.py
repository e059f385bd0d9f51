"""``/log``."""

from datetime import timedelta

from stations.enums import RefusalReason
from stations.models.journal import Direction
from tests.support.factories import MOMENT, OcppExchangeFactory, RefusalFactory


def ids(client, **query) -> list[int]:
    return [entry["id"] for entry in client.get("/log", **query).json()["results"]]


def test_frame_is_shown_with_its_answer(viewer, world):
    frame = OcppExchangeFactory(station=world.ours.station)

    [entry] = viewer.get("/log").json()["results"]

    assert entry == {
        "id": frame.pk,
        "type": "frame",
        "station": "OURS-1",
        "direction": "in",
        "action": "Heartbeat",
        "message_id": frame.message_id,
        "request": frame.request,
        "answer": frame.answer,
        "outcome": "result",
        "note": "",
        "received_at": "2026-03-01T12:00:00Z",
        "answered_at": "2026-03-01T12:00:00Z",
    }


def test_refusal_is_shown_with_its_reason(superuser):
    refusal = RefusalFactory(identity="CS-X", reason=RefusalReason.TOKEN_EXPIRED, count=3)

    [entry] = superuser.get("/log", type="refusal").json()["results"]

    assert (entry["id"], entry["type"], entry["station"]) == (refusal.pk, "refusal", "CS-X")
    assert (entry["reason"], entry["http_status"], entry["count"]) == ("token_expired", 401, 3)


def test_frames_are_filtered(superuser, world):
    ours = OcppExchangeFactory(station=world.ours.station)
    theirs = OcppExchangeFactory(station=world.theirs.station, action="BootNotification")
    sent = OcppExchangeFactory(
        station=world.ours.station, direction=Direction.OUT, action="Reset", received_at=MOMENT + timedelta(hours=1)
    )

    assert ids(superuser) == [sent.pk, theirs.pk, ours.pk]
    assert ids(superuser, station="ours-1") == [sent.pk, ours.pk]
    assert ids(superuser, station="nobody") == []
    assert ids(superuser, direction="out") == [sent.pk]
    assert ids(superuser, action="BootNotification") == [theirs.pk]
    assert ids(superuser, since="2026-03-01T12:30:00Z") == [sent.pk]
    assert ids(superuser, since="2026-03-01T12:30:00") == [sent.pk]
    assert ids(superuser, before=theirs.pk) == [ours.pk]


def test_refusals_are_filtered(superuser):
    old = RefusalFactory(identity="A")
    new = RefusalFactory(identity="B", last_at=MOMENT + timedelta(hours=1))

    assert ids(superuser, type="refusal") == [new.pk, old.pk]
    assert ids(superuser, type="refusal", station="a") == [old.pk]
    assert ids(superuser, type="refusal", since="2026-03-01T12:30:00Z") == [new.pk]
    assert superuser.get("/log", type="refusal", action="Heartbeat").status_code == 422


def test_station_out_of_scope_has_no_log(viewer, world):
    OcppExchangeFactory(station=world.theirs.station)

    assert ids(viewer, station="THEIRS-1") == []


def test_next_page_is_not_shifted_by_new_entries(viewer, world):
    frames = [OcppExchangeFactory(station=world.ours.station) for _ in range(3)]
    page = viewer.get("/log", limit=2).json()

    OcppExchangeFactory(station=world.ours.station)

    [entry] = viewer.client.get(page["next"]).json()["results"]
    assert entry["id"] == frames[0].pk
