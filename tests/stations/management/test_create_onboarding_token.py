"""``create_onboarding_token``."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from stations.models import OnboardingToken
from stations.services.credentials import digest
from tests.support.factories import SiteAreaFactory, SiteFactory


def test_url_is_printed_alone_and_holds_the_token(db, capsys):
    area = SiteAreaFactory()

    call_command("create_onboarding_token", description="Delivery")

    [url] = capsys.readouterr().out.splitlines()
    prefix = f"{settings.PUBLIC_OCPP_URL}/ocpp/"
    assert url.startswith(prefix)
    token = OnboardingToken.objects.get(digest=digest(url[len(prefix) : -1], purpose="onboarding"))
    assert url.endswith("/")
    assert (token.description, token.site_area, token.expires_at) == ("Delivery", area, None)


def test_days_until_expiry_are_counted_from_now(db):
    SiteAreaFactory()

    call_command("create_onboarding_token", description="x", expires_days=3)

    left = OnboardingToken.objects.get().expires_at - timezone.now()
    assert timedelta(days=3) - timedelta(minutes=1) < left <= timedelta(days=3)


@pytest.mark.parametrize("days", ["0", "-1", "x", "99999999999"])
def test_impossible_days_are_an_error(db, days):
    SiteAreaFactory()

    with pytest.raises(CommandError, match="--expires-days"):
        call_command("create_onboarding_token", "--description=x", f"--expires-days={days}")


@pytest.mark.parametrize("wanted", [lambda area: str(area.pk), lambda area: "Roof › Deck", lambda area: "Deck"])
def test_area_is_chosen_by_id_or_name(db, wanted):
    area = SiteAreaFactory(site=SiteFactory(name="Roof"), name="Deck")
    SiteAreaFactory()

    call_command("create_onboarding_token", description="x", site_area=wanted(area))

    assert OnboardingToken.objects.get().site_area == area


def test_unclear_area_is_an_error_that_lists_them(db):
    areas = [SiteAreaFactory(name="Deck"), SiteAreaFactory(name="Deck")]

    for options in ({}, {"site_area": "Deck"}, {"site_area": "nowhere"}):
        with pytest.raises(CommandError) as caught:
            call_command("create_onboarding_token", description="x", **options)
        assert all(f"{area.pk}: {area}" in str(caught.value) for area in areas)


def test_no_area_is_an_error_that_says_what_to_do(db):
    with pytest.raises(CommandError, match="Make a company, a site and a site area"):
        call_command("create_onboarding_token", description="x")
