"""Keys in short."""

import pytest

from emobility.common.runs import from_runs, to_runs


@pytest.mark.parametrize(
    ("keys", "text"), [([], ""), ([7], "7"), ([1, 2, 3, 7, 9, 10], "1-3,7,9-10"), (list(range(1, 10_001)), "1-10000")]
)
def test_runs_are_short(keys, text):
    assert to_runs(keys) == text


def test_they_come_back():
    keys = [1, 2, 3, 7, 9, 10, 10**17]
    assert from_runs(to_runs(keys), 10) == keys


@pytest.mark.parametrize(
    "text", ["", "x", "-", "1-", "-1", "5-1,x", "1,,2", "1-9999999", "1-6,11-16", "9" * 30, "\u0661"]
)
def test_nonsense_and_too_many_are_none(text):
    assert from_runs(text, 10) == []
