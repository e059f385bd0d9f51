"""Cells of a CSV file."""

from datetime import UTC, datetime

import pytest

from stations.portal.exports import cell


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_formula_is_neutralised(start):
    assert cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (-5, -5),
        ("a=b", "a=b"),
        ("", ""),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), "2026-03-01T12:00:00+00:00"),
    ],
)
def test_other_values_stay(value, shown):
    assert cell(value) == shown
