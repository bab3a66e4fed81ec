"""Jobs that failed for good wait for an operator's decision."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from controlplane.decisions import AT_MOST, Decision
from controlplane.jobs.models import CampaignJob
from tenants.jobs.enums import JobState


def failed_jobs(now: datetime) -> Iterator[Decision]:
    failed = CampaignJob.objects.filter(state=JobState.FAILED).select_related("campaign")
    for job in failed.order_by("-asked_at")[:AT_MOST]:
        address = reverse("admin:campaign_jobs_campaignjob_change", args=[job.pk])
        title = f"{job.label} · {job.campaign.name}"
        yield Decision(title, job.get_state_display(), address, job.finished_at or job.news_at, is_grave=True)
