"""Cells of a CSV file."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emobility.common.csv_cells import cell, plain


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


@given(st.text(alphabet="'=+-@\ta1", max_size=5))
def test_the_text_comes_back(text):
    assert plain(cell(text)) == text
