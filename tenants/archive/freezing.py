"""The read-only window: a tenant that is read and not written to, whoever tries. The database itself sees to it."""

import time
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone
from psycopg import sql

from tenants.archive.tables import layouts
from tenants.backend.base import role_name
from tenants.context import public_context
from tenants.enums import TenantState
from tenants.facts import TenantFacts
from tenants.hosts import RECHECK, announce_registry_change
from tenants.models import Tenant
from tenants.owner import owner_connection, run_script

WRITES = sql.SQL("INSERT, UPDATE, DELETE")
PATIENCE = "20s"  # for transactions that had begun


def freeze_tenant(tenant: TenantFacts, *, expected: timedelta) -> datetime:
    """Close the tenant to writing; when it returns, every write that was accepted is there to be read. Returns since when.

    First the web says no, with a page; then the tenant's role loses the right; then whoever had begun is waited for.
    """
    began = timezone.now()
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid, state=TenantState.ACTIVE).update(state=TenantState.MOVING)
        cache.set(_key(tenant), (began + expected).isoformat(), 24 * 3600)
    announce_registry_change()
    time.sleep(RECHECK)  # until then some process may still believe that the tenant is open
    schema, role = sql.Identifier(tenant.schema_name), sql.Identifier(role_name(tenant.schema_name))
    with owner_connection() as owner:
        refusal = sql.SQL("REVOKE {} ON ALL TABLES IN SCHEMA {} FROM {}").format(WRITES, schema, role)
        run_script(owner, refusal.as_string(owner))
        tables = [sql.Identifier(tenant.schema_name, layout.name) for layout in layouts(owner, tenant.schema_name)]
        with owner.transaction():
            run_script(owner, f"SET LOCAL lock_timeout = '{PATIENCE}'")
            barrier = sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.SQL(", ").join(tables))
            run_script(owner, barrier.as_string(owner))
    return began


def thaw_tenant(tenant: TenantFacts) -> None:
    """Open it to writing again. One that has moved stays closed: its truth is elsewhere."""
    with public_context():
        if Tenant.objects.filter(uuid=tenant.uuid, state=TenantState.MOVED).exists():
            return
    schema, role = sql.Identifier(tenant.schema_name), sql.Identifier(role_name(tenant.schema_name))
    with owner_connection() as owner:
        grant = sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA {} TO {}").format(WRITES, schema, role)
        run_script(owner, grant.as_string(owner))
    with public_context():
        Tenant.objects.filter(uuid=tenant.uuid, state=TenantState.MOVING).update(state=TenantState.ACTIVE)
        cache.delete(_key(tenant))
    announce_registry_change()


def seconds_left(tenant: TenantFacts, *, now: datetime) -> int:
    """How long the window is expected to last yet, for whoever was refused."""
    with public_context():
        told = cache.get(_key(tenant))
    left = (datetime.fromisoformat(told) - now).total_seconds() if told else 0
    return max(5, round(left))


def _key(tenant: TenantFacts) -> str:
    return f"read-only-until:{tenant.uuid}"
