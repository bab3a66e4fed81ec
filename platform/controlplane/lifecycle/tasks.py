from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask


@shared_task(name="lifecycle.ask_for_overdue_erasures", base=PublicTask)
def ask_for_overdue_erasures_task() -> None:
    from controlplane.lifecycle.services.states import ask_for_overdue_erasures  # noqa: PLC0415 -- task leaf

    ask_for_overdue_erasures(now=timezone.now())
