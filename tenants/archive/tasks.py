from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask, TenantTask


@shared_task(name="archive.expire_export", base=TenantTask)
def expire_export_task(*, key: str) -> None:
    from tenants.archive.exporting import expire_export  # noqa: PLC0415 -- task leaf

    expire_export(name=key)


@shared_task(name="archive.start_backups", base=PublicTask)
def start_backups_task() -> None:
    from tenants.archive.backups import start_backups  # noqa: PLC0415 -- task leaf

    start_backups(now=timezone.localtime())
