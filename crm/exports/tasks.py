from celery import shared_task
from django.utils import timezone

from tenants.storage import StorageError
from tenants.tasking import TenantTask


@shared_task(
    name="exports.delete_export",
    base=TenantTask,
    autoretry_for=(StorageError, OSError),
    max_retries=40,
    retry_backoff=5,
    retry_backoff_max=3600,
)
def delete_export_task(*, key: str) -> None:
    from crm.exports.services import delete_export  # noqa: PLC0415 -- task leaf
    from crm.runs.models import Run  # noqa: PLC0415 -- task leaf

    run = Run.objects.filter(pk=int(key)).first()
    if run is not None:
        delete_export(run=run, by=None, now=timezone.now())
