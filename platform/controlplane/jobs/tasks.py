from celery import shared_task
from django.utils import timezone

from tenants.tasking import PublicTask


@shared_task(name="campaign_jobs.ask_about_silent_jobs", base=PublicTask)
def ask_about_silent_jobs_task() -> None:
    from controlplane.jobs.services import ask_about_silent_jobs  # noqa: PLC0415 -- task leaf

    ask_about_silent_jobs(now=timezone.now())
