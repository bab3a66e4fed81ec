from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask


@shared_task(name="billing.report_usage", base=TenantTask)
def report_usage_task(*, key: str = "") -> None:
    from billing.reporting import report_usage  # noqa: PLC0415 -- task leaf

    report_usage(now=timezone.now())
