"""Celery entry points of people."""

from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask


@shared_task(name="people.erase_person", base=TenantTask, also_when_closed=True)
def erase_person_task(*, key: str) -> None:
    from crm.people.erasing import erase_when_due  # noqa: PLC0415 -- task leaf

    erase_when_due(person_id=int(key), now=timezone.now())


@shared_task(name="people.forget_merge", base=TenantTask, also_when_closed=True)
def forget_merge_task(*, key: str) -> None:
    from crm.people.merging import forget_merge  # noqa: PLC0415 -- task leaf

    forget_merge(merge_id=int(key))
