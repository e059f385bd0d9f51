"""Raw frames made readable."""

import pytest

from stations.portal.frames import LONGEST, pretty


def test_json_is_indented():
    assert pretty('[2,"1","Heartbeat",{}]').text == '[\n  2,\n  "1",\n  "Heartbeat",\n  {}\n]'


@pytest.mark.parametrize("raw", ["", "not json", "[" * 100_000, "{", "[" + "9" * 5000 + "]"])
def test_other_text_stays(raw):
    assert pretty(raw).text == raw


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("a\u202eb", "a\\u202eb"),
        ("a\u2066b\x00", "a\\u2066b\\u0000"),
        ("\ufeffa\u200bb", "\\ufeffa\\u200bb"),
        ('"\\ud800"', '"\\ud800"'),
        ("größer\t→\n", "größer\t→\n"),
    ],
)
def test_unseen_characters_are_escaped(raw, text):
    shown = pretty(raw).text
    assert shown == text
    shown.encode()


def test_long_frame_is_cut():
    frame = pretty("x" * (LONGEST + 1))
    assert (len(frame.text), frame.is_cut) == (LONGEST, True)
    assert not pretty("x" * LONGEST).is_cut
