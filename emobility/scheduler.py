"""Periodic tasks in-process: what beat and worker do in production, for the embedded shape."""

import logging
import threading
from datetime import datetime
from typing import Any

from celery.schedules import maybe_schedule
from django.conf import settings
from django.db import close_old_connections, connections

from emobility.celery import app

LONGEST_PAUSE_S = 60.0
_log = logging.getLogger(__name__)


def run_periodic(stop: threading.Event) -> None:
    """Run the tasks of ``CELERY_BEAT_SCHEDULE`` until ``stop`` is set: each once now, then whenever it is due."""
    app.autodiscover_tasks(force=True)
    last_runs: dict[str, datetime | None] = dict.fromkeys(settings.CELERY_BEAT_SCHEDULE)
    while not stop.is_set():
        pauses = [_run_if_due(name, last_runs, stop) for name in last_runs]
        stop.wait(min([LONGEST_PAUSE_S, *pauses]))
    connections.close_all()


def _run_if_due(name: str, last_runs: dict[str, datetime | None], stop: threading.Event) -> float:
    """Run the entry when its time has come; returns in how many seconds it is due (again)."""
    entry, last_run = settings.CELERY_BEAT_SCHEDULE[name], last_runs[name]
    schedule = maybe_schedule(entry["schedule"], app=app)
    is_due, pause_s = schedule.is_due(last_run) if last_run else (True, 0.0)
    if is_due and not stop.is_set():
        last_runs[name] = app.now()
        _run(name, entry)
        pause_s = schedule.is_due(last_runs[name]).next
    return pause_s


def _run(name: str, entry: dict[str, Any]) -> None:
    """Run one task; its failure is logged and costs only this turn."""
    close_old_connections()
    try:
        app.tasks[entry["task"]](*entry.get("args", ()), **entry.get("kwargs", {}))
    except Exception:
        _log.exception("periodic task %s failed", name)
    finally:
        close_old_connections()
