"""A campaign moved between two cells of this machine: make bench-move PEOPLE=200000 FILES=500.

Two databases of one server (fsync on), two folders of files, the old cell's own web server for the sealed archive. The
jobs' real steps run one after the other, as workers would run them; what is missing is the time of the queues between them.
"""

import hashlib
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "ERROR")
PORT = int(os.environ.get("PORT") or 8129)
os.environ["PLATFORM_PORT"] = str(PORT)
django.setup()

import psycopg  # noqa: E402 -- Django first
from django.conf import settings  # noqa: E402 -- Django first
from django.db import connection  # noqa: E402 -- Django first
from people_fill import fill  # noqa: E402 -- Django first
from psycopg import sql  # noqa: E402 -- Django first
from psycopg.conninfo import make_conninfo  # noqa: E402 -- Django first
from results import note, report  # noqa: E402 -- Django first

import config.celery  # noqa: E402, F401 -- the broker's address for the messages of the bus
from tenants.archive.keys import lock_secret, new_secret  # noqa: E402 -- Django first
from tenants.archive.moving import window_seconds  # noqa: E402 -- Django first
from tenants.archive.stores import cell_store, tenant_prefix  # noqa: E402 -- Django first
from tenants.archive.tables import AS_TEXT, CopyOut, layouts, selection  # noqa: E402 -- Django first
from tenants.bus import ProvisionRequest  # noqa: E402 -- Django first
from tenants.context import leave, public_context  # noqa: E402 -- Django first
from tenants.hosts import hosts  # noqa: E402 -- Django first
from tenants.jobs.models import Job  # noqa: E402 -- Django first
from tenants.jobs.services import run_job, start_job  # noqa: E402 -- Django first
from tenants.owner import owner_connection, owner_parameters, run_script  # noqa: E402 -- Django first
from tenants.preparing import prepare_database  # noqa: E402 -- Django first
from tenants.provisioning import provision, start_run  # noqa: E402 -- Django first
from tenants.queries import get_tenant  # noqa: E402 -- Django first

PEOPLE = int(os.environ.get("PEOPLE") or os.environ.get("ROWS") or 200_000)
FILES = int(os.environ.get("FILES") or 500)
LARGEST = 600_000
OLD, NEW = "fr-1", "de-1"
UUID_OF_IT = UUID("55555555-5555-4555-8555-555555555555")


class Cells:
    def __init__(self, folder: Path) -> None:
        old = str(settings.DATABASES["default"]["NAME"])
        self.databases = {OLD: old, NEW: f"{old}_new"}
        self.folder, self.secret, self.move = folder, new_secret(), uuid4()

    def go_to(self, cell: str) -> None:
        leave()
        connection.close()
        for known in (settings.DATABASES["default"], settings.DATABASE_OWNER, connection.settings_dict):
            known["NAME"] = self.databases[cell]
        settings.CELL, settings.MEDIA_ROOT = cell, str(self.folder / cell)
        hosts.clear()

    def do(self, cell: str, kind: str, **parameters: Any) -> dict[str, Any]:
        self.go_to(cell)
        body = {"move": str(self.move), "secret": lock_secret(self.secret, cell=cell), **parameters}
        job = start_job(uuid=uuid4(), kind=kind, tenant_uuid=UUID_OF_IT, parameters=body)
        run_job(uuid=job.uuid)
        with public_context():
            row = Job.objects.get(uuid=job.uuid)
        note(f"{kind}: " + ", ".join(f"{step['key']} {step['seconds']} s" for step in row.steps))
        if row.state != "done":
            raise SystemExit(f"{kind} ended as {row.state}: {row.error}")
        return dict(row.result)


