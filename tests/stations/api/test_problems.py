"""Every error is a problem (RFC 9457), and no input breaks the API."""

import pytest

HUGE = 10**30
BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"NaN",
    b'{"name": NaN}',
    b'{"name": "\\u0000"}',
    b'{"name": "\\ud800"}',
    b'{"name": "\xed\xa0\x80"}',
    b"\xff\xfe",
    b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"name": "' + b"x" * 3_000_000 + b'"}',
    b'{"name": {"$ne": ""}}',
    b'{"name": "a", "unknown": 1}',
]
CREATING = ["/companies", "/sites", "/site-areas", "/badges", "/onboarding-tokens"]


def assert_problem(response, *statuses: int) -> dict:
    assert response.status_code in statuses, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["title"]
    return problem


def test_unknown_path_is_a_problem(viewer):
    response = viewer.get("/nothing-here")

    assert_problem(response, 404)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Length"] == str(len(response.content))


def test_wrong_method_is_a_problem_that_names_the_right_ones(viewer):
    response = viewer.send("PUT", "/stations", b"")

    assert_problem(response, 405)
    assert response["Allow"] == "GET"


def test_wrong_host_is_a_problem(viewer):
    assert_problem(viewer.client.get("/api/v1/stations", headers={"Host": "evil.example"}), 400)


def test_error_outside_the_api_is_no_problem_document(viewer):
    assert viewer.client.get("/no-page-here")["Content-Type"].startswith("text/html")


def test_crash_is_a_problem_without_details(viewer, monkeypatch):
    def crash(*args, **kwargs):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("stations.models.scopes.ScopedQuerySet.visible_to", crash)

    problem = assert_problem(viewer.get("/companies"), 500)
    assert problem == {"type": "about:blank", "title": "Internal Server Error", "status": 500}


def test_validation_problem_lists_the_fields(superuser):
    problem = assert_problem(superuser.post("/companies", {"nam": "x"}), 422)

    assert [(error["location"], error["field"]) for error in problem["errors"]] == [("body", "name"), ("body", "nam")]
    assert all(error["detail"] for error in problem["errors"])


def test_bad_query_parameter_is_named(viewer):
    problem = assert_problem(viewer.get("/stations", limit="many"), 422)

    assert [(error["location"], error["field"]) for error in problem["errors"]] == [("query", "limit")]


@pytest.mark.parametrize("path", CREATING)
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_bad_body_is_refused(superuser, path, body):
    assert_problem(superuser.send("POST", path, body), 400, 413, 422)


@pytest.mark.parametrize("value", [0, -1, HUGE, 2**63, 1.5, "1", True, None, [], {}])
def test_reference_that_is_no_id_is_refused(superuser, value):
    problem = assert_problem(superuser.post("/sites", {"company": value, "name": "x"}), 422)

    assert [error["field"] for error in problem["errors"]] == ["company"]


@pytest.mark.parametrize("value", ["-1", "0", "x", "1.5", str(HUGE), "9" * 5000, "%00", "1%00", "%ED%A0%80", "²"])
@pytest.mark.parametrize("path", ["/companies", "/sessions", "/onboarding-tokens"])
def test_path_that_is_no_id_is_refused(superuser, path, value):
    assert_problem(superuser.get(f"{path}/{value}"), 404, 422)


@pytest.mark.parametrize("identity", ["%00", "a%00b", "%0A", "%ED%A0%80", "%FF", "x" * 3000, "İ", "'; --", "unknown"])
def test_identity_of_no_station_is_refused(superuser, identity):
    assert_problem(superuser.get(f"/stations/{identity}"), 404, 422)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": -1},
        {"limit": 1001},
        {"limit": HUGE},
        {"limit": ""},
        {"offset": -1},
        {"offset": HUGE},
        {"offset": 2**63 - 1},
        {"before": 0},
        {"before": 2**63},
        {"since": "yesterday"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"since": "9999-12-31T23:59:59-14:00"},
        {"since": "NaN"},
        {"since": "0.5"},
        {"direction": "sideways"},
        {"type": "all"},
        {"station": "a\0b"},
        {"action": "\0"},
    ],
)
def test_bad_query_is_refused(superuser, query):
    assert_problem(superuser.get("/log", **query), 422)


@pytest.mark.parametrize(
    "body",
    [
        {"expires_at": "0001-01-01T00:00:00+14:00"},
        {"expires_at": "10000-01-01T00:00:00Z"},
        {"expires_at": 1e300},
        {"expires_at": 0},
        {"blocked": "yes"},
        {"label": "x" * 101},
        {"label": None},
        {"id_tag": "   "},
        {"id_tag": "\u200b"},
        {"id_tag": "a\nb"},
        {"company": HUGE},
    ],
)
def test_bad_change_is_refused(superuser, world, body):
    badge = superuser.post("/badges", {"company": world.ours.company.pk, "id_tag": "TAG"}).json()

    assert_problem(superuser.patch(f"/badges/{badge['id']}", body), 422)
    assert superuser.get(f"/badges/{badge['id']}").json() == badge
