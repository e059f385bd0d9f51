"""Values of OCPP parameters, by type: whether two are the same, and what is wrong with one."""

import re
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from stations.catalogue.documents import ParameterType
from stations.catalogue.standard_keys import KeyHint, hint_of

TRUE, FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off"})
_WORDS = (("true", "false"), ("1", "0"), ("yes", "no"), ("on", "off"))
SPELLINGS = tuple((case(yes), case(no)) for yes, no in _WORDS for case in (str.lower, str.capitalize, str.upper))
_NUMBER = re.compile(r"[-+]?[0-9]{1,40}(\.[0-9]{1,40})?")
_OF_CONNECTOR = re.compile(r"[0-9]{1,4}\.")
"""What stands before a phase rotation: the number of its connector."""
LONGEST_KEY, LONGEST_VALUE = 50, 500
"""OCPP 1.6 §7.17, §7.22."""


def type_of(key: str, types: Mapping[str, ParameterType] | None = None) -> ParameterType:
    """The type of a parameter: by the standard, else as the catalogue says (``types``), else text."""
    if hint := hint_of(key):
        return hint.type
    return next((kind for name, kind in (types or {}).items() if name.lower() == key.lower()), "text")


def same(kind: ParameterType, one: str, other: str) -> bool:
    """Whether two values of a type mean the same; what does not fit the type is compared as it is written."""
    if one.strip() == other.strip():
        return True
    read = _READ[kind](one), _READ[kind](other)
    return None not in read and read[0] == read[1]


def _boolean(text: str) -> bool | None:
    word = text.strip().lower()
    return True if word in TRUE else False if word in FALSE else None


def _number(text: str) -> Decimal | None:
    return Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


def _integer(text: str) -> int | None:
    value = _number(text)
    return int(value) if value is not None and value == int(value) else None


def _list(text: str) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in text.split(",") if part.strip())


def _text(text: str) -> str:
    return text.strip()


_READ = {"boolean": _boolean, "integer": _integer, "decimal": _number, "list": _list, "text": _text}


def spelt_like(kind: ParameterType, reported: str | None, value: str) -> str:
    """``value`` of a boolean parameter in the words the station itself uses; any other value as it is."""
    meaning = _boolean(value) if kind == "boolean" else None
    if meaning is None or reported is None:
        return value
    words = spelling_of(reported)
    return words[not meaning] if words else value


def spelling_of(reported: str | None) -> tuple[str, str] | None:
    """How a station writes true and false, as far as one of its values tells."""
    text = (reported or "").strip()
    return next((words for words in SPELLINGS if text in words), None)


def problem(key: str, value: str, types: Mapping[str, ParameterType] | None = None) -> str | None:
    """What is wrong with ``value`` for the parameter, as a sentence that says how to fix it; None when nothing is."""
    if len(value) > LONGEST_VALUE:
        return _("At most {count} characters; these are {given}.").format(count=LONGEST_VALUE, given=len(value))
    if "\0" in value:
        return _("It has a character that cannot be kept.")
    kind, hint = type_of(key, types), hint_of(key)
    if kind == "boolean" and _boolean(value) is None:
        return _("Write true or false.")
    if kind in ("integer", "decimal"):
        return _wrong_number(kind, value, hint)
    if hint and hint.choices and not hint.is_open:
        return _wrong_choice(kind, value, hint.choices)
    return None


def _wrong_number(kind: ParameterType, value: str, hint: KeyHint | None) -> str | None:
    number = _integer(value) if kind == "integer" else _number(value)
    if number is None or (kind == "integer" and "." in value):
        return _("Write a whole number.") if kind == "integer" else _("Write a number.")
    least, most = (hint.minimum, hint.maximum) if hint else (None, None)
    if least is not None and number < least:
        return _("At least {least}.").format(least=least)
    if most is not None and number > most:
        return _("At most {most}.").format(most=most)
    return None


def _wrong_choice(kind: ParameterType, value: str, choices: tuple[str, ...]) -> str | None:
    allowed = {choice.lower() for choice in choices}
    given = _list(value) if kind == "list" else {value.strip().lower()}
    unknown = sorted(part for part in given if _OF_CONNECTOR.sub("", part, count=1) not in allowed)
    if not unknown:
        return None
    return _("“{value}” is none of: {choices}.").format(value=unknown[0], choices=", ".join(choices))


def key_problem(key: str) -> str | None:
    """What is wrong with the name of a parameter; None when nothing is."""
    if not key.strip() or len(key) > LONGEST_KEY:
        return _("A parameter has a name of 1 to {count} characters.").format(count=LONGEST_KEY)
    if not key.isprintable():
        return _("The name has characters that cannot be shown.")
    return None