def prepare(cells: Cells) -> None:
    """Both databases from one preparation, so that the new cell knows the tenant's version; the tenant in the old one only."""
    prepare_database(say=note)
    leave()
    connection.close()
    with psycopg.connect(**owner_parameters() | {"dbname": "postgres"}, autocommit=True) as server:
        names = {"old": sql.Identifier(cells.databases[OLD]), "new": sql.Identifier(cells.databases[NEW])}
        server.execute(sql.SQL("CREATE DATABASE {new} TEMPLATE {old} STRATEGY file_copy").format(**names))
    cells.go_to(OLD)
    request = ProvisionRequest(
        uuid=UUID_OF_IT,
        slug="banc-demenagement",
        name="Move",
        kind="party",
        region="fr",
        cell=OLD,
        language="fr",
        plan_name="",
        contact_limit=None,
    )
    start_run(request)
    provision(uuid=UUID_OF_IT)
    began = time.perf_counter()
    fill(get_tenant(UUID_OF_IT), PEOPLE)
    write_files()
    note(f"{PEOPLE} people and {FILES} files in {time.perf_counter() - began:.1f} s")


def write_files() -> None:
    dice = random.Random(2026)  # noqa: S311 -- the same files each time
    for number in range(FILES):
        with cell_store().writing(f"{tenant_prefix(UUID_OF_IT)}documents/fichier {number} été.bin") as sink:
            sink.write(dice.randbytes(dice.randrange(LARGEST)))


@contextmanager
def web_server(cells: Cells) -> Iterator[None]:
    """The old cell's, in a process of its own."""
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    base = settings.DATABASES["default"]
    address = make_conninfo("", **{key: str(base[name]) for key, name in parts.items() if base.get(name)})
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(PORT), "--workers", "1", "--blocking-threads", "2", "--no-access-log", "--no-ws"]
    environment = {**os.environ, "DATABASE_URL": address, "MEDIA_ROOT": str(cells.folder / OLD), "ISOLOIR_CELL": OLD}
    process = subprocess.Popen([*command, "config.wsgi:application"], env=environment, stdout=subprocess.DEVNULL)
    try:
        wait()
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait() -> None:
    for _ in range(600):
        browser = HTTPConnection("127.0.0.1", PORT, timeout=5)
        try:
            browser.request("GET", "/", headers={"Host": "nobody.example"})
            browser.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            browser.close()
    raise SystemExit("The web server does not answer")


def sums(cells: Cells, cell: str) -> dict[str, str]:
    """Every table and file, read by another way than the move's own: what the two cells hold."""
    cells.go_to(cell)
    schema = get_tenant(UUID_OF_IT).schema_name
    found = {}
    with owner_connection() as owner:
        run_script(owner, AS_TEXT)
        for layout in layouts(owner, schema):
            digest = hashlib.sha256()
            for block in CopyOut(owner, selection(schema, layout, layout.columns, layout.order)):
                digest.update(block)
            found[layout.name] = digest.hexdigest()
    store, prefix = cell_store(), tenant_prefix(UUID_OF_IT)
    for stored in store.names(f"{prefix}documents/"):
        with store.reading(stored.name) as source:
            found[stored.name] = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]  # a file
    return found


def main() -> None:
    logging.disable(logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="bench-move-", dir=settings.VAR_DIR))
    cells = Cells(folder)
    cells.go_to(OLD)
    prepare(cells)
    with web_server(cells):
        began = time.perf_counter()
        copy = cells.do(OLD, "move_copy")
        cells.do(NEW, "move_receive", url=copy["url"], sums=copy["sums"])
        frozen = cells.do(OLD, "move_freeze")
        cells.do(NEW, "move_receive", url=frozen["url"], sums=frozen["sums"])
        cells.do(OLD, "move_release")
        opened = cells.do(NEW, "move_open")
        took = time.perf_counter() - began
        window = window_seconds(frozen_at=frozen["frozen_at"], opened_at=opened["opened_at"])
    before, after = sums(cells, OLD), sums(cells, NEW)
    note(f"{len(before)} tables and files compared")
    report(bench="move", metric="move_seconds", value=took, unit="s")
    report(bench="move", metric="read_only_seconds", value=window, unit="s")
    report(bench="move", metric="checksums_equal", value=float(before == after and len(before) > FILES), unit="")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
