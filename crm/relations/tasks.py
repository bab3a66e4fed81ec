"""Celery entry points of relations."""

from celery import shared_task

from tenants.tasking import TenantTask


@shared_task(name="relations.forget_merge", base=TenantTask, also_when_closed=True)
def forget_merge_task(*, key: str) -> None:
    from crm.relations.merging import forget_merge  # noqa: PLC0415 -- task leaf

    forget_merge(merge_id=int(key))
