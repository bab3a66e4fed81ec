import logging

from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask

logger = logging.getLogger(__name__)


@shared_task(name="schedules.ring", base=TenantTask)
def ring_task(*, key: str) -> None:
    from crm.schedules.services import ring  # noqa: PLC0415 -- task leaf

    ring(scheduled_id=int(key), now=timezone.now())


@shared_task(name="schedules.fetch", base=TenantTask)
def fetch_task(*, fetch_id: int) -> None:
    from crm.schedules.services import end_fetch  # noqa: PLC0415 -- task leaf
    from crm.schedules.working import work_on  # noqa: PLC0415 -- task leaf

    try:
        work_on(fetch_id=fetch_id, clock=timezone.now)
    except Exception:
        logger.exception("Fetch %s was interrupted", fetch_id)
        end_fetch(fetch_id=fetch_id, failure="interrupted", now=timezone.now())


@shared_task(name="schedules.look", base=TenantTask)
def look_task(*, key: str) -> None:
    from crm.schedules.services import look_after  # noqa: PLC0415 -- task leaf

    look_after(fetch_id=int(key), now=timezone.now())


@shared_task(
    name="schedules.tell",
    base=TenantTask,
    autoretry_for=(OSError,),
    max_retries=8,
    retry_backoff=30,
    ignore_result=True,
)
def tell_task(*, fetch_id: int) -> None:
    from crm.schedules.letters import tell_outcome  # noqa: PLC0415 -- task leaf

    tell_outcome(fetch_id=fetch_id)
