"""What a person can read in an archive: tables as CSV and JSON, registered by the apps that own the data."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from django.template.loader import render_to_string
from django.utils.functional import Promise
from psycopg import sql

from tenants.archive.tables import CopyOut

FOLDER = "lisible"
# A spreadsheet runs what begins like a formula, and supporters write their names themselves. A number may have its sign.
HARMLESS = r"regexp_replace(({})::text, '^([=@\t\r]|[+-](?![0-9 .]*$))', '''\1')"


@dataclass(frozen=True, slots=True)
class Column:
    key: str  # in JSON
    expression: str  # SQL
    label: str | Promise  # in CSV, in the campaign's language


@dataclass(frozen=True, slots=True)
class Readable:
    """One file of each format: `SELECT <columns> FROM <source>`, run in the tenant's schema with the tenant's role."""

    name: str
    title: str | Promise
    columns: tuple[Column, ...]
    source: str
    order: str


_readables: dict[str, Readable] = {}


def register_readable(readable: Readable) -> None:
    """Call in AppConfig.ready(). The SQL is ours: no value of a user may ever be in it."""
    _readables[readable.name] = readable


def readables() -> list[Readable]:
    return list(_readables.values())


def as_csv(connection: psycopg.Connection[Any], readable: Readable) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"  # spreadsheets believe in another encoding without it
    rows = _select(readable, [str(column.label) for column in readable.columns], HARMLESS)
    yield from CopyOut(connection, sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER true)").format(rows))


def as_json(connection: psycopg.Connection[Any], readable: Readable) -> Iterator[bytes]:
    """One array, a row on each line."""
    rows = _select(readable, [column.key for column in readable.columns], "{}")
    # JSON has no such characters but as escapes: nothing is ever quoted, and what comes is JSON itself.
    statement = sql.SQL(
        "COPY (SELECT row_to_json(one) FROM ({}) AS one) TO STDOUT (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')"
    )
    before = b"[\n"
    for block in CopyOut(connection, statement.format(rows)):
        yield before + block[:-1].replace(b"\n", b",\n")  # rows come whole: a block ends with a line
        before = b",\n"
    yield b"\n]\n" if before == b",\n" else b"[]\n"


def introduction(context: dict[str, Any]) -> bytes:
    """The first thing to read, in both languages."""
    return render_to_string("archive/readme.txt", {**context, "readables": readables()}).encode()


def _select(readable: Readable, names: list[str], shown: str) -> sql.Composed:
    columns = [
        sql.SQL(shown + " AS {}").format(sql.SQL(column.expression), sql.Identifier(name))
        for column, name in zip(readable.columns, names, strict=True)
    ]
    return sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
        sql.SQL(", ").join(columns),
        sql.SQL(readable.source),
        sql.SQL(readable.order),
    )
