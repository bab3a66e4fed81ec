from typing import Any
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask


@shared_task(name="bus.deliver", base=PublicTask)
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
