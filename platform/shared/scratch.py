"""Folders on the machine's own disk for what is worked on: they hold people's data, so that none may outlive its process."""

import fcntl
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "isoloir-work-"
LOCK = "held"  # by the process at work; the system lets go of it when that is killed
YOUNG = 60  # seconds: a folder whose lock may not be taken yet


@contextmanager
def scratch(purpose: str) -> Iterator[Path]:
    """A folder for as long as it is needed. What killed processes left of theirs goes first."""
    clear_left_behind()
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{purpose}-") as folder, (Path(folder) / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(folder)


def clear_left_behind() -> None:
    """Folders of processes that were killed, of this machine."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with suppress(OSError):  # held by somebody at work, or gone by now
            if time.time() - lock.stat().st_mtime < YOUNG:
                continue
            with lock.open() as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
