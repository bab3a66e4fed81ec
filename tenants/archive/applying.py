"""What has changed since a copy, put on that copy: all of it, or nothing."""

from typing import Any

import psycopg
from psycopg import sql

from tenants.archive.manifest import ArchiveDamaged, ArchiveForeign, Manifest, Table
from tenants.archive.reading import Archive, check_columns, mark_loaded
from tenants.archive.tables import AS_TEXT, Layout, checksum, copy_in, counts, layouts, set_sequences
from tenants.archive.writing import Tell
from tenants.owner import owner_connection, run_script

LOADED = "SELECT obj_description(to_regnamespace(%s), 'pg_namespace')"


def apply_changes(archive: Archive, *, schema: str, tell: Tell) -> None:
    """Bring a loaded schema up to an archive of changes. Done already, it does nothing.

    One transaction: every touched row goes, then those that are still there come as they are now; what was written is read
    back, and every table counted. Keys hold, since they are looked at when all is there; triggers rest, since what they do
    was done where the rows come from. Raises ArchiveForeign when the changes were made on another copy, or ArchiveDamaged.
    """
    manifest = archive.manifest
    with owner_connection() as owner:
        run_script(owner, AS_TEXT)
        with owner.transaction():
            loaded = owner.execute(LOADED, [schema]).fetchone()
            if loaded == (manifest.sums(),):
                return
            if loaded != (manifest.base,):
                raise ArchiveForeign("it goes on another copy than the one that is here")
            known = {layout.name: layout for layout in layouts(owner, schema)}
            for table in manifest.tables:
                check_columns(table, known)
            try:
                _apply(owner, archive, schema, known, tell)
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                raise ArchiveDamaged("its changes do not go on this copy") from error
            set_sequences(owner, schema, manifest.sequences)
            _compare(owner, manifest, schema)
            mark_loaded(owner, schema, manifest)


def _apply(owner: psycopg.Connection[Any], archive: Archive, schema: str, known: dict[str, Layout], tell: Tell) -> None:
    tables = archive.manifest.tables
    run_script(owner, "SET CONSTRAINTS ALL DEFERRED")
    for table in tables:
        _triggers(owner, schema, table, "DISABLE")
    for number, table in enumerate(tables, 1):
        _clear(owner, archive, schema, table)
        tell(number, 2 * len(tables))
    for number, table in enumerate(tables, len(tables) + 1):
        rows = copy_in(owner, sql.Identifier(schema, table.name), table.columns, archive.blocks(table.member))
        among = sql.SQL("SELECT * FROM {}").format(_touched(table))
        if rows != table.rows or checksum(owner, schema, known[table.name], table, among=among) != table.member.sha256:
            raise ArchiveDamaged(table.member.name)
        tell(number, 2 * len(tables))
    run_script(owner, "SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        _triggers(owner, schema, table, "ENABLE")


def _clear(owner: psycopg.Connection[Any], archive: Archive, schema: str, table: Table) -> None:
    if table.keys is None:
        raise ArchiveDamaged(table.member.name)
    names = sql.SQL(", ").join(sql.Identifier(name) for name in table.order)
    parts = {"touched": _touched(table), "table": sql.Identifier(schema, table.name), "names": names}
    made = sql.SQL("CREATE TEMP TABLE {touched} ON COMMIT DROP AS SELECT {names} FROM {table} WHERE false")
    owner.execute(made.format(**parts))
    copy_in(owner, _touched(table), table.order, archive.blocks(table.keys))
    owner.execute(sql.SQL("ANALYZE {touched}").format(**parts))
    owner.execute(sql.SQL("DELETE FROM {table} WHERE ({names}) IN (SELECT * FROM {touched})").format(**parts))


def _touched(table: Table) -> sql.Identifier:
    return sql.Identifier(f"touched_{table.name}")


def _triggers(owner: psycopg.Connection[Any], schema: str, table: Table, word: str) -> None:
    statement = sql.SQL("ALTER TABLE {} " + word + " TRIGGER USER").format(sql.Identifier(schema, table.name))
    owner.execute(statement)


def _compare(owner: psycopg.Connection[Any], manifest: Manifest, schema: str) -> None:
    """Whatever else the copy has, it has as many rows as its source: nothing came or went that was not noted."""
    if counts(owner, schema) != manifest.counts:
        raise ArchiveDamaged("its tables do not count as many rows")
