"""Run a job in a real process that is killed with SIGKILL at a chosen place."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

from django.conf import settings
from psycopg.conninfo import make_conninfo

from tenants.owner import owner_connection

ROOT = Path(__file__).resolve().parents[3]
PARTS = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}


def address_of(database: dict[str, str]) -> str:
    return make_conninfo("", **{key: str(database[name]) for key, name in PARTS.items() if database[name]})


def run_and_kill(uuid: UUID, *, step: str, where: str) -> bool:
    """Whether the worker was killed there: a step may have fewer statements than `where` asks for, and be killed at its end."""
    environment = {
        **os.environ,
        "DATABASE_URL": address_of(settings.DATABASES["default"]),  # type: ignore[arg-type]
        "DATABASE_OWNER_URL": address_of(settings.DATABASE_OWNER),
        "DNS_RESOLVER": settings.DNS_RESOLVER,
        "TEST_MEDIA_ROOT": settings.MEDIA_ROOT,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    command = [sys.executable, "-m", "tests.tenants.jobs.worker", str(uuid), step, where]
    done = subprocess.run(command, env=environment, cwd=ROOT, timeout=120, check=False)  # noqa: S603 -- our own module
    _wait_for_the_server_to_notice()
    return done.returncode == -signal.SIGKILL


def _wait_for_the_server_to_notice() -> None:
    """On a busy machine PostgreSQL holds a dead worker's lock a moment longer; the beat would come again."""
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    deadline = time.monotonic() + 20
    with owner_connection() as owner:
        while owner.execute(held).fetchone() != (0,) and time.monotonic() < deadline:
            time.sleep(0.02)
