"""Names and values of an object, each explained by the help of its field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from emobility.common.choices import DescribedChoices
from emobility.common.help import explanation

UNIT = re.compile(r" \(k?Wh?\)$")
"""The unit in a field's name; here the value carries it."""


@dataclass(frozen=True)
class Fact:
    """One line; ``kind`` says how its value is written."""

    name: str
    label: Any
    kind: str
    value: Any
    url: str = ""


def facts(subject: Any, *names: str, urls: Mapping[str, str] | None = None) -> list[Fact]:
    """The values ``names`` of ``subject``, in that order; ``urls`` says where some of them lead."""
    return [_fact(subject, name, (urls or {}).get(name, "")) for name in names]


def _fact(subject: Any, name: str, url: str) -> Fact:
    explained, value = explanation(subject, name), getattr(subject, name)
    if explained.choices is not None or isinstance(value, DescribedChoices):
        kind = "status"
    elif isinstance(value, datetime):
        kind = "moment"
    elif isinstance(value, bool):
        kind = "yesno"
    else:
        kind = {"w": "power", "wh": "energy"}.get(name.rpartition("_")[2], "text")
    return Fact(name, UNIT.sub("", str(explained.label)), kind, value, url)
