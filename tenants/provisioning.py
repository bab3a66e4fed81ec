"""Setting a tenant up: a run of steps, each safe to repeat. A worker killed half-way leaves a run that goes on later."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from shared.metrics import observe_provisioning
from tenants.backend.base import changes_name, role_name
from tenants.bus import ProvisioningProgress, ProvisionRequest, send_to_control
from tenants.context import public_context, tenant_context
from tenants.enums import TenantState
from tenants.hosts import announce_registry_change
from tenants.models import Domain, ProvisioningRun, Tenant
from tenants.owner import owner_connection, run_script
from tenants.queries import get_tenant
from tenants.template import template_script
from tenants.version import schema_version

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 5
STALE_AFTER = timedelta(seconds=20)


class ProvisioningFailed(Exception):
    """A step failed as often as it may; the run stays where it is until somebody starts it again."""


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    label: str
    run: Callable[..., None]
    order: int


_steps: list[Step] = []


def register_step(*, key: str, label: Any, run: Callable[..., None], order: int) -> None:
    """A step of an upper app: `run(tenant=, now=)`, in the tenant's context, idempotent. Orders below 20 are ours."""
    _steps.append(Step(key, str(label), run, order))


def steps() -> list[Step]:
    own = [
        Step("place", "Place reserved in the cell", reserve_place, 0),
        Step("schema", "Database and role of the campaign alone", create_schema, 10),
    ]
    last = Step("open", "Address opened", open_tenant, 1000)
    return sorted([*own, *_steps, last], key=lambda step: step.order)


def schema_name_for(uuid: UUID) -> str:
    """Opaque: it never says who it is, and never changes when the address does."""
    return f"c_{uuid.hex[:16]}"


def beside(schema_name: str) -> str:
    """Where a backup is loaded before it takes the place of the campaign's schema."""
    return f"{schema_name}_beside"


def before(schema_name: str) -> str:
    """What a restoration replaced, until somebody says that it was right."""
    return f"{schema_name}_before"


def schemas_of(schema_name: str) -> list[str]:
    """Every schema that may hold something of the tenant."""
    return [schema_name, changes_name(schema_name), beside(schema_name), before(schema_name)]


def start_run(request: ProvisionRequest) -> ProvisioningRun:
    """The run of this request, made once however often the request comes."""
    body = {key: str(value) if isinstance(value, UUID) else value for key, value in asdict(request).items()}
    waiting = [{"key": step.key, "state": "waiting", "seconds": None} for step in steps()]
    with public_context():
        run, _created = ProvisioningRun.objects.get_or_create(
            tenant_uuid=request.uuid, defaults={"request": body, "steps": waiting}
        )
    return run


def provision(*, uuid: UUID, now: datetime | None = None) -> None:
    """Do what is left of a run, one worker at a time; raises ProvisioningFailed when a step fails."""
    now = now or timezone.now()
    with public_context():
        if not _lock(uuid):
            return
        try:
            run = ProvisioningRun.objects.get(tenant_uuid=uuid)
            if run.finished_at:
                _report(run)
                return
            run.attempts += 1
            run.save(update_fields=["attempts"])
            _do_steps(run, now)
        finally:
            _unlock(uuid)


def _do_steps(run: ProvisioningRun, now: datetime) -> None:
    request = ProvisionRequest(**{**run.request, "uuid": run.tenant_uuid})
    for step in steps():
        if _state_of(run, step.key) == "done":
            continue
        _mark(run, step.key, "running", None)
        began = time.perf_counter()
        try:
            _do_step(step, request, now)
        except Exception as error:
            logger.exception("A provisioning step failed")
            _mark(run, step.key, "failed", time.perf_counter() - began)
            raise ProvisioningFailed(step.key) from error
        _mark(run, step.key, "done", time.perf_counter() - began)
    run.finished_at = timezone.now()
    run.sequence += 1
    run.save(update_fields=["finished_at", "sequence"])
    observe_provisioning(sum(step["seconds"] or 0 for step in run.steps))
    _report(run)


def _do_step(step: Step, request: ProvisionRequest, now: datetime) -> None:
    if step.order < 20 or step.key == "open":
        step.run(request)
        return
    tenant = get_tenant(request.uuid)
    with tenant_context(tenant):
        step.run(tenant=tenant, now=now)


def reserve_place(request: ProvisionRequest) -> None:
    Tenant.objects.get_or_create(
        uuid=request.uuid,
        defaults={
            "schema_name": schema_name_for(request.uuid),
            "slug": request.slug,
            "name": request.name,
            "kind": request.kind,
            "region": request.region,
            "cell": request.cell,
            "language": request.language,
            "plan_name": request.plan_name,
            "contact_limit": request.contact_limit,
        },
    )


