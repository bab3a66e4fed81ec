"""Exports for owners, restorations for operators: asked of the campaign's cell as jobs."""

from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote

from django.db import transaction

from controlplane.archives.tasks import send_export_ready_task
from controlplane.audit.actors import Actor
from controlplane.audit.services import record_audit
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import request_job
from controlplane.models import Campaign
from tenants.archive.backups import DAYS
from tenants.archive.handing import sign_export
from tenants.enums import TenantState


class ExportGone(Exception):
    """There is no such export any more, or not yet."""


class CannotRestore(Exception):
    """The campaign is closed or erased, or no longer in the cell where the backup lies."""


def request_export(*, campaign: Campaign, by: Actor, now: datetime) -> CampaignJob:
    """Raises JobUnderWay."""
    return request_job(campaign=campaign, kind="export", by=by, now=now)


def tell_export_ready(job: CampaignJob, now: datetime) -> None:
    transaction.on_commit(partial(send_export_ready_task.delay, job_id=job.pk))


@transaction.atomic
def export_address(*, job: CampaignJob, by: Actor, now: datetime) -> str:
    """A link on the campaign's own host that works for ten minutes; each one is written down. Raises ExportGone."""
    if job.kind != "export" or not job.is_done or now.isoformat() >= job.result["expires_at"]:
        raise ExportGone
    record_audit(
        action="export.handed_out", by=by, now=now, campaign_uuid=job.campaign.uuid, details={"job": str(job.uuid)}
    )
    name = job.result["name"]
    signature = sign_export(name, uuid=job.campaign.uuid, cell=job.cell)
    return f"{job.campaign.address}/{quote(name)}?s={quote(signature)}"


def request_restoration(*, backup: CampaignJob, by: Actor, now: datetime) -> CampaignJob:
    """Bring the campaign back as it was; what is there is kept until it is confirmed. Raises CannotRestore, JobUnderWay."""
    campaign = Campaign.objects.select_related("cell").get(pk=backup.campaign_id)
    if campaign.state not in (TenantState.ACTIVE, TenantState.SUSPENDED) or campaign.cell.name != backup.cell:
        raise CannotRestore(campaign.state)
    return request_job(
        campaign=campaign,
        kind="restore",
        by=by,
        now=now,
        parameters={"name": backup.result["name"]},
        cell=backup.cell,
    )


def settle_restoration(*, job: CampaignJob, is_right: bool, by: Actor, now: datetime) -> CampaignJob:
    """Erase what was before, or put it back. Raises JobUnderWay."""
    kind = "restore_confirm" if is_right else "restore_undo"
    return request_job(campaign=job.campaign, kind=kind, by=by, now=now, cell=job.cell)


def forget_backups(job: CampaignJob, now: datetime) -> None:
    """A backup is made: those that its cell has thinned out since are listed no more."""
    over = CampaignJob.objects.filter(
        kind="backup", campaign=job.campaign, cell=job.cell, finished_at__lt=now - timedelta(days=DAYS)
    )
    over.exclude(pk__in=over.filter(result__name__in=job.result.get("kept", []))).delete()
