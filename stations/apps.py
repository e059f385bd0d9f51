"""App configuration of the station domain."""

from django.apps import AppConfig


class StationsConfig(AppConfig):
    name = "stations"
    verbose_name = "Charging stations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the portal what this app shows."""
        from stations.portal import explanations, navigation, standard_tabs  # noqa: F401
