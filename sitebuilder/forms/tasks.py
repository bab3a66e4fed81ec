from contextlib import suppress
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask


@shared_task(name="siteforms.send_confirmation", base=TenantTask, ignore_result=True)
def send_confirmation_task(*, uuid: str, again: bool = False) -> None:
    from sitebuilder.forms.confirming import NotHandedOver, send_confirmation  # noqa: PLC0415 -- task leaf

    with suppress(NotHandedOver):  # its alarm tries again
        send_confirmation(uuid=UUID(uuid), again=again, now=timezone.now())


@shared_task(name="siteforms.send_waiting", base=TenantTask, ignore_result=True)
def send_waiting_task(*, key: str) -> None:
    from sitebuilder.forms.confirming import send_waiting  # noqa: PLC0415 -- task leaf

    send_waiting(now=timezone.now())
