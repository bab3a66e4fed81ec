from django.utils import timezone

from controlplane.jobs.services import record_job_progress
from tenants.bus import JobProgress
from tenants.context import public_context


def on_job_progressed(message: JobProgress) -> None:
    with public_context():
        record_job_progress(message, now=timezone.now())
