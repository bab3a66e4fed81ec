"""Bring a cell's database up to the code that runs: extensions, registry, template, every tenant."""

import logging
from collections.abc import Callable
from pathlib import Path

from tenants.context import public_context
from tenants.hosts import announce_registry_change
from tenants.migrating import migrate_public, migrate_tenant_schema
from tenants.models import Tenant
from tenants.owner import as_owner, owner_connection, run_script
from tenants.template import build_template
from tenants.version import schema_version

logger = logging.getLogger(__name__)
FOLDER = Path(__file__).parent
_guards: list[Callable[[], None]] = []
_steps: list[Callable[[], None]] = []
LOCK = 7_130_001  # of pg_advisory_lock: one preparation at a time in a database


class PreparationRefused(Exception):
    """This database, or this configuration, must not be prepared as the cell's own."""


def register_preparation(*, guard: Callable[[], None], step: Callable[[], None]) -> None:
    """What an app asks before a database is touched (it raises to refuse), and does once its registry is up to date."""
    _guards.append(guard)
    _steps.append(step)


def prepare_database(*, say: Callable[[str], object]) -> str:
    """Prepare the database of this cell and say what is done on the way. A tenant that fails does not stop the others."""
    for guard in _guards:
        guard()
    with owner_connection() as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with owner_connection() as owner:
            run_script(owner, (FOLDER / "prepare.sql").read_text())
        with as_owner():
            ran = migrate_public()
        if ran:
            say(f"Registry: {ran} migrations")
        with owner_connection() as owner:
            run_script(owner, (FOLDER / "alarms.sql").read_text())
        for step in _steps:
            step()
        made = build_template()
        if made:
            say(f"Template {schema_version()} made")
        migrated, failed = migrate_tenants(say=say)
    return f"{migrated} tenants migrated, {failed} failed"


def migrate_tenants(*, say: Callable[[str], object]) -> tuple[int, int]:
    """Migrate every tenant that is behind; returns how many were, and how many failed and keep their maintenance page."""
    version, failed = schema_version(), 0
    with public_context():
        behind = list(Tenant.objects.exclude(schema_version__in=[version, ""]).order_by("created_at"))
    for tenant in behind:
        try:
            with as_owner():
                migrate_tenant_schema(tenant.schema_name)
        except Exception:
            logger.exception("A tenant's migrations failed")
            failed += 1
            say(f"{tenant.schema_name}: FAILED, its maintenance page stays")
            continue
        with public_context():
            Tenant.objects.filter(pk=tenant.pk).update(schema_version=version)
        say(f"{tenant.schema_name}: up to date")
    if behind:
        announce_registry_change()
    return len(behind) - failed, failed
