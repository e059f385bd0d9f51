"""``/badges``."""

from datetime import timedelta

import pytest
from django.utils import timezone

from stations.models import Badge
from tests.support.factories import BadgeFactory, ChargingSessionFactory


def test_badge_is_made_changed_and_deleted(operator, world):
    made = operator.post("/badges", {"company": world.ours.company.pk, "id_tag": "04AbCd", "label": "Ann"})
    address = f"/badges/{made.json()['id']}"

    assert made.status_code == 201
    assert made.json() == {
        "id": made.json()["id"],
        "company": world.ours.company.pk,
        "id_tag": "04AbCd",
        "label": "Ann",
        "blocked": False,
        "expires_at": None,
        "status": "accepted",
    }
    assert operator.patch(address, {"blocked": True}).json()["status"] == "blocked"
    assert operator.delete(address).status_code == 204
    assert operator.get(address).status_code == 404


def test_badge_past_its_date_is_expired(operator, world):
    badge = BadgeFactory(company=world.ours.company)
    past = timezone.now() - timedelta(minutes=1)

    assert operator.patch(f"/badges/{badge.pk}", {"expires_at": past.isoformat()}).json()["status"] == "expired"


def test_badge_id_is_unique_however_it_is_written(operator, world):
    BadgeFactory(company=world.ours.company, id_tag="TAG")

    answer = operator.post("/badges", {"company": world.ours.company.pk, "id_tag": "tag"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["id_tag"]


def test_changed_id_is_the_one_that_counts(operator, world):
    badge = BadgeFactory(company=world.ours.company, id_tag="OLD")

    operator.patch(f"/badges/{badge.pk}", {"id_tag": "New"})

    assert Badge.objects.get().key == "new"
    assert operator.get("/badges", id_tag="NEW").json()["count"] == 1


def test_sessions_outlive_their_badge(operator, world):
    badge = BadgeFactory(company=world.ours.company, id_tag="TAG")
    session = ChargingSessionFactory(connector=world.ours.connector, badge=badge, id_tag="TAG")

    assert operator.delete(f"/badges/{badge.pk}").status_code == 204
    assert operator.get(f"/sessions/{session.pk}").json()["badge"] == "TAG"


@pytest.mark.parametrize(("user", "status"), [("viewer", 403), ("stranger", 404)])
def test_only_operators_in_scope_change_a_badge(request, world, user, status):
    badge = BadgeFactory(company=world.ours.company)
    client = request.getfixturevalue(user)

    assert client.patch(f"/badges/{badge.pk}", {"blocked": True}).status_code == status
    assert client.delete(f"/badges/{badge.pk}").status_code == status
    badge.refresh_from_db()
    assert not badge.blocked


def test_badge_is_made_only_for_a_company_in_scope(operator, viewer, world):
    assert operator.post("/badges", {"company": world.theirs.company.pk, "id_tag": "T"}).status_code == 422
    assert viewer.post("/badges", {"company": world.ours.company.pk, "id_tag": "T"}).status_code == 403
    assert not Badge.objects.exists()
