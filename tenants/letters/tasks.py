from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask


@shared_task(name="letters.deliver", base=PublicTask)
def deliver_letters_task() -> None:
    from tenants.letters.services import deliver_letters  # noqa: PLC0415 -- task leaf

    deliver_letters(now=timezone.now())
