"""Every button of the station domain, declared once; ``AppConfig.ready`` imports this."""

from stations.actions import availability, charging, expert, local_list, maintenance, smart_charging  # noqa: F401
