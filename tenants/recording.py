"""What one version of the code changes in a tenant's schema, recorded once as SQL so that it can be replayed in all.

A schema of the old version is made from its template and migrated; what the schema editor writes is kept. Introspection
is done there, once: tenants come from the same template and have the same names. What cannot be recorded says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db.migrations import AddField, Migration, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from psycopg import sql

from tenants.backend.base import DatabaseWrapper
from tenants.migrating import Plan, plan_for
from tenants.owner import as_owner, owner_connection, run_script
from tenants.template import BUILD_SCHEMA, TemplateMissing, template_script
from tenants.version import tenant_labels

RECORDING_SCHEMA = "isoloir_recording_schema"
READS = (
    "select",
    "show",
    "savepoint",
    "release",
    "with",
    "set search_path",
)  # the last of django-tenants around its introspection
# Two tenants with the same answer have the same migrations behind them.
_APPLIED = "SELECT md5(string_agg(app || '.' || name, ',' ORDER BY app, name)) FROM {}.django_migrations"


@dataclass(frozen=True, slots=True)
class Changes:
    """From one version to the code's. Without statements they cannot be replayed: every schema is migrated by itself."""

    applied: str = ""
    statements: tuple[str, ...] | None = None

    @property
    def can_be_replayed(self) -> bool:
        return self.statements is not None


def record_changes(version: str) -> Changes:
    """What a tenant of this version needs. The template of the code's own version must stand."""
    try:
        script = template_script(RECORDING_SCHEMA, version)
    except TemplateMissing:  # it came from a cell that ran another version
        return Changes()
    with owner_connection() as owner:
        run_script(owner, f"DROP SCHEMA IF EXISTS {RECORDING_SCHEMA} CASCADE; CREATE SCHEMA {RECORDING_SCHEMA}")
        run_script(owner, script)
        applied = applied_in(owner, RECORDING_SCHEMA)
    with as_owner() as connection:
        statements = _record(connection)
    with owner_connection() as owner:
        run_script(owner, f"DROP SCHEMA {RECORDING_SCHEMA} CASCADE")
    return Changes(applied=applied, statements=statements)


def applied_in(owner: psycopg.Connection[Any], schema_name: str) -> str:
    """A digest of the migrations that this schema has behind it."""
    row = owner.execute(sql.SQL(_APPLIED).format(sql.Identifier(schema_name))).fetchone()
    return str(row[0] if row else "")


def _record(connection: DatabaseWrapper) -> tuple[str, ...] | None:
    plan = plan_for(RECORDING_SCHEMA, tenant_labels())
    if not plan.steps:
        return ()
    if not all(_can_be_recorded(migration) for migration, _backwards in plan.steps):
        return None
    return _run_recorded(connection, plan)


def _run_recorded(connection: DatabaseWrapper, plan: Plan) -> tuple[str, ...] | None:
    written: list[str] = []
    strays: list[str] = []
    editor_class: Any = connection.SchemaEditorClass

    class RecordingEditor(editor_class):
        def execute(self, statement: Any, params: Any = ()) -> None:
            strays_before = len(strays)
            super().execute(statement, params)
            del strays[strays_before:]
            written.append(
                str(statement) if params is None else self.connection.ops.compose_sql(str(statement), params)
            )

    def watch(execute: Any, statement: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(statement).lstrip().lower()
        if not text.startswith(READS) and "django_migrations" not in text:
            strays.append(text)
        return execute(statement, params, many, context)

    connection.SchemaEditorClass = RecordingEditor
    with connection.execute_wrapper(watch):
        plan.run()
    names_schema = any(name in statement for name in (RECORDING_SCHEMA, BUILD_SCHEMA) for statement in written)
    return None if strays or names_schema else tuple(written)


def _can_be_recorded(migration: Migration) -> bool:
    return migration.atomic and all(_reduces_to_sql(operation) for operation in _flat(migration.operations))


def _flat(operations: Sequence[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _has_changing_default(field: Any) -> bool:
    # Not asked of a field without one: a foreign key would look for its model, which a migration names only.
    return field.has_default() and bool(field.get_default() != field.get_default())


def _reduces_to_sql(operation: Operation) -> bool:
    # A default that differs each time (a UUID, the time) must differ in each tenant.
    if isinstance(operation, AddField) and _has_changing_default(operation.field):
        return False
    return operation.reduces_to_sql
