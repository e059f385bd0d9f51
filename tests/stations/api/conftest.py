"""A caller of the API."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.support.factories import ApiKeyFactory


class ApiClient:
    """Calls ``/api/v1`` with a key of ``user``; bodies are Python values."""

    def __init__(self, user: Any) -> None:
        secret = f"key-of-{user.username}"
        ApiKeyFactory(user=user, secret=secret)
        self.client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", query)

    def post(self, path: str, body: Any) -> HttpResponse:
        return self.send("POST", path, json.dumps(body))

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self.send("PATCH", path, json.dumps(body))

    def put(self, path: str, body: Any) -> HttpResponse:
        return self.send("PUT", path, json.dumps(body))

    def delete(self, path: str) -> HttpResponse:
        return self.client.delete(f"/api/v1{path}")

    def send(self, method: str, path: str, body: str | bytes) -> HttpResponse:
        """Any body, well-formed or not."""
        return self.client.generic(method, f"/api/v1{path}", body, content_type="application/json")


@pytest.fixture
def viewer(world) -> ApiClient:
    return ApiClient(world.viewer)


@pytest.fixture
def operator(world) -> ApiClient:
    return ApiClient(world.operator)


@pytest.fixture
def administrator(world) -> ApiClient:
    return ApiClient(world.administrator)


@pytest.fixture
def stranger(world) -> ApiClient:
    return ApiClient(world.stranger)


@pytest.fixture
def superuser(world) -> ApiClient:
    return ApiClient(world.superuser)
