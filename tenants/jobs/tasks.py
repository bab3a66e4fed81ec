from uuid import UUID

from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask


@shared_task(name="jobs.run_job", base=PublicTask)
def run_job_task(*, uuid: str) -> None:
    from tenants.jobs.services import run_job  # noqa: PLC0415 -- task leaf

    run_job(uuid=UUID(uuid))


@shared_task(name="jobs.resume_jobs", base=PublicTask)
def resume_jobs_task() -> None:
    from tenants.jobs.services import resume_jobs  # noqa: PLC0415 -- task leaf

    resume_jobs(now=timezone.now())
