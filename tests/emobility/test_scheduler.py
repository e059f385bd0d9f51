"""Periodic tasks in-process."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from emobility.celery import app
from emobility.scheduler import run_periodic
from stations.models import EndpointProcess
from tests.support import wait_until
from tests.support.factories import EndpointProcessFactory

runs: list[str] = []


@app.task(name="tests.note")
def note(what: str) -> None:
    runs.append(what)


@app.task(name="tests.fail")
def fail() -> None:
    runs.append("failed")
    raise RuntimeError("on purpose")


@pytest.fixture
def run_with(settings):
    """Runs a schedule in a thread until the test ends."""
    runs.clear()
    stop = threading.Event()
    thread = threading.Thread(target=run_periodic, args=(stop,))

    def run(schedule: dict) -> None:
        settings.CELERY_BEAT_SCHEDULE = schedule
        thread.start()

    yield run
    stop.set()
    thread.join(timeout=5)
    assert not thread.is_alive()


def test_task_runs_at_once_and_again_when_it_is_due(run_with):
    run_with(
        {
            "often": {"task": "tests.note", "schedule": 0.05, "args": ("often",)},
            "rarely": {"task": "tests.note", "schedule": 3600.0, "kwargs": {"what": "rarely"}},
        }
    )

    wait_until(lambda: runs.count("often") >= 3, "the frequent task ran three times")
    assert runs.count("rarely") == 1


def test_failing_task_is_logged_and_stops_nothing(run_with, caplog):
    run_with({"bad": {"task": "tests.fail", "schedule": 0.05}})

    wait_until(lambda: runs.count("failed") >= 2, "the failing task ran again")
    assert "periodic task bad failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_schedule_of_the_settings_runs(run_with, settings):
    EndpointProcessFactory(renewed_at=timezone.now() - timedelta(minutes=5))

    run_with(settings.CELERY_BEAT_SCHEDULE)

    wait_until(lambda: not EndpointProcess.objects.exists(), "the dead endpoint is forgotten")
