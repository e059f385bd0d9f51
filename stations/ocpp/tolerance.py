"""What happens to a payload that breaks its schema: mended where nothing is lost, refused where it matters.

The rule: money in, always store and confirm; control out, always strict; identity and
authorisation, never lenient. Mending keeps the meaning (``"1"`` for ``1``) or drops what no
field can hold; the raw frame stays in the journal and the note says what was done.
"""

from dataclasses import dataclass
from typing import Any

import jsonschema_rs

VIOLATION_CODES = {
    "required": "OccurenceConstraintViolation",
    "type": "TypeConstraintViolation",
    "enum": "PropertyConstraintViolation",
    "maxLength": "PropertyConstraintViolation",
    "additionalProperties": "PropertyConstraintViolation",
}
"""Schema keyword → CALLERROR code, spelt as OCPP-J 1.6 §4.2.3 spells it."""

KEPT_RAW_ENUMS = frozenset({"StatusNotification", "MeterValues", "StartTransaction", "StopTransaction"})
"""Messages in which an unknown enumeration value is accepted as it stands."""

_MISSING = object()
_PASSES = 4


@dataclass(slots=True)
class Verdict:
    """The payload to work with, what was odd, and the CALLERROR code when it cannot be used at all."""

    payload: dict
    note: str
    error: str | None = None


def mend(action: str, payload: dict, validator: jsonschema_rs.Draft4Validator) -> Verdict:
    """Mend ``payload`` until only harmless violations are left.

    ``error`` is the code of the first violation that could not be mended; whether it is sent is
    the caller's decision (never for messages that carry money).
    """
    notes: list[str] = []
    for _ in range(_PASSES):
        changed = False
        for violation in validator.iter_errors(payload):
            changed |= _mend_one(payload, violation, notes)
        if not changed:
            break
    left = [v for v in validator.iter_errors(payload) if not _harmless(action, v)]
    notes += [f"{'/'.join(map(str, v.instance_path)) or 'payload'}: {v.kind.name}" for v in left]
    error = VIOLATION_CODES.get(left[0].kind.name, "PropertyConstraintViolation") if left else None
    return Verdict(payload, "schema: " + "; ".join(dict.fromkeys(notes))[:240] if notes else "", error)


def _harmless(action: str, violation: jsonschema_rs.ValidationError) -> bool:
    keyword = violation.kind.name
    if keyword in ("additionalProperties", "maxLength"):
        return True
    if keyword == "enum":
        return action in KEPT_RAW_ENUMS
    return keyword == "required" and action == "StatusNotification" and _detail(violation, "property") == "errorCode"


def _mend_one(payload: dict, violation: jsonschema_rs.ValidationError, notes: list[str]) -> bool:
    keyword, path = violation.kind.name, list(violation.instance_path)
    if keyword in ("additionalProperties", "maxLength"):
        notes.append(f"{'/'.join(map(str, path)) or 'payload'}: {keyword}")
        return False
    parent, value = _locate(payload, path)
    if parent is None:
        return False
    if keyword == "type":
        mended = _coerce(value, _detail(violation, "types"))
    elif keyword == "enum":
        mended = _same_word(value, _detail(violation, "options"))
    else:
        return False
    if mended is _MISSING:
        return False
    notes.append(f"{'/'.join(map(str, path))}: {keyword} mended")
    if mended is None and isinstance(parent, dict):
        del parent[path[-1]]
    else:
        parent[path[-1]] = mended
    return True


def _detail(violation: jsonschema_rs.ValidationError, name: str) -> Any:
    """What the violated keyword asks for; the library's stubs do not name these per keyword."""
    return violation.kind.as_dict()[name]


def _locate(payload: Any, path: list) -> tuple[Any, Any]:
    """The container of the value at ``path`` and the value; (None, None) for the payload itself."""
    parent, value = None, payload
    for step in path:
        parent = value
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None, None
    return parent, value


def _coerce(value: Any, wanted: list[str]) -> Any:
    """``value`` in a wanted JSON type if nothing is lost by it; None stands for "leave it out"."""
    if value is None:
        return None
    if "array" in wanted and isinstance(value, dict):
        return [value]
    if "string" in wanted and type(value) in (int, float, bool):
        return str(value).lower() if type(value) is bool else str(value)
    if "integer" in wanted:
        return _as_integer(value)
    if "number" in wanted and isinstance(value, str):
        return _as_number(value)
    if "boolean" in wanted and isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    return _MISSING


def _as_integer(value: Any) -> Any:
    number = _as_number(value) if isinstance(value, str) else value
    if type(number) in (int, float) and number == int(number) and abs(number) < 2**63:
        return int(number)
    return _MISSING


def _as_number(text: str) -> Any:
    try:
        number = float(text.strip())
    except ValueError:
        return _MISSING
    if number != number or number in (float("inf"), float("-inf")):
        return _MISSING
    return int(number) if number == int(number) and abs(number) < 2**53 else number


def _same_word(value: Any, options: list) -> Any:
    """The option that differs from ``value`` only in case, spaces or the spelling of Celsius."""
    if not isinstance(value, str):
        return _MISSING
    key = "".join(value.split()).lower().replace("celcius", "celsius")
    matches = [o for o in options if isinstance(o, str) and o.lower().replace("celcius", "celsius") == key]
    return matches[0] if matches else _MISSING
