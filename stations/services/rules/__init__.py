"""The rules of single actions (``operation_rules``), one file for each kind; ``AppConfig.ready`` imports this."""

from stations.services.rules import (  # noqa: F401
    availability,
    boots,
    configuration,
    diagnostics,
    local_list,
    reservations,
    sessions,
    triggers,
)
