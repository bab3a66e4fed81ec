from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask


@shared_task(name="status.check_cells", base=PublicTask)
def check_cells_task() -> None:
    from controlplane.status.services import check_cells  # noqa: PLC0415 -- task leaf

    check_cells(now=timezone.now())
