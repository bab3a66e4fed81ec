from uuid import UUID

from celery import shared_task
from django.utils import timezone

from tenants.context import require_tenant
from tenants.tasking import TenantTask


@shared_task(name="lifecycle.erase_when_due", base=TenantTask, also_when_closed=True)
def erase_when_due_task(*, key: str) -> None:
    from tenants.lifecycle.erasing import erase_when_due  # noqa: PLC0415 -- task leaf

    erase_when_due(closing=UUID(key), tenant_uuid=require_tenant().uuid)


@shared_task(name="lifecycle.check_domain", base=TenantTask)
def check_domain_task(*, key: str) -> None:
    from tenants.lifecycle.watching import look_at_domain  # noqa: PLC0415 -- task leaf

    look_at_domain(key, now=timezone.now())
