"""The help pages show everything there is to explain."""

import html

import pytest
from django.apps import apps

from emobility.common.actions import actions
from emobility.common.help import explanations
from stations.enums import RefusalReason, Role


@pytest.fixture
def read(client, world):
    """Text of a help page, for a viewer."""
    client.force_login(world.viewer)
    return lambda path: html.unescape(client.get(path).text)


def test_every_explanation_is_listed(read):
    text = read("/help/")
    for model in apps.get_app_config("stations").get_models():
        for entry in explanations(model):
            assert str(entry.text) in text
            assert all(str(choice.help) in text for choice in entry.choices or ())


def test_every_action_is_listed(read):
    text = read("/help/")
    for action in actions():
        for shown in (action.label, action.help, action.effect, action.risk.help, Role(action.role).label):
            assert str(shown) in text, action.name


def test_every_refusal_has_its_fix_on_the_page(read, settings):
    text = read("/help/connect-a-station/")
    assert [reason.name for reason in RefusalReason if str(reason.help) not in text] == []
    assert settings.PUBLIC_OCPP_URL in text
