"""Which rows of a tenant have changed since its first copy: their keys, written down by triggers with the write itself.

One note for each statement, however many rows it touched. It stands in a schema beside the tenant's: no archive has it, and
only its owner writes there.
"""

import time
from typing import Any

import psycopg
from psycopg import sql

from tenants.archive.tables import Layout, layouts
from tenants.backend.base import changes_name, role_name
from tenants.owner import owner_connection, run_script

LOCK_TIMEOUT = "2s"  # longer, and everybody's writing would wait behind us for one long transaction
TRIES = 30
MARK = "isoloir_changes"
TRIGGERS = {
    "inserted": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS isoloir_changed",
    "updated_from": "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS isoloir_changed",
    "updated_to": "AFTER UPDATE ON {table} REFERENCING NEW TABLE AS isoloir_changed",
    "deleted": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS isoloir_changed",
    "emptied": "AFTER TRUNCATE ON {table}",
}
# A key is an object of its columns, so that it becomes a row of its table's types again. None: the whole table.
LOG = """
CREATE SCHEMA {log};
CREATE TABLE {log}.change (name text NOT NULL, key jsonb);
CREATE INDEX ON {log}.change (name);
GRANT USAGE ON SCHEMA {log} TO {role};
GRANT SELECT ON {log}.change TO {role};
CREATE FUNCTION {log}.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $note$
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    EXECUTE format('INSERT INTO %I.change (name) VALUES (%L)', TG_ARGV[0], TG_TABLE_NAME);
  ELSE
    EXECUTE format(
      'INSERT INTO %I.change (name, key) SELECT %L, %s FROM isoloir_changed', TG_ARGV[0], TG_TABLE_NAME, TG_ARGV[1]);
  END IF;
  RETURN NULL;
END $note$;
"""
UNWATCHED = """
SELECT EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r' AND (
  (SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = c.oid AND t.tgenabled = 'O' AND p.pronamespace = to_regnamespace(%(log)s)) < %(triggers)s
  OR NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)))
"""


def watch_changes(schema: str) -> None:
    """From when it returns, no write goes unnoted. A note of before is forgotten: call it ahead of the copy."""
    forget_changes(schema)
    names = {"log": sql.Identifier(changes_name(schema)), "role": sql.Identifier(role_name(schema))}
    with owner_connection() as owner:
        with owner.transaction():
            run_script(owner, sql.SQL(LOG).format(**names).as_string(owner))
        for layout in layouts(owner, schema):
            _patiently(owner, _triggers(schema, layout).as_string(owner))


def forget_changes(schema: str) -> None:
    """Nothing is noted any more. Table by table: all at once, somebody who waits for us might be waited for."""
    log = changes_name(schema)
    with owner_connection() as owner:
        found = owner.execute(
            "SELECT t.tgrelid::regclass::text, t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE p.pronamespace = to_regnamespace(%s) ORDER BY 1, 2",
            [log],
        ).fetchall()
        drops: dict[str, list[str]] = {}
        for table, trigger in found:
            drops.setdefault(table, []).append(f"DROP TRIGGER {trigger} ON {table}")
        for statements in drops.values():
            _patiently(owner, "; ".join(statements))
        run_script(owner, sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(log)).as_string(owner))


def knows_every_change(reader: psycopg.Connection[Any], schema: str) -> bool:
    """Whether every table is watched to this day: not so after a migration, a restoration, or a table emptied at once."""
    log = changes_name(schema)
    if reader.execute("SELECT to_regnamespace(%s)", [log]).fetchone() == (None,):
        return False
    parameters = {"schema": schema, "log": log, "triggers": len(TRIGGERS)}
    if reader.execute(UNWATCHED, parameters).fetchone() == (True,):
        return False
    emptied = sql.SQL("SELECT EXISTS (SELECT FROM {}.change WHERE key IS NULL)").format(sql.Identifier(log))
    return reader.execute(emptied).fetchone() == (False,)


def changed_tables(reader: psycopg.Connection[Any], schema: str) -> list[Layout]:
    query = sql.SQL("SELECT DISTINCT name FROM {}.change").format(sql.Identifier(changes_name(schema)))
    names = {name for (name,) in reader.execute(query).fetchall()}
    return [layout for layout in layouts(reader, schema) if layout.name in names]


def changed_keys(schema: str, layout: Layout) -> sql.Composed:
    """A query of the keys of a table's rows that came, changed or went, each once."""
    columns = sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(name)) for name in layout.order)
    return sql.SQL(
        "SELECT DISTINCT {} FROM {}.change, jsonb_populate_record(NULL::{}, key) AS r WHERE change.name = {}"
    ).format(
        columns, sql.Identifier(changes_name(schema)), sql.Identifier(schema, layout.name), sql.Literal(layout.name)
    )


def _triggers(schema: str, layout: Layout) -> sql.Composed:
    pairs = [part for name in layout.order for part in (sql.Literal(name), sql.Identifier(name))]
    key = sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs)).as_string()
    made = [
        sql.SQL(
            "CREATE TRIGGER {name} " + when + " FOR EACH STATEMENT EXECUTE FUNCTION {log}.note({log_name}, {key})"
        ).format(
            name=sql.Identifier(f"{MARK}_{name}"),
            table=sql.Identifier(schema, layout.name),
            log=sql.Identifier(changes_name(schema)),
            log_name=sql.Literal(changes_name(schema)),
            key=sql.Literal(key),
        )
        for name, when in TRIGGERS.items()
    ]
    return sql.SQL("; ").join(made)


def _patiently(owner: psycopg.Connection[Any], script: str) -> None:
    """In a transaction of its own, as soon as nobody writes to its table."""
    for attempt in range(1, TRIES + 1):
        try:
            with owner.transaction():
                run_script(owner, f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                run_script(owner, script)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            if attempt == TRIES:
                raise
            time.sleep(1)
        else:
            return
