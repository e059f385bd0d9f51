"""Cells of CSV files that spreadsheets cannot run as formulas, and back."""

import re
from datetime import datetime
from typing import Any

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
"""What a spreadsheet would run, also once it was made safe already."""


def cell(value: Any) -> Any:
    """``value`` for a CSV cell; text a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        return value
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def plain(text: str) -> str:
    """The text that ``cell`` made safe."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
