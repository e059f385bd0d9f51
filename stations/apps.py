"""App configuration of the station domain."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StationsConfig(AppConfig):
    name = "stations"
    verbose_name = "Charging stations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register actions, the OCPP versions they can be put into, and what the portal shows."""
        from stations import actions  # noqa: F401
        from stations.ocpp import v16_requests  # noqa: F401
        from stations.portal import configuration_history, explanations, navigation, parameters, standard_tabs  # noqa: F401
        from stations.services import rules  # noqa: F401

        post_migrate.connect(_load_catalogue, sender=self)


def _load_catalogue(**kwargs: Any) -> None:
    """Bring the shipped station models into the database that was just migrated."""
    from stations.services.catalogue import load_shipped, match_stations

    if load_shipped():
        match_stations()
