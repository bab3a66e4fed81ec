import logging

from celery import shared_task
from django.utils import timezone

from tenants.tasking import TenantTask

logger = logging.getLogger(__name__)


@shared_task(name="imports.run_import", base=TenantTask)
def run_import_task(*, import_id: int) -> None:
    from crm.imports.running import fail_import, run_import  # noqa: PLC0415 -- task leaf

    try:
        run_import(import_id=import_id, clock=timezone.now)
    except Exception:
        logger.exception("Import %s was interrupted", import_id)
        fail_import(import_id=import_id, failure="error", now=timezone.now())


@shared_task(name="imports.try_import", base=TenantTask)
def try_import_task(*, import_id: int) -> None:
    from crm.imports.trying import end_trial, try_import  # noqa: PLC0415 -- task leaf

    try:
        try_import(import_id=import_id, clock=timezone.now)
    except Exception:
        logger.exception("The dry run of import %s was interrupted", import_id)
        end_trial(import_id=import_id, report={"state": "failed"})


@shared_task(name="imports.undo_import", base=TenantTask)
def undo_import_task(*, import_id: int) -> None:
    from crm.imports.undoing import undo_import  # noqa: PLC0415 -- task leaf

    undo_import(import_id=import_id, clock=timezone.now)


@shared_task(name="imports.watch_import", base=TenantTask)
def watch_import_task(*, key: str) -> None:
    from crm.imports.watching import watch_import  # noqa: PLC0415 -- task leaf

    watch_import(import_id=int(key), now=timezone.now())


@shared_task(name="imports.purge_import", base=TenantTask, also_when_closed=True)
def purge_import_task(*, key: str) -> None:
    from crm.imports.watching import purge_import  # noqa: PLC0415 -- task leaf

    purge_import(import_id=int(key), now=timezone.now())
