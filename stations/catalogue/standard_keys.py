"""What the standard says about its own parameters (OCPP 1.6 §9, security extensions, white papers), in our words."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from stations.catalogue.documents import ParameterType

_SECRET = re.compile(r"authorizationkey|password|passwd|secret|api_?key", re.IGNORECASE)


@dataclass(frozen=True)
class KeyHint:
    """One parameter of the standard."""

    key: str
    type: ParameterType
    meaning: Any
    """What it does, as a sentence for people."""
    unit: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    """Values it may have; of a list, its parts."""
    read_only: bool = False
    """Stations only report it."""


def is_secret(key: str) -> bool:
    """Whether values of the parameter are shown to nobody: passwords and keys, also a vendor's own."""
    return _SECRET.search(key) is not None


def hint_of(key: str) -> KeyHint | None:
    """What the standard says about the parameter; None for one of a vendor."""
    return _BY_KEY.get(key.strip().lower())


HINTS = (
    KeyHint(
        "HeartbeatInterval",
        "integer",
        _("How often the station says that it is there when it has nothing else to say."),
        unit="s",
        minimum=1,
        maximum=86_400,
    ),
)
_BY_KEY = {hint.key.lower(): hint for hint in HINTS}
