"""What holds for every page: sign-in, error pages, security headers."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.factories import PASSWORD

PAGES = ["/", "/onboarding-tokens/", "/onboarding-tokens/new/", "/help/", "/help/connect-a-station/"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_need_a_sign_in(client, db, path):
    assert client.get(path).url == f"/account/login/?next={path}"


def test_a_part_of_a_page_sends_the_whole_page_to_the_login(client, db):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/help/"}
    response = client.get("/", headers=headers)
    assert response["HX-Redirect"] == "/account/login/?next=/help/"


def test_a_user_signs_in_and_out(client, world):
    response = client.post("/account/login/", {"login": "operator", "password": PASSWORD})
    assert response.url == "/"
    assert "operator" in client.get("/").text
    client.post("/account/logout/")
    assert client.get("/").status_code == 302


def test_a_wrong_password_is_refused(client, world):
    page = client.post("/account/login/", {"login": "operator", "password": "wrong"}).text
    assert 'role="alert"' in page
    assert client.get("/").status_code == 302


def test_the_password_can_be_changed(client, world):
    client.force_login(world.operator)
    new = "another long battery staple"
    values = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/change/", values).status_code == 302
    assert Client().login(username="operator", password=new)


def test_nobody_signs_up(client, db):
    assert client.get("/account/signup/").status_code == 404


def test_a_switched_off_account_is_told(client, world):
    world.operator.is_active = False
    world.operator.save()
    response = client.post("/account/login/", {"login": "operator", "password": PASSWORD}, follow=True)
    assert "_auth_user_id" not in client.session
    assert response.status_code == 200


def test_the_admin_uses_the_same_login(client, db):
    assert client.get("/admin/").headers["Location"].startswith("/admin/login/")
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/account/login/")


def test_a_user_without_staff_rights_is_refused_the_admin(client, world):
    client.force_login(world.operator)
    assert client.get("/admin/", follow=True).status_code == 403
    assert reverse("admin:index") not in client.get("/").text


def test_a_missing_page_says_so(client, db):
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "Page not found" in response.text


def test_an_error_page_needs_nothing(client, world, monkeypatch):
    client.force_login(world.viewer)
    client.raise_request_exception = False

    def fail(*args, **kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr("stations.portal.home.figures", fail)
    response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong" in response.text


def test_a_form_without_its_token_says_so(world):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/account/login/", {"login": "operator", "password": PASSWORD})
    assert response.status_code == 403
    assert "The form has expired" in response.text


def test_the_policy_allows_nothing_inline(client, world):
    client.force_login(world.viewer)
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
