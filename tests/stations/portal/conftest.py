"""People signed in to the portal."""

import pytest
from django.test import Client


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewer(world) -> Client:
    return signed_in(world.viewer)


@pytest.fixture
def operator(world) -> Client:
    return signed_in(world.operator)


@pytest.fixture
def stranger(world) -> Client:
    return signed_in(world.stranger)


@pytest.fixture
def superuser(world) -> Client:
    return signed_in(world.superuser)
