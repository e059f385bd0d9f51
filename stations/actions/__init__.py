"""Every button of the station domain, declared once; ``AppConfig.ready`` imports this."""

from stations.actions import (  # noqa: F401
    availability,
    charging,
    configuration,
    expert,
    local_list,
    maintenance,
    parameters,
    smart_charging,
)
