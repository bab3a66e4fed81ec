from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask


@shared_task(name="access.forget_old", base=TenantTask, also_when_closed=True)
def forget_old_task(*, key: str) -> None:
    from crm.access.services import forget_old  # noqa: PLC0415 -- task leaf

    forget_old(now=timezone.now())
