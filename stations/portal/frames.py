"""Raw frames made readable; what a station sent may be anything."""

import json
import re
from dataclasses import dataclass

LONGEST = 200_000
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")
"""Characters that show nothing or change the direction of the text around them."""


@dataclass(frozen=True)
class Frame:
    """The text to show; ``is_cut`` when the frame is longer."""

    text: str
    is_cut: bool


def pretty(raw: str) -> Frame:
    """``raw`` indented when it is JSON, with unseen characters written as escapes."""
    if len(raw) > LONGEST:
        return Frame(_seen(raw[:LONGEST]), is_cut=True)
    try:
        text = json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = raw
    return Frame(_seen(text), is_cut=False)


def _seen(text: str) -> str:
    return UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
