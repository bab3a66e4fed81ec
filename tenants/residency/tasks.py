from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask


@shared_task(name="residency.prove", base=PublicTask)
def prove_residency_task() -> None:
    from tenants.residency.services import prove_residency  # noqa: PLC0415 -- task leaf

    prove_residency(now=timezone.now())


@shared_task(name="residency.renew", base=PublicTask)
def renew_proof_task() -> None:
    from tenants.residency.services import renew_proof  # noqa: PLC0415 -- task leaf

    renew_proof(now=timezone.now())
