"""A campaign's first big file is written without some indexes; they are there again whatever becomes of it."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from crm.imports import indexing, running
from crm.imports.enums import ImportState
from crm.imports.running import run_import
from tenants.context import connection
from tenants.facts import TenantFacts
from tests.crm.imports.importing import imported, queued

FILE = "excel-fr-cp1252.csv"


def missing() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = %s", [connection.schema_name])
        return set(indexing.SEARCHED) - {name for (name,) in cursor.fetchall()}


@pytest.fixture
def seen(live_tenant: TenantFacts, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[set[str]]]:
    """What was missing when each file was written."""
    told: list[set[str]] = []
    write = running._write

    def watched(*args: object) -> None:
        told.append(missing())
        write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "_write", watched)
    monkeypatch.setattr(indexing, "MANY", 500)
    assert not missing()
    yield told
    assert not missing()


def test_a_first_big_file_is_written_without_them(seen: list[set[str]], now: datetime) -> None:
    run = imported(FILE, now)

    assert run.state == ImportState.DONE
    assert seen == [set(indexing.SEARCHED)]


def test_with_many_people_already_or_few_rows_they_stay(
    seen: list[set[str]], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported("nationbuilder-export.csv", now)
    monkeypatch.setattr(indexing, "MANY", 100_000)
    imported(FILE, now)
    monkeypatch.setattr(indexing, "MANY", 500)
    imported(FILE, now)

    assert seen[-2:] == [set(), set()]


def test_they_are_there_after_a_file_that_could_not_be_written(
    seen: list[set[str]], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = queued(FILE, now)

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(running, "_write_one", full)
    with pytest.raises(OSError, match="No space"):
        run_import(import_id=run.pk, clock=lambda: now)

    assert seen == [set(indexing.SEARCHED)]
