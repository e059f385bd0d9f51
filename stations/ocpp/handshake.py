"""The handshake: what a URL asks for, and how a refusal is answered before the upgrade (OCPP-J 1.6 §3)."""

import re
import time
from collections import OrderedDict, deque
from typing import NamedTuple
from urllib.parse import unquote

from stations.enums import RefusalReason
from stations.services.credentials import TOKEN_PATTERN

IDENTITY_PATTERN = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9*_=+|@.\-]{1,48}", re.ASCII)
"""identifierString of OCPP 2.0.1 without the colon, which would split HTTP Basic credentials, and no step in a path."""

HTTP_STATUS = {
    RefusalReason.UNKNOWN_PATH: 404,
    RefusalReason.UNKNOWN_IDENTITY: 404,
    RefusalReason.MISSING_CREDENTIAL: 401,
    RefusalReason.WRONG_TOKEN: 401,
    RefusalReason.TOKEN_EXPIRED: 403,
    RefusalReason.TOKEN_REVOKED: 403,
    RefusalReason.FOREIGN_TOKEN: 403,
    RefusalReason.TOO_MANY_FAILURES: 429,
}
PHRASES = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    503: "Service Unavailable",
}
MAX_FAILURES = 20
FAILURE_WINDOW_S = 60
MAX_ADDRESSES = 10_000


class Request(NamedTuple):
    """What a station's URL says; ``token`` is None where the URL carries none."""

    identity: str
    token: str | None


def read_path(raw_path: str) -> Request | None:
    """``/ocpp/<token>/<identity>`` or ``/ocpp/<identity>``; None for anything else.

    Doubled and trailing slashes, which some stations add, do not count.
    """
    try:
        parts = [unquote(part, errors="strict") for part in raw_path.split("?")[0].split("/") if part]
    except UnicodeDecodeError:
        return None
    if len(parts) not in (2, 3) or parts[0] != "ocpp" or not IDENTITY_PATTERN.fullmatch(parts[-1]):
        return None
    token = parts[1] if len(parts) == 3 else None
    if token is not None and not TOKEN_PATTERN.fullmatch(token):
        token = ""  # cannot be one of ours: refused as a wrong token
    return Request(parts[-1], token)


class FailureLimit:
    """Counts failed handshakes by address. Right credentials always pass: only failures are slowed down."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def failed(self, address: str) -> bool:
        """Count a failure; True when the address has had too many within the window."""
        now = time.monotonic()
        times = self._failures.setdefault(address, deque(maxlen=MAX_FAILURES + 1))
        self._failures.move_to_end(address)
        times.append(now)
        while len(self._failures) > MAX_ADDRESSES:
            self._failures.popitem(last=False)
        return len(times) > MAX_FAILURES and now - times[0] < FAILURE_WINDOW_S
