from django.db.models import QuerySet

from controlplane.jobs.models import CampaignJob
from controlplane.models import Campaign


def jobs_of(campaign: Campaign) -> QuerySet[CampaignJob]:
    """The campaign's jobs, newest first."""
    return CampaignJob.objects.filter(campaign=campaign)


def find_job_under_way(campaign: Campaign) -> CampaignJob | None:
    return jobs_of(campaign).filter(finished_at=None).first()
