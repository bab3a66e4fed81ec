"""What there is of a tenant in its cell, in numbers only: before an erasure, and after it."""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.core.cache import cache
from psycopg import sql

from tenants.backend.base import role_name
from tenants.jobs.models import Job
from tenants.lifecycle.files import count_files
from tenants.models import Alarm, Domain, ProvisioningRun, Tenant
from tenants.owner import owner_connection
from tenants.provisioning import schemas_of


@dataclass(frozen=True, slots=True)
class Counted:
    schemas: int
    roles: int
    tables: int
    rows: int
    files: int
    file_bytes: int
    registry_rows: int
    domains: int
    alarms: int
    jobs: int
    cache_keys: int

    @property
    def is_nothing(self) -> bool:
        return not any(asdict(self).values())


def count_tenant(*, uuid: UUID, schema_name: str, but_job: UUID) -> Counted:
    """`but_job`: the job that counts, whose own row stays as the trace that there was an erasure."""
    schemas, roles, tables, rows = _count_schemas(schema_name)
    files, file_bytes = count_files(uuid)
    return Counted(
        schemas=schemas,
        roles=roles,
        tables=tables,
        rows=rows,
        files=files,
        file_bytes=file_bytes,
        registry_rows=Tenant.objects.filter(uuid=uuid).count()
        + ProvisioningRun.objects.filter(tenant_uuid=uuid).count(),
        domains=Domain.objects.filter(tenant__uuid=uuid).count(),
        alarms=Alarm.objects.filter(schema_name=schema_name).count(),
        jobs=Job.objects.filter(tenant_uuid=uuid).exclude(uuid=but_job).count(),
        cache_keys=len(cache_keys(schema_name)),
    )


def cache_keys(schema_name: str) -> list[str]:
    """Whole keys of the tenant in the shared cache, whatever their prefix and version."""
    client = getattr(cache, "client", None)
    if client is None:  # the tests' own cache, in the process
        return [key for key in getattr(cache, "_cache", {}) if key.startswith(f"{schema_name}:")]
    return [key.decode() for key in client.get_client().scan_iter(match=f"{schema_name}:*", count=1000)]


def _count_schemas(schema_name: str) -> tuple[int, int, int, int]:
    names = schemas_of(schema_name)
    with owner_connection() as owner:
        schemas = owner.execute("SELECT 1 FROM pg_namespace WHERE nspname = ANY(%s)", [names]).fetchall()
        roles = owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role_name(schema_name)]).fetchall()
        tables = owner.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s)", [names]
        ).fetchall()
        rows = 0
        for place in tables:
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*place))
            found = owner.execute(count).fetchone()
            rows += found[0] if found else 0
    return len(schemas), len(roles), len(tables), rows
