"""Databases of the tests: prepared once per version of the code, then copied (a third of a second) for each worker.

`isoloir_test` comes bare from the local stack. From it a ready database is made: registry, template, two tenants. Each
test process works on a copy of its own; a test that needs real commits gets a fresh copy after it.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection
from django.test import override_settings
from psycopg import sql

from tenants.bus import ProvisionRequest
from tenants.owner import owner_parameters
from tenants.preparing import prepare_database
from tenants.provisioning import provision, start_run
from tenants.version import schema_version

BARE = "isoloir_test"
TENANT = UUID("11111111-1111-4111-8111-111111111111")
OTHER = UUID("22222222-2222-4222-8222-222222222222")
ROOT = Path(__file__).resolve().parents[1]


def request(uuid: UUID, slug: str, name: str) -> ProvisionRequest:
    return ProvisionRequest(
        uuid=uuid,
        slug=slug,
        name=name,
        kind="party",
        region="fr",
        cell="fr-1",
        language="fr",
        plan_name="",
        contact_limit=10_000,
    )


def fingerprint() -> str:
    """Changes with whatever a prepared database depends on: migrations, seeds, provisioning."""
    digest = hashlib.sha256(schema_version().encode())
    folders = ("tenants", "crm", "sitebuilder", "messaging", "billing", "platform/controlplane")
    names = (
        "migrations/*.py",
        "**/migrations/*.py",
        "*.sql",
        "provisioning.py",
        "**/seeds.py",
        "**/starter*.py",
        "template.py",
    )
    for file in sorted({file for folder in folders for name in names for file in (ROOT / folder).glob(name)}):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def template_folder() -> Path:
    """Of this version of the code: the first to need the tenants' template makes it, here or in a product that a test starts."""
    return ROOT / "var" / "test" / "templates" / fingerprint()


def use(database: str) -> None:
    """Point Django and the owner at this database."""
    connection.close()
    settings.DATABASE_OWNER["NAME"] = settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = (
        database
    )


@contextmanager
def _server(database: str = "postgres") -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(**owner_parameters() | {"dbname": database}, autocommit=True) as server:
        yield server


def copy(source: str, target: str) -> None:
    names = {"source": sql.Identifier(source), "target": sql.Identifier(target)}
    with _server() as server:
        _drop(server, target)
        server.execute(sql.SQL("CREATE DATABASE {target} TEMPLATE {source} STRATEGY file_copy").format(**names))


def _drop(server: psycopg.Connection[Any], database: str) -> None:
    """Drop it once the last connection is gone: a closed one takes the server a moment, and is not the owner's to end."""
    deadline = time.monotonic() + 120
    while True:
        try:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def ready_database() -> str:
    """The name of the database that is ready for this version of the code, made when it is missing."""
    name = f"isoloir_ready_{fingerprint()}"
    lock = Path(settings.VAR_DIR) / "ready.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not _exists(name):
            _make_ready(name)
    return name


def _exists(name: str) -> bool:
    with _server() as server:
        return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _make_ready(name: str) -> None:
    building = f"{name}_building"
    with _server() as server:
        old = server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'isoloir_ready_%%'").fetchall()
        for (database,) in old:
            _drop(server, str(database))
    for folder in template_folder().parent.glob("*"):
        if folder != template_folder():
            shutil.rmtree(folder, ignore_errors=True)
    copy(BARE, building)
    use(building)
    with override_settings(TEMPLATE_FOLDER=str(template_folder())):
        prepare_database(say=lambda line: None)
    for uuid, slug, campaign in ((TENANT, "demain", "Demain"), (OTHER, "autre", "Une autre campagne")):
        start_run(request(uuid, slug, campaign))
        provision(uuid=uuid)
    connection.close()
    with _server() as server:
        server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name)))


def worker_database() -> str:
    return f"isoloir_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
