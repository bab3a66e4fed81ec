from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask


@shared_task(name="exports.delete_export", base=TenantTask)
def delete_export_task(*, key: str) -> None:
    from crm.exports.services import delete_export  # noqa: PLC0415 -- task leaf
    from crm.runs.models import Run  # noqa: PLC0415 -- task leaf

    run = Run.objects.filter(pk=int(key)).first()
    if run is not None:
        delete_export(run=run, by=None, now=timezone.now())
