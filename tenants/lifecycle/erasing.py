"""The end of a tenant: counted, erased store by store, counted again. What was counted is the proof."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from tenants.enums import TenantState
from tenants.hosts import announce_registry_change
from tenants.jobs.models import Job
from tenants.jobs.running import JobRefused, RunningJob
from tenants.jobs.services import start_job
from tenants.lifecycle.counting import Counted, cache_keys, count_tenant
from tenants.lifecycle.files import delete_files
from tenants.lifecycle.states import erasure_uuid
from tenants.models import Alarm, Tenant
from tenants.provisioning import drop_schema, forget_tenant, schema_name_for
from tenants.queries import get_tenant

ERASE = "erase"
FORMAT = 1


class SomethingLeft(Exception):
    """The count afterwards found something: the erasure is not over."""


def erase_when_due(*, closing: UUID, tenant_uuid: UUID) -> None:
    """The alarm of a closing has rung. A tenant that came back is left alone."""
    if get_tenant(tenant_uuid).state == TenantState.CLOSED:
        start_job(uuid=erasure_uuid(closing), kind=ERASE, tenant_uuid=tenant_uuid)


def shut_for_good(job: RunningJob) -> None:
    """Count what there is, then let nobody in, and nobody back."""
    tenant = Tenant.objects.filter(uuid=job.tenant_uuid).first()
    if tenant is None or tenant.state == TenantState.ERASED:
        return  # done before, by a worker that was killed right after
    if tenant.state != TenantState.CLOSED:
        raise JobRefused("not_closed")
    job.keep(before=asdict(_count(job)), schema_version=tenant.schema_version, began=timezone.now().isoformat())
    with transaction.atomic():
        closed = Tenant.objects.filter(pk=tenant.pk, state=TenantState.CLOSED)
        if not closed.update(state=TenantState.ERASED):
            raise JobRefused("not_closed")
    announce_registry_change()


def erase_files(job: RunningJob) -> None:
    delete_files(job.tenant_uuid, tell=job.tell)


def erase_schema(job: RunningJob) -> None:
    drop_schema(schema_name_for(job.tenant_uuid))


def erase_cache(job: RunningJob) -> None:
    schema_name = schema_name_for(job.tenant_uuid)
    keys = cache_keys(schema_name)
    client = getattr(cache, "client", None)
    if client is not None and keys:
        client.get_client().delete(*keys)
    elif client is None:
        for key in keys:
            cache._cache.pop(key, None)  # type: ignore[attr-defined]  # noqa: SLF001 -- the tests' own cache, in the process


def erase_registry(job: RunningJob) -> None:
    """Addresses, alarms, the opening, former jobs, and last the row itself."""
    with transaction.atomic():
        Alarm.objects.filter(schema_name=schema_name_for(job.tenant_uuid)).delete()
        Job.objects.filter(tenant_uuid=job.tenant_uuid).exclude(uuid=job.uuid).delete()
        forget_tenant(job.tenant_uuid)
    announce_registry_change()


def prove(job: RunningJob) -> None:
    """Look again at every store. Raises SomethingLeft; otherwise keeps the proof, with its own digest."""
    after = _count(job)
    if not after.is_nothing:
        raise SomethingLeft(after)
    job.keep(proof=proof_of(job, after, now=timezone.now()))


def proof_of(job: RunningJob, after: Counted, *, now: datetime) -> dict[str, Any]:
    kept = job.result
    body = {
        "format": FORMAT,
        "campaign": str(job.tenant_uuid),
        "job": str(job.uuid),
        "began_at": kept["began"],
        "proved_at": now.isoformat(),
        "code_version": version("isoloir"),
        "schema_version": kept["schema_version"],
        "before": kept["before"],
        "after": asdict(after),
    }
    return {**body, "sha256": digest_of(body)}


def digest_of(body: dict[str, Any]) -> str:
    """Of the proof without the digest itself, as JSON with sorted keys and no spaces."""
    plain = {key: value for key, value in body.items() if key != "sha256"}
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _count(job: RunningJob) -> Counted:
    return count_tenant(uuid=job.tenant_uuid, schema_name=schema_name_for(job.tenant_uuid), but_job=job.uuid)
