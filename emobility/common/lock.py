"""One process group per data directory, where the data allows only one."""

import fcntl
import os
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another process group holds the data."""


def hold(path: Path) -> IO[str]:
    """Hold ``path`` until the returned file is closed or the process ends, however it ends.

    Raises AlreadyRunning with the number of the process that holds it.
    """
    file = open(path, "a+", encoding="utf-8")  # noqa: SIM115 -- held for the life of the process
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise AlreadyRunning(holder) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
