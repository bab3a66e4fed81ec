from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask


@shared_task(name="duplicates.compare_person", base=TenantTask)
def compare_person_task(*, person_id: int) -> None:
    from crm.duplicates.comparing import compare_people  # noqa: PLC0415 -- task leaf

    compare_people(person_ids=[person_id], now=timezone.now())


@shared_task(name="duplicates.compare_new", base=TenantTask)
def compare_new_task(*, key: str) -> None:
    from crm.duplicates.services import start_search  # noqa: PLC0415 -- task leaf

    start_search(by=None, only_new=True, now=timezone.now())


@shared_task(name="duplicates.search_everybody", base=TenantTask)
def search_everybody_task(*, key: str) -> None:
    from crm.duplicates.services import start_search  # noqa: PLC0415 -- task leaf

    start_search(by=None, now=timezone.now())
