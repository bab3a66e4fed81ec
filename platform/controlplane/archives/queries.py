from datetime import datetime

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from controlplane.enums import CellState
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.queries import jobs_of
from controlplane.models import Campaign, Cell
from tenants.jobs.enums import JobState


def exports_of(campaign: Campaign) -> QuerySet[CampaignJob]:
    """Newest first."""
    return jobs_of(campaign).filter(kind="export")


def standing_exports(campaign: Campaign, *, now: datetime) -> list[CampaignJob]:
    """Those that can still be taken away, with the time at which they go."""
    standing = []
    for job in exports_of(campaign).filter(state=JobState.DONE, result__expires_at__gt=now.isoformat()):
        job.expires_at = parse_datetime(job.result["expires_at"])  # type: ignore[attr-defined]
        standing.append(job)
    return standing


def cells_to_move_to(campaign: Campaign) -> QuerySet[Cell]:
    return Cell.objects.exclude(pk=campaign.cell_id).exclude(state=CellState.CLOSED).order_by("name")
