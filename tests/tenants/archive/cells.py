"""Two cells in one test process: a database and a folder of files each, and a real web server for the one that is left."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, connections

from tenants.archive.keys import lock_secret, new_secret
from tenants.context import enter, leave, public_context
from tenants.hosts import hosts
from tenants.models import Tenant
from tenants.owner import owner_connection, run_script
from tenants.queries import get_tenant
from tests.database import copy, ready_database, use, worker_database
from tests.tenants.jobs.killing import address_of

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class CellAt:
    name: str
    database: str
    media: Path


class TwoCells:
    """`with cells.at(cells.old): …` runs the block as a process of that cell would."""

    def __init__(self, folder: Path, port: int, monkeypatch: Any) -> None:
        self.old = CellAt("fr-1", worker_database(), folder / "old")
        self.new = CellAt("de-1", f"{worker_database()}_new", folder / "new")
        self.port, self._patch = port, monkeypatch
        self.secret = new_secret()

    @contextmanager
    def at(self, cell: CellAt) -> Iterator[None]:
        before = (settings.CELL, str(settings.MEDIA_ROOT), str(settings.DATABASES["default"]["NAME"]))
        self._go(cell.name, str(cell.media), cell.database)
        try:
            yield
        finally:
            self._go(*before)

    def _go(self, name: str, media: str, database: str) -> None:
        leave()
        use(database)
        settings.CELL, settings.MEDIA_ROOT = name, media
        for variable, value in {"ISOLOIR_CELL": name, "MEDIA_ROOT": media, "PLATFORM_PORT": str(self.port)}.items():
            self._patch.setenv(variable, value)
        hosts.clear()

    def locked_for(self, cell: CellAt) -> str:
        return lock_secret(self.secret, cell=cell.name)


def empty_new_cell(cells: TwoCells, uuid: UUID) -> None:
    """The new cell: everything but the tenant that will come. (The server, and with it the roles, is one.)"""
    connections.close_all()
    copy(ready_database(), cells.new.database)
    with cells.at(cells.new):
        schema = get_tenant(uuid).schema_name
        with owner_connection() as owner:
            run_script(owner, f"DROP SCHEMA {schema} CASCADE")
        with public_context():
            Tenant.objects.filter(uuid=uuid).delete()


@contextmanager
def web_server(cells: TwoCells) -> Iterator[None]:
    """The old cell's, in a process of its own."""
    with cells.at(cells.old):
        environment = {
            **os.environ,
            "DATABASE_URL": address_of(settings.DATABASES["default"]),  # type: ignore[arg-type]
            "DATABASE_OWNER_URL": address_of(settings.DATABASE_OWNER),
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
        }
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
    command += [
        "--port",
        str(cells.port),
        "--workers",
        "1",
        "--blocking-threads",
        "2",
        "--no-access-log",
        "--workers-kill-timeout",
        "3",
        "config.wsgi:application",
    ]
    process = subprocess.Popen(command, env=environment, cwd=ROOT)  # noqa: S603 -- our own server
    try:
        _wait(cells.port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as browser, suppress(OSError):
            browser.request("GET", "/", headers={"Host": "nobody.example"})
            browser.getresponse().read()
            return
        time.sleep(0.1)
    raise TimeoutError


def enter_again(uuid: UUID) -> None:
    connection.close()
    enter(get_tenant(uuid))
