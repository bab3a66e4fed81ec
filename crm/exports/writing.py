"""The export itself, in a worker: people by blocks, one file, constant memory. Killed anywhere, it begins again."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import override

from crm.access.enums import Access
from crm.exports.columns import Column, rows_statement
from crm.exports.enums import Format
from crm.exports.formats import SUFFIXES, open_writer
from crm.exports.own_columns import chosen_columns, headings_of
from crm.exports.queries import people_meant, people_to_export
from crm.exports.services import DELETE, KEPT, log_export
from crm.runs.working import RunFailed, Working
from shared.scratch import scratch
from tenants.alarms import set_alarm
from tenants.users.models import User

AT_ONCE = 5_000
SHEET_ROWS = 1_048_575  # what a sheet of Excel can hold below its headings
NATIONAL = re.compile(r"^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$")


def write_export(working: Working) -> None:
    """In the language of whoever asked for it."""
    with override(working.parameters.get("language", "fr")):
        _export(working)


def _export(working: Working) -> None:
    wish = working.parameters
    kind = Format(wish["format"])
    now = working.run.created_at  # the same people whenever the worker comes to it
    people = people_to_export(wish["whom"], now=now)
    total = people.count()
    if kind == Format.XLSX and total > SHEET_ROWS:
        raise RunFailed("too_many_rows")
    left_out = people_meant(wish["whom"], now=now).count() - total
    columns = chosen_columns(wish["columns"])
    name = _new_draft(working, f"{_file_name(working)}.{SUFFIXES[kind]}")
    with scratch("export") as folder:
        path = folder / f"contacts.{SUFFIXES[kind]}"
        count, cut = _write(working, path, kind, columns, total)
        with path.open("rb") as stream:
            name = default_storage.save(name, File(stream))
        size = path.stat().st_size
    with transaction.atomic():
        working.tell(count, count, file=name, size=size, count=count, left_out=max(0, left_out), cut=cut)
        by = User.objects.filter(pk=working.asked_by_id or 0).first()
        log_export(run=working.run, kind=Access.WRITTEN, by=by, now=working.clock())


def _new_draft(working: Working, file_name: str) -> str:
    """Where the file will lie, noted with the day of its end before there is one: whatever happens to this worker, it goes."""
    if former := working.result.get("draft"):
        default_storage.delete(former)
    name = f"exports/{uuid4().hex}/{file_name}"
    with transaction.atomic():
        working.tell(0, 0, draft=name, deleted=False)
        set_alarm(DELETE, due_at=working.clock() + KEPT, key=str(working.pk))
    return name


def _write(working: Working, path: Path, kind: Format, columns: Sequence[Column], total: int) -> tuple[int, int]:
    """How many people, and how many cells were longer than the format holds."""
    statement, count = rows_statement(columns), 0
    words = {number: shown for number, column in enumerate(columns) if (shown := _words_of(column))}
    writer = open_writer(kind, path, headings_of(columns))
    ids = people_ids(working)
    try:
        while block := list(_next(ids)):
            rows = _rows(statement, block, words)
            writer.write(rows)
            count += len(rows)
            working.tell(count, total)
    finally:
        writer.close()
    return count, writer.cut


def people_ids(working: Working) -> Iterator[int]:
    """A cursor of the server: a million ids pass by, a few thousand at a time."""
    people = people_to_export(working.parameters["whom"], now=working.run.created_at)
    return iter(people.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=AT_ONCE))


def _next(ids: Iterator[int]) -> Iterator[int]:
    for number, pk in enumerate(ids, start=1):
        yield pk
        if number == AT_ONCE:
            return


def _words_of(column: Column) -> Callable[[Any], Any] | None:
    return readable_phone if column.key.startswith("phone") else column.words


def _rows(statement: str, ids: Sequence[int], words: Mapping[int, Callable[[Any], Any]]) -> list[list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids)])
        rows = [list(row) for row in cursor.fetchall()]
    for row in rows:
        for number, shown in words.items():
            row[number] = shown(row[number])
    return rows


def readable_phone(told: str | None) -> str:
    """One number, or several with commas between: 06 12 34 56 78, and 00 for what is abroad.

    A plus would be taken for a formula, or for a number of ten to the ten.
    """
    return ", ".join(map(_readable, (told or "").split(", ")))


def _readable(number: str) -> str:
    if home := NATIONAL.match(number):
        return f"0{' '.join(home.groups())}"
    return f"00{number[1:]}" if number.startswith("+") else number


def _file_name(working: Working) -> str:
    """By the campaign's own clock."""
    name = slugify(working.parameters.get("name", ""))[:60] or "contacts"
    return f"{name}-{timezone.localtime(working.run.created_at):%Y-%m-%d-%H%M}"