def create_schema(request: ProvisionRequest) -> None:
    """Role, default privileges, tables and rows in one transaction: there is a whole schema or none."""
    schema = schema_name_for(request.uuid)
    script = template_script(schema)
    with owner_connection() as owner, owner.transaction():
        made = owner.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema]).fetchone()
        if not made:
            make_empty_schema(owner, schema=schema, role=role_name(schema))
            run_script(owner, script)
    Tenant.objects.filter(uuid=request.uuid).update(schema_version=schema_version())


def make_empty_schema(owner: psycopg.Connection[Any], *, schema: str, role: str) -> None:
    """The schema, anew, in the hands of the tenant's role: what is made in it afterwards in this transaction is the role's to use."""
    names = {
        "schema": sql.Identifier(schema),
        "role": sql.Identifier(role),
        "app": sql.Identifier(str(settings.DATABASES["default"]["USER"])),
    }
    # Roles belong to the server: one may be left of a copy of this database.
    if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        run_script(owner, sql.SQL("CREATE ROLE {role} NOLOGIN").format(**names).as_string(owner))
    preamble = sql.SQL(
        "GRANT {role} TO {app} WITH INHERIT FALSE, SET TRUE; DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; "
        "GRANT USAGE ON SCHEMA {schema} TO {role}; "
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}; "
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {role}; "
        "SET LOCAL check_function_bodies = off; "
    ).format(**names)
    run_script(owner, preamble.as_string(owner))


def open_tenant(request: ProvisionRequest) -> None:
    with transaction.atomic():
        tenant = Tenant.objects.get(uuid=request.uuid)
        Domain.objects.get_or_create(
            domain=f"{tenant.slug}.{settings.PLATFORM_HOST}", defaults={"tenant": tenant, "is_primary": True}
        )
        Tenant.objects.filter(pk=tenant.pk, state=TenantState.PROVISIONING).update(state=TenantState.ACTIVE)
    announce_registry_change()


def unfinished_runs(*, now: datetime) -> list[UUID]:
    """Runs that nobody works on: their worker was killed, or the message was lost."""
    with public_context():
        stale = ProvisioningRun.objects.filter(
            finished_at=None, touched_at__lt=now - STALE_AFTER, attempts__lt=MAX_ATTEMPTS
        )
        return list(stale.values_list("tenant_uuid", flat=True))


def _state_of(run: ProvisioningRun, key: str) -> str | None:
    return next((step["state"] for step in run.steps if step["key"] == key), None)


def _mark(run: ProvisioningRun, key: str, state: str, seconds: float | None) -> None:
    known = {step["key"]: step for step in run.steps}
    known[key] = {"key": key, "state": state, "seconds": None if seconds is None else round(seconds, 3)}
    run.steps = [known.get(step.key, {"key": step.key, "state": "waiting", "seconds": None}) for step in steps()]
    run.sequence += 1
    run.touched_at = timezone.now()
    run.save(update_fields=["steps", "sequence", "touched_at"])
    _report(run)


def _report(run: ProvisioningRun) -> None:
    send_to_control(
        ProvisioningProgress(
            uuid=run.tenant_uuid,
            steps=tuple(run.steps),
            finished=run.finished_at is not None,
            sequence=run.sequence,
            schema_version=schema_version() if run.finished_at else "",
        )
    )


def _lock(uuid: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"provision:{uuid}"])
        row = cursor.fetchone()
    return bool(row and row[0])


def _unlock(uuid: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"provision:{uuid}"])


def drop_schema(schema_name: str) -> None:
    """Erase a tenant's schema, what a restoration kept of it, and its role. There is no way back."""
    role = sql.Identifier(role_name(schema_name))
    with owner_connection() as owner:
        for schema in schemas_of(schema_name):
            erasure = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema))
            run_script(owner, erasure.as_string(owner))
        with suppress(psycopg.errors.DependentObjectsStillExist):  # a second database of this server has the tenant too
            run_script(owner, sql.SQL("DROP ROLE IF EXISTS {}").format(role).as_string(owner))


def forget_tenant(uuid: UUID) -> None:
    """Take a tenant out of the registry."""
    with public_context(), transaction.atomic():
        Domain.objects.filter(tenant__uuid=uuid).delete()
        ProvisioningRun.objects.filter(tenant_uuid=uuid).delete()
        Tenant.objects.filter(uuid=uuid).delete()
    announce_registry_change()
