"""Bringing one tenant to the code's version: recorded SQL in one transaction, or its migrations one after the other."""

from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import Error, connection, transaction
from psycopg import sql

from tenants.migrating import Migrator
from tenants.models import Tenant
from tenants.owner import as_owner, run_script
from tenants.recording import Changes, applied_in
from tenants.template import BUILD_SCHEMA
from tenants.version import schema_version

LOCK_TIMEOUT = "SET LOCAL lock_timeout = '3s'; "
# What Django's signals would add, with the ids that the template has for it.
NEW_ROWS = """
INSERT INTO django_migrations (app, name, applied)
  SELECT app, name, now() FROM {template}.django_migrations theirs
  WHERE NOT EXISTS (SELECT FROM django_migrations mine WHERE (mine.app, mine.name) = (theirs.app, theirs.name))
  ORDER BY theirs.id;
SELECT setval(pg_get_serial_sequence('django_content_type', 'id'),
  greatest((SELECT max(id) FROM django_content_type), (SELECT max(id) FROM {template}.django_content_type)));
INSERT INTO django_content_type (id, app_label, model)
  SELECT coalesce(nullif(theirs.id, taken.id), nextval(pg_get_serial_sequence('django_content_type', 'id'))),
    theirs.app_label, theirs.model
  FROM {template}.django_content_type theirs LEFT JOIN django_content_type taken ON taken.id = theirs.id
  WHERE NOT EXISTS (SELECT FROM django_content_type mine WHERE (mine.app_label, mine.model) = (theirs.app_label, theirs.model));
SELECT setval(pg_get_serial_sequence('auth_permission', 'id'),
  greatest((SELECT max(id) FROM auth_permission), (SELECT max(id) FROM {template}.auth_permission)));
INSERT INTO auth_permission (id, name, content_type_id, codename)
  SELECT coalesce(nullif(theirs.id, taken.id), nextval(pg_get_serial_sequence('auth_permission', 'id'))),
    theirs.name, own_type.id, theirs.codename
  FROM {template}.auth_permission theirs
  JOIN {template}.django_content_type their_type ON their_type.id = theirs.content_type_id
  JOIN django_content_type own_type ON (own_type.app_label, own_type.model) = (their_type.app_label, their_type.model)
  LEFT JOIN auth_permission taken ON taken.id = theirs.id
  WHERE NOT EXISTS (
    SELECT FROM auth_permission mine WHERE (mine.content_type_id, mine.codename) = (own_type.id, theirs.codename));
"""
UP_TO_DATE = "UPDATE public.tenants_tenant SET schema_version = {version}, migration_error = '' WHERE id = {id}"


@dataclass(frozen=True, slots=True)
class Failure:
    """Names and codes only: the words of the database may quote a supporter."""

    words: str
    is_busy: bool

    @classmethod
    def of(cls, error: Exception) -> "Failure":
        cause = error.__cause__ if isinstance(error, Error) else error
        if not isinstance(cause, psycopg.Error):
            return cls(type(error).__name__, is_busy=False)
        where = cause.diag.constraint_name or cause.diag.table_name or ""
        words = f"{type(cause).__name__} {cause.sqlstate or ''} {where}".strip()
        return cls(
            words[:200], is_busy=isinstance(cause, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected)
        )


def bring_up_to_date(owner: psycopg.Connection[Any], tenant: Tenant, changes: Changes, migrator: Migrator) -> None:
    """The tenant is at the code's version afterwards, in schema and registry alike; whatever fails is raised."""
    if changes.can_be_replayed and applied_in(owner, tenant.schema_name) == changes.applied:
        _replay(owner, tenant, changes)
    else:
        _migrate(tenant, migrator)


def _replay(owner: psycopg.Connection[Any], tenant: Tenant, changes: Changes) -> None:
    # Each semicolon on a line of its own: a statement may end with a comment.
    statements = "".join(f"{statement}\n;" for statement in changes.statements or ())
    script = f"{LOCK_TIMEOUT}{_enter(tenant)}{statements}{_rest(tenant)}"
    with owner.transaction():
        run_script(owner, script)


def _migrate(tenant: Tenant, migrator: Migrator) -> None:
    """Each migration in its own transaction, as Django does: what is done stays done when this process is killed."""
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        migrator.migrate(tenant.schema_name)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_rest(tenant))


def _enter(tenant: Tenant) -> str:
    path = sql.SQL("SET LOCAL search_path = {}, extensions; ").format(sql.Identifier(tenant.schema_name))
    return path.as_string()


def _rest(tenant: Tenant) -> str:
    rows = sql.SQL(NEW_ROWS).format(template=sql.Identifier(BUILD_SCHEMA))
    stamp = sql.SQL(UP_TO_DATE).format(version=sql.Literal(schema_version()), id=sql.Literal(tenant.pk))
    return (rows + stamp).as_string()
