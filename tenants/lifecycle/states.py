"""Suspending, closing and coming back. A closed tenant is erased when its alarm rings, unless it came back before."""

from uuid import UUID, uuid5

from django.db import transaction
from django.utils.dateparse import parse_datetime

from tenants.alarms import set_alarm
from tenants.context import tenant_context
from tenants.enums import TenantState
from tenants.hosts import announce_registry_change
from tenants.jobs.running import JobRefused, RunningJob
from tenants.models import Alarm, Tenant

ERASE_ALARM = "lifecycle.erase"


def erasure_uuid(closing: UUID) -> UUID:
    """The erasure that follows a closing: one, whoever starts it, the cell's alarm or the control plane."""
    return uuid5(closing, "erase")


def suspend(job: RunningJob) -> None:
    _change(job, TenantState.SUSPENDED, when=[TenantState.ACTIVE])


def resume(job: RunningJob) -> None:
    _change(job, TenantState.ACTIVE, when=[TenantState.SUSPENDED])


def close(job: RunningJob) -> None:
    if "was" not in job.result:  # kept first: a suspended tenant that closes and comes back is suspended still
        job.keep(was=job.tenant.state)
    _change(job, TenantState.CLOSED, when=[TenantState.ACTIVE, TenantState.SUSPENDED])


def set_erasure(job: RunningJob) -> None:
    due_at = parse_datetime(job.parameters["erase_at"])
    if due_at is None:
        raise JobRefused("no_date")
    with tenant_context(job.tenant), transaction.atomic():
        set_alarm(ERASE_ALARM, due_at=due_at, key=str(job.uuid))


def cancel_erasure(job: RunningJob) -> None:
    if Tenant.objects.exclude(state=TenantState.ERASED).filter(uuid=job.tenant_uuid).first() is None:
        raise JobRefused("is_erased")
    Alarm.objects.filter(schema_name=job.tenant.schema_name, kind=ERASE_ALARM).delete()


def reopen(job: RunningJob) -> None:
    state = TenantState(job.parameters["state"])
    _change(job, state, when=[TenantState.CLOSED])


def _change(job: RunningJob, state: TenantState, *, when: list[TenantState]) -> None:
    with transaction.atomic():
        tenant = Tenant.objects.select_for_update(of=("self",)).get(uuid=job.tenant_uuid)
        if tenant.state != state:
            if tenant.state not in when:
                raise JobRefused(f"is_{tenant.state}")
            Tenant.objects.filter(pk=tenant.pk).update(state=state)
    announce_registry_change()
