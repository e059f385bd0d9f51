"""``manage.py create_api_key``: a key for the REST API."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from stations.services.credentials import create_api_key


class Command(BaseCommand):
    help = "Make an API key that acts with the rights of a user; prints it, once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose key, and what for."""
        parser.add_argument("--user", required=True, help="username the key acts as")
        parser.add_argument("--name", required=True, help="what uses the key")

    def handle(self, *args: Any, user: str, name: str, **options: Any) -> None:
        """Print the key and nothing else."""
        owner = get_user_model().objects.filter(username=user).first()
        if owner is None:
            raise CommandError(f"There is no user {user!r}.")
        _key, secret = create_api_key(user=owner, name=name)
        self.stdout.write(secret)
