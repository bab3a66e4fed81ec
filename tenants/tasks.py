import logging
from typing import Any
from uuid import UUID

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from tenants.tasking import PublicTask

logger = logging.getLogger(__name__)


# Killed or without a database in the middle of it, a message is delivered again: twice is allowed, never is not.
@shared_task(
    name="bus.deliver",
    base=PublicTask,
    acks_late=True,
    autoretry_for=(OperationalError,),
    max_retries=None,
    retry_backoff=2,
    retry_backoff_max=60,
)
def deliver_task(*, name: str, version: int, body: dict[str, Any], sender: str) -> None:
    from tenants.bus import deliver  # noqa: PLC0415 -- task leaf

    deliver(name=name, version=version, body=body, sender=sender)


@shared_task(name="tenants.provision", base=PublicTask)
def provision_task(*, uuid: str) -> None:
    from tenants.provisioning import provision  # noqa: PLC0415 -- task leaf

    provision(uuid=UUID(uuid))


@shared_task(name="tenants.resume_provisioning", base=PublicTask)
def resume_provisioning_task() -> None:
    from tenants.provisioning import unfinished_runs  # noqa: PLC0415 -- task leaf

    for uuid in unfinished_runs(now=timezone.now()):
        provision_task.delay(uuid=str(uuid))


@shared_task(name="tenants.ring_alarms", base=PublicTask)
def ring_alarms_task() -> None:
    from tenants.alarms import ring_due_alarms  # noqa: PLC0415 -- task leaf

    ring_due_alarms()


@shared_task(name="tenants.report_health", base=PublicTask, expires=50)
def report_health_task() -> None:
    from tenants.reporting import report_health  # noqa: PLC0415 -- task leaf

    report_health(now=timezone.now())


@shared_task(name="tenants.report_directory", base=PublicTask)
def report_directory_task() -> None:
    from tenants.reporting import report_directory  # noqa: PLC0415 -- task leaf

    report_directory(now=timezone.now())


@shared_task(name="tenants.migrate_tenant", base=PublicTask)
def migrate_tenant_task(*, uuid: str) -> None:
    from tenants.preparing import prepare_database  # noqa: PLC0415 -- task leaf

    prepare_database(say=logger.info, only=[uuid])
