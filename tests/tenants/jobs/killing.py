"""Run a job in a real process that is killed with SIGKILL at a chosen place."""

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from psycopg.conninfo import make_conninfo

from tenants.owner import owner_connection

ROOT = Path(__file__).resolve().parents[3]
PARTS = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
SETTINGS = ("CELL", "MEDIA_ROOT", "PLATFORM_PORT", "DNS_RESOLVER")


def address_of(database: dict[str, str]) -> str:
    return make_conninfo("", **{key: str(database[name]) for key, name in PARTS.items() if database[name]})


def run_and_kill(uuid: UUID, *, step: str, where: str) -> bool:
    """Whether the worker was killed there: a step may have fewer statements than `where` asks for, and be killed at its end."""
    wanted = {
        "job": str(uuid),
        "step": step,
        "where": where,
        "database": settings.DATABASES["default"]["NAME"],
        "own": {name: str(getattr(settings, name)) for name in SETTINGS},
    }
    started = _workers()
    assert started.stdin
    assert started.stdout
    started.stdin.write(json.dumps(wanted) + "\n")
    started.stdin.flush()
    code = int(started.stdout.readline())
    _wait_for_the_server_to_notice()
    return code == -signal.SIGKILL


@cache
def _workers() -> "subprocess.Popen[str]":
    """Forks a worker for each line; it ends with the tests, when nothing can be written to it any more."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings_test"}
    command = [sys.executable, "-m", "tests.tenants.jobs.worker"]
    process = subprocess.Popen(  # noqa: S603 -- our own module
        command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(process.communicate)
    return process


def _wait_for_the_server_to_notice() -> None:
    """On a busy machine PostgreSQL holds a dead worker's lock a moment longer; the beat would come again."""
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    deadline = time.monotonic() + 60
    with owner_connection() as owner:
        while owner.execute(held).fetchone() != (0,) and time.monotonic() < deadline:
            time.sleep(0.02)
