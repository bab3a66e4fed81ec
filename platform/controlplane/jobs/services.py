"""Asking a cell for a job, and keeping what it tells."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from controlplane.audit.actors import SYSTEM, Actor
from controlplane.audit.services import record_audit
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.outcomes import settle
from controlplane.models import Campaign
from tenants.bus import JobProgress, JobRequest, send_to_cell
from tenants.jobs.enums import JobState
from tenants.jobs.kinds import job_kind

SILENCE = timedelta(minutes=2)


class JobUnderWay(Exception):
    """Another job of this campaign is not over yet."""


@transaction.atomic
def request_job(
    *,
    campaign: Campaign,
    kind: str,
    by: Actor,
    now: datetime,
    parameters: dict[str, Any] | None = None,
    uuid: UUID | None = None,
    cell: str = "",
) -> CampaignJob:
    """Ask the campaign's cell (or `cell`) for a job; with a `uuid` asked for before, the job that is there.

    Raises JobUnderWay, and UnknownKind. `parameters`: small and nothing personal.
    """
    job_kind(kind)
    Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)  # two clicks, one job
    if uuid and (known := CampaignJob.objects.filter(uuid=uuid).first()):
        return known
    if CampaignJob.objects.unfinished().filter(campaign=campaign).exists():
        raise JobUnderWay
    job = CampaignJob.objects.create(
        uuid=uuid or uuid4(),
        campaign=campaign,
        kind=kind,
        cell=cell or campaign.cell.name,
        parameters=parameters or {},
        asked_by=by.kind,
        asked_by_id=by.user_id,
        asked_at=now,
        news_at=now,
    )
    _audit("job.asked", job, by=by, now=now)
    transaction.on_commit(partial(send_job_request, job))
    return job


def send_job_request(job: CampaignJob) -> None:
    """Asked again, the cell starts nothing twice and tells where the job stands."""
    request = JobRequest(
        uuid=job.uuid, kind=job.kind, tenant_uuid=job.campaign.uuid, parameters=job.parameters, retry=job.retry
    )
    send_to_cell(job.cell, request)


@transaction.atomic
def retry_campaign_job(*, job: CampaignJob, by: Actor, now: datetime) -> None:
    """Have a failed job go on from the step that failed; any other stays as it is. Raises JobUnderWay."""
    Campaign.objects.select_for_update(of=("self",)).get(pk=job.campaign_id)
    job = CampaignJob.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=job.pk)
    if not job.is_failed:
        return
    if CampaignJob.objects.unfinished().filter(campaign=job.campaign).exists():
        raise JobUnderWay
    job.retry += 1
    job.state, job.error, job.finished_at, job.news_at = JobState.WAITING, "", None, now
    job.save()
    _audit("job.retried", job, by=by, now=now)
    transaction.on_commit(partial(send_job_request, job))


@transaction.atomic
def record_job_progress(message: JobProgress, *, now: datetime) -> None:
    """Keep the newest news of a job; older or repeated news change nothing. A cell may have begun it by itself."""
    job = _mirror_of(message, now=now)
    if job is None or message.sequence <= job.sequence or job.is_done:
        return
    was_finished = job.is_finished
    for name in ("state", "error", "attempts", "done", "total", "result", "sequence"):
        setattr(job, name, getattr(message, name))
    job.steps, job.news_at = list(message.steps), now
    job.finished_at = now if job.is_done or job.is_failed else None
    job.save()
    if job.is_finished and not was_finished:
        _audit("job.done" if job.is_done else "job.failed", job, by=SYSTEM, now=now)
        settle(job, now=now)


def _mirror_of(message: JobProgress, *, now: datetime) -> CampaignJob | None:
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("cell")
    campaign_found = campaign.filter(uuid=message.tenant_uuid).first()
    if campaign_found is None:
        return None
    defaults = {
        "campaign": campaign_found,
        "kind": message.kind,
        "cell": campaign_found.cell.name,
        "asked_by": SYSTEM.kind,
        "asked_at": now,
        "news_at": now,
    }
    return CampaignJob.objects.get_or_create(uuid=message.uuid, defaults=defaults)[0]


def ask_about_silent_jobs(*, now: datetime) -> None:
    """Ask again about jobs that nobody has heard of: a message was lost, in either direction."""
    silent = CampaignJob.objects.unfinished().filter(news_at__lt=now - SILENCE).select_related("campaign")
    for job in silent:
        CampaignJob.objects.filter(pk=job.pk).update(news_at=now)
        send_job_request(job)


def _audit(action: str, job: CampaignJob, *, by: Actor, now: datetime) -> None:
    details = {"kind": job.kind, "job": str(job.uuid)} | ({"error": job.error} if job.error else {})
    record_audit(action=action, by=by, now=now, campaign_uuid=job.campaign.uuid, details=details)
