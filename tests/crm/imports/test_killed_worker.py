"""kill -9 on real workers, at any moment, again and again, and two writers side by side: what stands in the end is the same."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from crm.imports import chunks, reading
from crm.imports.models import Import
from crm.imports.running import run_import
from tenants.context import connection, tenant_context
from tenants.facts import TenantFacts
from tenants.queries import get_tenant
from tests.crm.imports.importing import FILES, imported, queued, state_of_everything
from tests.database import OTHER

ROOT = Path(__file__).resolve().parents[3]
FILE = "excel-fr-cp1252.csv"
HERS = "person__"


@pytest.fixture
def quiet_tenant(live_tenant: TenantFacts) -> TenantFacts:
    """Another campaign, where the same file is imported with nobody disturbing."""
    return get_tenant(OTHER)


def half_of_the_file() -> bytes:
    return b"".join((FILES / FILE).read_bytes().splitlines(keepends=True)[:700])


def with_ties() -> bytes:
    """And whoever employs and recruited whom: the next row's person, here and there."""
    header, *rows = (FILES / FILE).read_text("cp1252").splitlines()
    emails = [next((cell for cell in row.split(";") if "@" in cell), "") for row in rows]
    told = [
        f"{row};Atelier {at % 7};{emails[(at + 1) % len(rows)]}" if row.count('"') % 2 == 0 else row
        for at, row in enumerate(rows)
    ]
    return "\n".join([f"{header};Employeur;Recruteur", *told, ""]).encode("cp1252")


def prepared(now: datetime) -> Import:
    """Half of the people are known, and the file's word replaces what is there."""
    imported("half.csv", now, content=half_of_the_file())
    return queued(FILE, now, with_ties(), existing="replace")


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    def small(*args: Any, **kwargs: Any) -> Any:
        return chunks.read_chunks(*args, **{"rows": 60, **kwargs})

    monkeypatch.setattr(reading, "read_chunks", small)


def undisturbed(tenant: TenantFacts, now: datetime) -> dict[str, Any]:
    with tenant_context(tenant):
        run = prepared(now)
        run_import(import_id=run.pk, clock=lambda: now)
        return state_of_everything(run)


def address_of(database: dict[str, Any]) -> str:
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return make_conninfo("", **{key: str(database[name]) for key, name in parts.items() if database[name]})


def indexes_of(tenant: TenantFacts) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = %s", [tenant.schema_name])
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.long
def test_twenty_kills_at_random_moments_change_nothing(
    live_tenant: TenantFacts, quiet_tenant: TenantFacts, settings: Any, now: datetime
) -> None:
    run = prepared(now)
    environment = {
        **os.environ,
        "DATABASE_URL": address_of(settings.DATABASES["default"]),
        "DATABASE_OWNER_URL": address_of(settings.DATABASE_OWNER),
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
    command = [sys.executable, "-m", "tests.crm.imports.worker", live_tenant.schema_name, str(run.pk)]
    done = subprocess.run(  # noqa: S603 -- our own module
        [*command, str(settings.MEDIA_ROOT), "2026"],
        env=environment,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=900,
    )

    assert int(done.stdout.split()[-1]) >= 3  # the others came when it was done already
    assert state_of_everything(run) == undisturbed(quiet_tenant, now)
    assert indexes_of(live_tenant) == indexes_of(quiet_tenant)


@pytest.mark.usefixtures("_small_chunks")
def test_two_writers_write_what_one_writes(
    live_tenant: TenantFacts, quiet_tenant: TenantFacts, settings: Any, now: datetime
) -> None:
    settings.IMPORT_WRITERS = 1
    expected = undisturbed(quiet_tenant, now)
    settings.IMPORT_WRITERS = 2
    run = prepared(now)
    run_import(import_id=run.pk, clock=lambda: now)

    assert state_of_everything(run) == expected


@pytest.mark.parametrize("name", [FILE, "nationbuilder-export.csv", "nationbuilder-people-export-full.csv"])
def test_where_the_file_is_cut_changes_nothing(
    live_tenant: TenantFacts, quiet_tenant: TenantFacts, now: datetime, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with tenant_context(quiet_tenant):
        expected = state_of_everything(imported(name, now))

    def tiny(*args: Any, **kwargs: Any) -> Any:
        return chunks.read_chunks(*args, **{"rows": 37, **kwargs})

    monkeypatch.setattr(reading, "read_chunks", tiny)
    assert state_of_everything(imported(name, now)) == expected
