"""``/healthz`` ``/readyz`` ``/metrics``: for supervisors and Prometheus, without a key."""

from collections.abc import Callable
from functools import cache

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from emobility.metrics import StationMetrics
from stations.services.endpoints import is_endpoint_alive

REGISTRY.register(StationMetrics())


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: the process answers. Asks nothing of database or Redis."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Readiness of this process: 200, or 503 with what fails.

    A missing station endpoint is reported and fails nothing: people must be able to see that it is down.
    """
    results = {name: _failure_of(check) for name, check in _checks().items()}
    failing = {name: failure for name, failure in results.items() if failure}
    reported = results | {"station_endpoint": _failure_of(_check_endpoint)}
    report = {
        "ready": not failing,
        "failing": failing,
        "checks": {name: failure or "ok" for name, failure in reported.items()},
    }
    return JsonResponse(report, status=503 if failing else 200)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus."""
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _checks() -> dict[str, Callable[[], object]]:
    checks: dict[str, Callable[[], object]] = {"database": _check_database, "migrations": _check_migrations}
    return checks | {"redis": _check_redis} if settings.REDIS_URL else checks


def _failure_of(check: Callable[[], object]) -> str:
    """Why ``check`` fails, without details that could hold a secret; empty when it does not."""
    try:
        check()
    except CheckFailed as error:
        return str(error)
    except Exception as error:
        return type(error).__name__
    return ""


class CheckFailed(Exception):
    """A check failed for the reason in the message."""


def _check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@cache
def _check_migrations() -> None:
    """Only success is remembered: migrations are not taken back under a running process."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CheckFailed("not all migrations are applied: run manage.py migrate")


def _check_redis() -> None:
    assert settings.REDIS_URL
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
        client.ping()


def _check_endpoint() -> None:
    if not is_endpoint_alive():
        raise CheckFailed("no endpoint has renewed its lease")
