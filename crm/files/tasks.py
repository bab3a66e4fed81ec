"""Celery entry points of files."""

from celery import shared_task

from tenants.tasking import TenantTask


@shared_task(name="files.delete_stored", base=TenantTask, also_when_closed=True)
def delete_stored_task(*, key: str) -> None:
    from crm.files.services import delete_stored  # noqa: PLC0415 -- task leaf

    delete_stored(stored=key)
