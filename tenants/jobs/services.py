"""Starting jobs and doing them, one at a time for each tenant. Every step may be killed and repeated."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from tenants.bus import JobRequest
from tenants.context import public_context
from tenants.jobs.enums import JobState
from tenants.jobs.kinds import Step, job_kind, queue_of
from tenants.jobs.models import Job
from tenants.jobs.queries import find_next_job, unfinished_jobs
from tenants.jobs.running import JobRefused, RunningJob, report_job, save_job
from tenants.jobs.tasks import run_job_task
from tenants.owner import owner_connection

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 5


class JobUnderWay(Exception):
    """Something else is being done with the tenant."""


def accept_job_request(request: JobRequest) -> None:
    """Start what the control plane asks for. A job that failed begins again when it is asked for once more."""
    start_job(uuid=request.uuid, kind=request.kind, tenant_uuid=request.tenant_uuid, parameters=request.parameters)
    if request.retry:
        retry_job(uuid=request.uuid, retry=request.retry)


def start_job(*, uuid: UUID, kind: str, tenant_uuid: UUID, parameters: dict[str, Any] | None = None) -> Job:
    """The job with this UUID, made once however often it is asked for, and queued. Raises UnknownKind."""
    waiting = [_waiting(step) for step in job_kind(kind).steps]
    defaults = {"kind": kind, "tenant_uuid": tenant_uuid, "parameters": parameters or {}, "steps": waiting}
    with public_context(), transaction.atomic():
        job, _created = Job.objects.get_or_create(uuid=uuid, defaults=defaults)
        transaction.on_commit(partial(_queue, job))
    return job


def start_only_job(*, kind: str, tenant_uuid: UUID) -> Job:
    """A job asked for in the cell itself, where nothing else is being done with the tenant: two clicks, one job.

    Raises JobUnderWay.
    """
    with public_context(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"start:{tenant_uuid}"])
        if Job.objects.unfinished().filter(tenant_uuid=tenant_uuid).exists():
            raise JobUnderWay
        return start_job(uuid=uuid4(), kind=kind, tenant_uuid=tenant_uuid)


def resume_jobs(*, now: datetime) -> None:
    """Queue anew what nobody seems to work on. Once for a while: a queue that is long must not grow by it."""
    for job in unfinished_jobs(now=now):
        with public_context():
            Job.objects.filter(pk=job.pk).update(touched_at=now)
        _queue(job)


def retry_job(*, uuid: UUID, retry: int) -> None:
    """Begin a failed job again from the step that failed. `retry` counts: the same request twice begins it once."""
    with public_context(), transaction.atomic():
        failed = Job.objects.filter(uuid=uuid, state=JobState.FAILED, retry__lt=retry)
        failed.update(state=JobState.WAITING, error="", attempts=0, retry=retry, finished_at=None)


def run_job(*, uuid: UUID) -> None:
    """Do what is left of a job. While another worker does one of the same tenant, it waits for its turn."""
    with public_context():
        tenant_uuid = Job.objects.values_list("tenant_uuid", flat=True).filter(uuid=uuid).first()
        if tenant_uuid is None:  # forgotten since
            return
        with _turn(tenant_uuid) as is_ours:
            if not is_ours:
                return
            _go_on(Job.objects.get(uuid=uuid))
        following = find_next_job(tenant_uuid)
    if following:
        _queue(following)


def _queue(job: Job) -> None:
    run_job_task.apply_async(kwargs={"uuid": str(job.uuid)}, queue=queue_of(job.kind, job.parameters))


def _go_on(job: Job) -> None:
    if job.finished_at:
        report_job(job)
        return
    if job.attempts >= MAX_ATTEMPTS:  # killed each time
        _fail(job, "killed", for_good=True)
        return
    job.attempts += 1
    job.state, job.error = JobState.RUNNING, ""
    running = RunningJob(job)
    for step in job_kind(job.kind).steps:
        if _state_of(job, step.key) != "done" and not _do_step(job, step, running):
            return
    job.state, job.finished_at = JobState.DONE, timezone.now()
    save_job(job)
    report_job(job)


def _do_step(job: Job, step: Step, running: RunningJob) -> bool:
    job.done = job.total = 0
    _mark(job, step.key, "running", None)
    began = time.perf_counter()
    try:
        with public_context():
            step.run(running)
    except JobRefused as refusal:
        _mark(job, step.key, "failed", time.perf_counter() - began, report=False)
        _fail(job, refusal.reason, for_good=True)
        return False
    except Exception:
        logger.exception("A step of job %s failed", job.uuid)
        _mark(job, step.key, "failed", time.perf_counter() - began, report=False)
        _fail(job, "failed", for_good=job.attempts >= MAX_ATTEMPTS)
        return False
    _mark(job, step.key, "done", time.perf_counter() - began)
    return True


def _fail(job: Job, reason: str, *, for_good: bool) -> None:
    """For good, or until the beat hands it to another worker."""
    job.state = JobState.FAILED if for_good else JobState.WAITING
    job.error, job.finished_at = reason, timezone.now() if for_good else None
    save_job(job)
    report_job(job)


def _mark(job: Job, key: str, state: str, seconds: float | None, *, report: bool = True) -> None:
    known = {step["key"]: step for step in job.steps}
    known[key] = {"key": key, "state": state, "seconds": None if seconds is None else round(seconds, 3)}
    job.steps = [known.get(step.key) or _waiting(step) for step in job_kind(job.kind).steps]
    save_job(job)
    if report:
        report_job(job)


def _waiting(step: Step) -> dict[str, Any]:
    return {"key": step.key, "state": "waiting", "seconds": None}


def _state_of(job: Job, key: str) -> str | None:
    return next((step["state"] for step in job.steps if step["key"] == key), None)


@contextmanager
def _turn(tenant_uuid: UUID) -> Iterator[bool]:
    """Whether this worker has the tenant to itself. On a connection of its own: a step may close Django's."""
    key = [f"job:{tenant_uuid}"]
    with owner_connection() as lock:
        row = lock.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", key).fetchone()
        try:
            yield bool(row and row[0])
        finally:  # the server notices a closed connection a moment later: too late for whoever comes next
            lock.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", key)
