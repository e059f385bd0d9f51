"""What the template tags print."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.utils import timezone

from emobility.common.actions import actions
from emobility.common.navigation import Entry
from emobility.common.templatetags.portal import TONE_ICONS, energy, icon, kilowatts, status
from stations.enums import RegistrationStatus
from stations.models import ChargingStation, Refusal


def render(source: str, **context: object) -> str:
    return Template("{% load portal %}" + source).render(Context(context))


def test_a_status_is_icon_word_and_tone():
    badge = status(RegistrationStatus.ACCEPTED)
    assert "status-good" in badge
    assert "icons.svg#check-circle" in badge
    assert badge.endswith("Accepted</span>")


def test_a_status_is_found_by_object_and_field():
    station = ChargingStation(registration_status="rejected")
    assert status(station, "registration_status") == status(RegistrationStatus.REJECTED)


def test_a_status_that_is_a_property_is_found_too():
    assert "Not authorized" in status(ChargingStation(), "authorization_status")


def test_a_word_of_no_choices_is_escaped():
    assert status("<b>") == "&lt;b&gt;"
    assert status("") == "–"


def test_help_lists_the_meaning_of_every_choice():
    page = render("{% help station 'registration_status' %}", station=ChargingStation(pk=7))
    assert 'popovertarget="help-chargingstation-registration_status-7"' in page
    assert 'aria-label="Help: registration status"' in page
    assert page.count("help-choice") == len(RegistrationStatus)


def test_help_works_for_a_model():
    assert "popovertarget" in render("{% help model 'identity' %}", model=ChargingStation)


def test_the_meaning_of_a_refusal_is_its_fix():
    page = render("{% meaning refusal 'reason' %}", refusal=Refusal(reason="token_revoked"))
    assert page == "The onboarding token was revoked. Use a new token."


@pytest.mark.parametrize(("watts", "text"), [(None, "–"), (0, "0.0 kW"), (7360, "7.4 kW"), (22000, "22.0 kW")])
def test_power_is_in_kilowatts(watts, text):
    assert kilowatts(watts) == text


def test_energy_is_in_kilowatt_hours():
    assert energy(12345) == "12.35 kWh"
    assert energy(None) == "–"


def test_power_shows_its_maximum_and_its_age():
    page = render("{% power 7400 22000 True %}")
    assert "7.4 kW" in page
    assert "of 22.0 kW" in page
    assert '<meter min="0" max="22000" value="7400"' in page
    assert "Stale" in page


def test_missing_power_is_no_zero():
    page = render("{% power None 22000 %}")
    assert "0.0 kW" not in page
    assert "–" in page


def test_a_moment_is_relative_and_exact():
    moment = timezone.now() - timedelta(hours=2)
    page = render("{% when moment %}", moment=moment)
    assert "2\xa0hours ago" in page
    assert f'datetime="{moment.isoformat()}"' in page
    assert render("{% when moment %}", moment=None) == "never"


def test_every_icon_in_use_is_in_the_sprite():
    sprite = Path(finders.find("portal/icons.svg")).read_text()
    sources = [*settings.BASE_DIR.glob("templates/**/*.html"), *settings.BASE_DIR.glob("*/portal/navigation.py")]
    used = {
        name for path in sources for name in re.findall(r'{% icon "([a-z0-9-]+)"|icon="([a-z0-9-]+)"', path.read_text())
    }
    names = {one or other for one, other in used} | set(TONE_ICONS.values()) | {"sun", "moon-stars"}
    names |= {action.icon for action in actions()}
    assert len(names) > 15
    assert [name for name in sorted(names) if f'id="{name}"' not in sprite] == []
    assert 'aria-hidden="true"' in icon("sun")


def test_an_entry_is_current_on_its_own_pages():
    home, tokens = Entry("Home", "home", "house", 1), Entry("Tokens", "tokens:list", "key", 2)
    assert [home.contains("/"), home.contains("/onboarding-tokens/")] == [True, False]
    assert [tokens.contains("/onboarding-tokens/3/"), tokens.contains("/")] == [True, False]
