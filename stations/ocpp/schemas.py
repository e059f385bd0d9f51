"""The OCPP JSON schemas the ``ocpp`` package ships, compiled once per process.

Draft 4 without formats: stations in the field send times without a zone. ``jsonschema-rs`` validates a
message in about a microsecond and judges ``multipleOf 0.1`` on floats correctly.
"""

import json
from functools import cache
from importlib.resources import files

import jsonschema_rs


@cache
def validators(package: str) -> dict[str, jsonschema_rs.Draft4Validator]:
    """Validators of one OCPP version by schema name: ``Heartbeat`` for the request, ``HeartbeatResponse``.

    ``package`` is the sub-package of ``ocpp``, for example ``v16``.
    """
    folder = files("ocpp").joinpath(package, "schemas")
    return {
        entry.name.removesuffix(".json"): jsonschema_rs.Draft4Validator(
            json.loads(entry.read_text(encoding="utf-8-sig")), validate_formats=False
        )
        for entry in folder.iterdir()
        if entry.name.endswith(".json")
    }
