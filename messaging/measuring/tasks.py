from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask


@shared_task(name="measuring.forget", base=TenantTask, also_when_closed=True)
def forget_task(*, key: str) -> None:
    """The alarm: each day, for as long as anything is measured."""
    from messaging.measuring.forgetting import forget_unwanted  # noqa: PLC0415 -- task leaf

    forget_unwanted(now=timezone.now())
