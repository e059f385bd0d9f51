"""App configuration of the station domain."""

from django.apps import AppConfig


class StationsConfig(AppConfig):
    name = "stations"
    verbose_name = "Charging stations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register actions, the OCPP versions they can be put into, and what the portal shows."""
        from stations import actions  # noqa: F401
        from stations.ocpp import v16_requests  # noqa: F401
        from stations.portal import explanations, navigation, standard_tabs  # noqa: F401
        from stations.services import rules  # noqa: F401
