"""App configuration."""

from django.apps import AppConfig


class LoadManagementConfig(AppConfig):
    name = "loadmgmt"
    verbose_name = "Load management"
