"""Indexes that stand aside while very many rows come: building one behind them takes a third of what keeping it does."""

import logging
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
from psycopg import sql

from tenants.context import public_context, require_tenant
from tenants.models import Tenant
from tenants.owner import owner_connection, run_script
from tenants.template import template_script

logger = logging.getLogger(__name__)
BUILDERS = 2
MEMORY = "128MB"  # of each
PATIENCE = "1s"
STATEMENT = r"^CREATE INDEX (?P<rest>(?P<name>\w+) ON .+;)$"
# By name, not by schema: a cell of a thousand campaigns has some hundred thousand indexes.
STANDING = "SELECT name FROM unnest(%s::text[]) AS told (name) WHERE to_regclass(format('%%I.%%I', %s::text, name)) IS NOT NULL"


@contextmanager
def indexes_aside(names: Sequence[str]) -> Iterator[None]:
    """Without these indexes of the tenant, which are there again afterwards. Where its tables are busy they stay.

    A process that is killed meanwhile leaves them out: whoever takes its work up calls `complete_indexes`.
    """
    known = _statements(require_tenant().schema_name)
    _drop([name for name in names if name in known])
    try:
        yield
    finally:
        complete_indexes(names)


def complete_indexes(names: Sequence[str]) -> None:
    """Build those of these indexes of the tenant that are missing, the first ones first; waits for somebody who does so already."""
    schema = require_tenant().schema_name
    with owner_connection() as owner:
        owner.execute("SELECT pg_advisory_lock(hashtext(%s))", [f"indexes:{schema}"])  # until it is closed
        standing = {name for (name,) in owner.execute(STANDING, [list(names), schema])}
        if missing := [name for name in names if name not in standing]:
            statements = _statements(schema)
            with ThreadPoolExecutor(BUILDERS, thread_name_prefix="index-builder") as builders:
                list(builders.map(_build, [statements[name] for name in missing if name in statements]))


def _drop(names: Sequence[str]) -> None:
    """Each by itself: who waits for a table with another one locked may be waited for."""
    schema = require_tenant().schema_name
    with owner_connection() as owner:
        owner.execute(sql.SQL("SET lock_timeout = {}").format(PATIENCE))
        try:
            for name in names:
                owner.execute(sql.SQL("DROP INDEX IF EXISTS {}").format(sql.Identifier(schema, name)))
        except psycopg.errors.LockNotAvailable:
            logger.info("Indexes of %s stay: its tables are busy", schema)


def _statements(schema: str) -> dict[str, str]:
    """As the template has them: the tenant's own version of it, should the fleet be on its way to another."""
    with public_context():
        version = Tenant.objects.values_list("schema_version", flat=True).get(schema_name=schema)
    found = re.finditer(STATEMENT, template_script(schema, version), re.MULTILINE)
    # The database ends what a killed process has begun to build.
    return {statement["name"]: f"CREATE INDEX IF NOT EXISTS {statement['rest']}" for statement in found}


def _build(statement: str) -> None:
    with owner_connection() as owner:
        run_script(owner, f"SET maintenance_work_mem = '{MEMORY}'; SET max_parallel_maintenance_workers = 0")
        run_script(owner, statement)
