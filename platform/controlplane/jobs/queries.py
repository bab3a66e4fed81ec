from uuid import UUID

from django.db.models import QuerySet

from controlplane.audit.enums import ActorKind
from controlplane.jobs.models import CampaignJob
from controlplane.models import Campaign


def jobs_of(campaign: Campaign) -> QuerySet[CampaignJob]:
    """The campaign's jobs, newest first."""
    return CampaignJob.objects.filter(campaign=campaign)


def owner_may_retry(job: CampaignJob) -> bool:
    """Her own, and nothing was asked since: an old «let it go on» must not undo what an operator has suspended."""
    since = CampaignJob.objects.filter(campaign=job.campaign_id, asked_at__gt=job.asked_at)
    is_hers = job.asked_by == ActorKind.OWNER
    return job.is_failed and is_hers and not since.exclude(asked_by=ActorKind.SYSTEM).exists()


def cell_of_job(*, uuid: UUID, campaign_uuid: UUID) -> str | None:
    """Where it runs: where it was asked, or in the campaign's own cell, that began it by itself."""
    known = CampaignJob.objects.filter(uuid=uuid).values_list("cell", flat=True).first()
    return known or Campaign.objects.filter(uuid=campaign_uuid).values_list("cell__name", flat=True).first()


def find_job_under_way(campaign: Campaign) -> CampaignJob | None:
    return jobs_of(campaign).filter(finished_at=None).first()
