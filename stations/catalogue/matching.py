"""Which model of the catalogue a station is: patterns compared with what it says of itself when it boots.

The model that says more about the station wins (``patterns`` says how one is compared).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stations.catalogue.documents import MatchRule, ModelDocument
from stations.catalogue.patterns import characters_said, fits

LABELS = {
    "vendor": gettext_lazy("vendor"),
    "model": gettext_lazy("model"),
    "serial_number": gettext_lazy("serial number"),
    "firmware_version": gettext_lazy("firmware"),
}


class Facts(NamedTuple):
    """What a station says of itself (BootNotification)."""

    vendor: str = ""
    model: str = ""
    serial_number: str = ""
    firmware_version: str = ""
    box_serial_number: str = ""
    """chargeBoxSerialNumber: some stations have their article number here, and another number in the other."""

    def said(self, name: str) -> list[str]:
        """What the station says that a field of a rule is compared with: either serial number may fit."""
        return [self.serial_number, self.box_serial_number] if name == "serial_number" else [getattr(self, name)]


class Match(NamedTuple):
    """A model a station is, and why."""

    document: ModelDocument
    weight: tuple[int, int, int]
    """How much the model says about the station: facts compared, of them without ``*``, characters compared."""
    because: list[str]


def match(document: ModelDocument, facts: Facts) -> Match | None:
    """How ``facts`` fit the model; None when they do not. Of several rules that fit, the one that says most counts."""
    found = [match for rule in document.matches if (match := _by_rule(document, rule, facts))]
    return max(found, key=lambda each: each.weight, default=None)


def _by_rule(document: ModelDocument, rule: MatchRule, facts: Facts) -> Match | None:
    because, literal, characters = [], 0, 0
    for name in LABELS:
        patterns: Sequence[str] = getattr(rule, name)
        if not patterns:
            continue
        fitting = [(pattern, text) for pattern in patterns for text in facts.said(name) if fits(pattern, text)]
        if not fitting:
            return None
        pattern, text = max(fitting, key=lambda each: characters_said(each[0]))
        because.append(_reason(name, text.strip(), pattern))
        literal += "*" not in pattern
        characters += characters_said(pattern)
    return Match(document, (len(because), literal, characters), because)


def _reason(name: str, text: str, pattern: str) -> str:
    values = {"fact": LABELS[name], "text": text, "pattern": pattern}
    if "*" not in pattern:
        return _("{fact} is “{text}”").format(**values)
    return _("{fact} “{text}” fits “{pattern}”").format(**values)


def best(documents: Iterable[ModelDocument], facts: Facts) -> Match | None:
    """The model the station is; None when none fits. Equal weights are settled by id, so that the answer is always the same."""
    found = [each for document in documents if (each := match(document, facts))]
    return min(found, key=lambda each: ([-part for part in each.weight], each.document.id), default=None)
