"""Tables of one schema, out and in by COPY, as CSV that is the same byte for byte wherever it is written."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from psycopg import IsolationLevel, sql

from tenants.archive.manifest import Sequence, Table
from tenants.backend.base import EXTENSIONS, role_name

BLOCK = 256 << 10
# What a value looks like as text depends on these: both sides say the same.
AS_TEXT = "SET TIME ZONE 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'"
TABLES = """
SELECT c.relname,
  (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
  (SELECT array_agg(a.attname::text ORDER BY k.place) FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, place), pg_attribute a
    WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.attnum) AS key,
  (SELECT array_agg(a.attname::text) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND a.attcollation <> 0) AS collated,
  (SELECT array_agg(a.attname::text) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> '') AS generated
FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""
SEQUENCES = """
SELECT c.relname, d.last_value, d.is_called FROM pg_class c, pg_get_sequence_data(c.oid) AS d
WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'S' ORDER BY c.relname
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """A table as its schema has it now."""

    name: str
    columns: list[str]
    order: list[str]
    collated: frozenset[str]
    generated: frozenset[str]  # columns that the database works out: never copied, and part of a key perhaps


@contextmanager
def snapshot(schema_name: str) -> Iterator[psycopg.Connection[Any]]:
    """The tenant at one moment, read with the tenant's own role on a connection of its own."""
    base = settings.DATABASES["default"]
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    parameters: dict[str, Any] = {names[key]: base[key] for key in names if base.get(key)}
    with psycopg.connect(**parameters, autocommit=True) as reader:
        statement = sql.SQL("SET ROLE {}; SET search_path = {}, {}; " + AS_TEXT)
        names_in_force = (role_name(schema_name), schema_name, EXTENSIONS)
        reader.execute(statement.format(*(sql.Identifier(name) for name in names_in_force)))
        reader.isolation_level = IsolationLevel.REPEATABLE_READ
        reader.read_only = True
        with reader.transaction():
            yield reader


def layouts(connection: psycopg.Connection[Any], schema_name: str) -> list[Layout]:
    rows = connection.execute(TABLES, [schema_name]).fetchall()
    return [
        Layout(name, columns, key or columns, frozenset(collated or ()), frozenset(generated or ()))
        for name, columns, key, collated, generated in rows
    ]


def sequences(connection: psycopg.Connection[Any], schema_name: str) -> list[Sequence]:
    return [Sequence(*row) for row in connection.execute(SEQUENCES, [schema_name]).fetchall()]


class CopyOut:
    """The blocks of a COPY, and afterwards how many rows they were. Rows come whole: a block ends with a line."""

    rows = 0

    def __init__(self, connection: psycopg.Connection[Any], statement: sql.Composed) -> None:
        self._connection, self._statement = connection, statement

    def __iter__(self) -> Iterator[bytes]:
        with self._connection.cursor() as cursor:
            with cursor.copy(self._statement) as copy:
                block = bytearray()
                for data in copy:
                    block += data
                    if len(block) >= BLOCK:
                        yield bytes(block)
                        block.clear()
                if block:
                    yield bytes(block)
            self.rows = cursor.rowcount


def selection(
    schema_name: str,
    layout: Layout,
    columns: list[str],
    order: list[str],
    *,
    hidden: dict[str, str] | None = None,
    among: sql.Composable | None = None,
) -> sql.Composed:
    """Every row, or those with a key `among` a query's, sorted by key in the order of its bytes: no two servers sort words alike."""
    hidden = hidden or {}
    shown = [
        sql.SQL("{} AS {}").format(sql.Literal(hidden[name]), sql.Identifier(name))
        if name in hidden
        else sql.Identifier(name)
        for name in columns
    ]
    names = [sql.Identifier(name) for name in order]
    keys = [
        sql.SQL('{} COLLATE "C"' if name in layout.collated else "{}").format(sql.Identifier(name)) for name in order
    ]
    where = sql.SQL(" WHERE ({}) IN ({})").format(sql.SQL(", ").join(names), among) if among else sql.SQL("")
    return as_copy(
        sql.SQL("SELECT {} FROM {}{} ORDER BY {}").format(
            sql.SQL(", ").join(shown), sql.Identifier(schema_name, layout.name), where, sql.SQL(", ").join(keys)
        )
    )


def as_copy(query: sql.Composable) -> sql.Composed:
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER true)").format(query)


def counts(connection: psycopg.Connection[Any], schema_name: str) -> dict[str, int]:
    """How many rows each table has."""
    names = [layout.name for layout in layouts(connection, schema_name)]
    each = [
        sql.SQL("SELECT {}, count(*) FROM {}").format(sql.Literal(name), sql.Identifier(schema_name, name))
        for name in names
    ]
    return dict(connection.execute(sql.SQL(" UNION ALL ").join(each)).fetchall())


def copy_in(
    connection: psycopg.Connection[Any],
    into: sql.Identifier,
    columns: list[str],
    blocks: Iterable[bytes],
    *,
    is_new: bool = False,
) -> int:
    """Add rows to a table, `is_new` if it was made in this very transaction; returns how many. The first line has the columns' names."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, HEADER MATCH{})").format(
        into, sql.SQL(", ").join(sql.Identifier(name) for name in columns), sql.SQL(", FREEZE" if is_new else "")
    )
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for block in blocks:
                copy.write(block)
        return cursor.rowcount


def checksum(
    connection: psycopg.Connection[Any],
    schema_name: str,
    layout: Layout,
    table: Table,
    *,
    among: sql.Composable | None = None,
) -> str:
    digest = hashlib.sha256()
    for block in CopyOut(connection, selection(schema_name, layout, table.columns, table.order, among=among)):
        digest.update(block)
    return digest.hexdigest()


def set_sequences(connection: psycopg.Connection[Any], schema_name: str, wanted: Iterable[Sequence]) -> None:
    for sequence in wanted:
        name = sql.Identifier(schema_name, sequence.name).as_string(connection)
        connection.execute("SELECT setval(%s::regclass, %s, %s)", [name, sequence.last_value, sequence.is_called])
