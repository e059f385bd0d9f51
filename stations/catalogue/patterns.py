"""Patterns: compared with a whole text, in any case, without the spaces around it; ``*`` stands for any characters."""

import re
from functools import lru_cache


def fits(pattern: str, text: str) -> bool:
    """Whether ``text`` as a whole is what ``pattern`` says."""
    return _compiled(pattern.strip()).fullmatch(text.strip()) is not None


def characters_said(pattern: str) -> int:
    """How many characters of ``pattern`` stand for themselves."""
    return len(pattern.replace("*", ""))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.IGNORECASE | re.DOTALL)
