"""The product's own settings, on a data directory and a database that live for one test run.

``TEST_DATABASE=sqlite|postgres`` chooses the database. The process that starts the run prepares both;
pytest-xdist's workers inherit them through the environment and add a suffix to the database's name.
"""

import os

from tests.support.database import prepare_run

prepare_run(os.environ)

from emobility.settings import *  # noqa: E402, F403
from emobility.settings import DATA_DIR, DATABASES, SQLITE  # noqa: E402

if SQLITE:
    # A file, not :memory:, because other threads and processes join in.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

PASSWORD_HASHERS = ["tests.support.hashers.QuickHasher"]
