"""Choices that carry help and tone."""

import inspect

import pytest

from emobility.common.choices import DescribedChoices
from stations import enums

TONES = {"good", "busy", "warn", "bad", "idle"}
DECLARED = [
    choices
    for _, choices in inspect.getmembers(enums, inspect.isclass)
    if issubclass(choices, DescribedChoices) and choices is not DescribedChoices
]


class Light(DescribedChoices):
    RED = "red", "Stop.", "bad", "Red light"
    GREEN = "green", "Go.", "good", "Green light"


def test_member_carries_value_label_help_and_tone():
    assert (Light.RED.value, Light.RED.label, Light.RED.help, Light.RED.tone) == ("red", "Red light", "Stop.", "bad")


def test_member_equals_its_value_and_is_found_by_it():
    assert Light("green") is Light.GREEN
    assert Light.GREEN == "green"
    assert Light.choices == [("red", "Red light"), ("green", "Green light")]


@pytest.mark.parametrize("choices", DECLARED, ids=lambda choices: choices.__name__)
def test_every_status_of_the_domain_has_help_a_tone_and_a_label(choices):
    for member in choices:
        assert str(member.help).endswith("."), member
        assert member.tone in TONES, member
        assert member.label, member
