"""Celery entry points of segments."""

from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask


@shared_task(name="segments.count_segment", base=TenantTask)
def count_segment_task(*, key: str) -> None:
    from crm.segments.trend import note_count  # noqa: PLC0415 -- task leaf

    note_count(segment_id=int(key), now=timezone.now())
