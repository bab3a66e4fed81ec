import logging

from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask

logger = logging.getLogger(__name__)


@shared_task(name="runs.work", base=TenantTask)
def work_task(*, run_id: int) -> None:
    from crm.runs.services import work_on  # noqa: PLC0415 -- task leaf

    try:
        work_on(run_id=run_id, clock=timezone.now)
    except Exception:
        logger.exception("Run %s was interrupted", run_id)


@shared_task(name="runs.watch", base=TenantTask)
def watch_run_task(*, key: str) -> None:
    from crm.runs.services import watch_run  # noqa: PLC0415 -- task leaf

    watch_run(run_id=int(key), now=timezone.now())
