"""What a process worked on goes with it, however it ends."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import Mock

import pytest
from celery.signals import celeryd_after_setup

import config.celery  # noqa: F401 -- its signals
from shared.scratch import LOCK, YOUNG, scratch

WORKER = """
import sys, time
from pathlib import Path
from shared.scratch import scratch
with scratch("test") as folder:
    (folder / "people").write_text("ada@example.org")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def start(disk: Path) -> tuple[subprocess.Popen[str], Path]:
    environment = {**os.environ, "TMPDIR": str(disk)}
    worker = subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE, text=True, env=environment)  # noqa: S603 -- our own script
    assert worker.stdout
    return worker, Path(worker.stdout.readline().strip())


def age(folder: Path) -> None:
    long_ago = time.time() - 2 * YOUNG
    os.utime(folder / LOCK, (long_ago, long_ago))


def test_a_folder_goes_when_it_is_not_needed_any_more(disk: Path) -> None:
    with scratch("test") as folder:
        (folder / "people").write_text("ada@example.org")
        assert folder.parent == disk
    assert not list(disk.iterdir())


def test_what_a_killed_worker_left_goes_before_the_next_work(disk: Path) -> None:
    worker, left = start(disk)
    try:
        age(left)
        with scratch("test"):
            assert (left / "people").exists(), "its worker is alive"
        worker.kill()
        worker.wait()
        with scratch("test") as folder:
            assert list(disk.iterdir()) == [folder]
    finally:
        worker.kill()
        worker.communicate()


def test_what_a_killed_worker_left_goes_when_the_next_one_starts(disk: Path) -> None:
    worker, left = start(disk)
    worker.kill()
    worker.communicate()
    age(left)
    celeryd_after_setup.send(sender="worker@test", instance=Mock())
    assert not left.exists()


def test_a_young_folder_may_not_have_been_locked_yet(disk: Path) -> None:
    worker, left = start(disk)
    worker.kill()
    worker.communicate()
    with scratch("test"):
        assert left.exists()
    age(left)
    with scratch("test"):
        assert not left.exists()
