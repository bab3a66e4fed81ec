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
LOCK = 7_130_001  # of pg_advisory_lock: one preparation at a time in a database


def prepare_database(*, say: Callable[[str], object]) -> str:
    """Prepare the database of this cell and say what is done on the way. A tenant that fails does not stop the others."""
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
