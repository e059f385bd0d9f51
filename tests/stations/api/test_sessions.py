"""``/sessions``."""

from datetime import timedelta

from stations.enums import SessionState
from tests.support.factories import MOMENT, ChargingSessionFactory


def test_session_is_shown_with_its_place_and_badge(viewer, world):
    session = ChargingSessionFactory(
        connector=world.ours.connector, id_tag="TAG", energy_wh=1500, power_w=7400, transaction_id="77"
    )

    answer = viewer.get(f"/sessions/{session.pk}").json()

    assert answer["id"] == session.pk
    assert (answer["station"], answer["evse"], answer["connector"]) == ("OURS-1", 1, 1)
    assert (answer["transaction_id"], answer["badge"], answer["state"]) == ("77", "TAG", "active")
    assert (answer["energy_wh"], answer["power_w"]) == (1500, 7400)
    assert (answer["started_at"], answer["stopped_at"]) == ("2026-03-01T12:00:00Z", None)


def test_session_without_connector_is_shown(viewer, world):
    session = ChargingSessionFactory(connector=None, station=world.ours.station)

    answer = viewer.get(f"/sessions/{session.pk}").json()

    assert (answer["evse"], answer["connector"]) == (None, None)


def test_session_out_of_scope_does_not_exist(stranger, world):
    session = ChargingSessionFactory(connector=world.ours.connector)

    assert stranger.get(f"/sessions/{session.pk}").status_code == 404


def test_sessions_are_filtered(superuser, world):
    old = ChargingSessionFactory(
        connector=world.ours.connector, state=SessionState.ENDED, started_at=MOMENT - timedelta(days=1)
    )
    new = ChargingSessionFactory(connector=world.theirs.connector)

    def shown(**query) -> list[int]:
        return [session["id"] for session in superuser.get("/sessions", **query).json()["results"]]

    assert shown() == [new.pk, old.pk]
    assert shown(station="ours-1") == [old.pk]
    assert shown(state="ended") == [old.pk]
    assert shown(since="2026-03-01T13:00:00+01:00") == [new.pk]
