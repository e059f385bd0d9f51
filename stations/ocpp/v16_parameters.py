"""OCPP 1.6 configuration keys: what stations answer when they are read and written."""

from collections.abc import Sequence
from typing import Any

from stations.commands import ReportedParameter, WrittenParameter
from stations.enums import PushOutcome

OUTCOMES = {
    "Accepted": PushOutcome.ACCEPTED,
    "RebootRequired": PushOutcome.REBOOT_REQUIRED,
    "Rejected": PushOutcome.REJECTED,
    "NotSupported": PushOutcome.NOT_SUPPORTED,
}
"""§7.22."""


def mended(payload: Any) -> Any:
    """A GetConfiguration answer with what can be understood of it: stations send values that are null, numbers or too long."""
    if not isinstance(payload, dict):
        return payload
    entries = payload.get("configurationKey")
    known = [_entry(each) for each in entries if _has_key(each)] if isinstance(entries, list) else []
    return payload | {"configurationKey": known}


def _has_key(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("key"), str) and bool(entry["key"].strip())


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    read_only = str(entry.get("readonly")).lower() == "true"
    value = entry.get("value")
    return {"key": entry["key"], "readonly": read_only} | ({} if value is None else {"value": _text(value)})


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def reported(responses: Sequence[Any]) -> list[ReportedParameter]:
    """§7.29; a key that comes twice counts once, as last reported."""
    found = {}
    for response in responses:
        for entry in response.get("configurationKey", []):
            found[entry["key"].lower()] = ReportedParameter(entry["key"], entry.get("value"), entry["readonly"])
    return list(found.values())


def written(requests: Sequence[Sequence[Any]], responses: Sequence[Any]) -> list[WrittenParameter]:
    """§7.22; an answer that is an error is a failure of its key alone."""
    return [
        WrittenParameter(payload["key"], payload["value"], _outcome(response))
        for (_message, payload), response in zip(requests, responses, strict=False)
    ]


def _outcome(response: Any) -> PushOutcome:
    word = response.get("status") if isinstance(response, dict) else None
    return OUTCOMES.get(word, PushOutcome.FAILED) if isinstance(word, str) else PushOutcome.FAILED
