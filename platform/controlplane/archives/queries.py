from datetime import datetime

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime

from controlplane.archives.enums import STANDING
from controlplane.archives.models import MoveAgreement
from controlplane.enums import CellState
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.queries import jobs_of
from controlplane.models import Campaign, Cell, Region
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


def standing_agreement(campaign: Campaign, *, now: datetime) -> MoveAgreement | None:
    """What the owner is asked, or has agreed to, and may still be used."""
    standing = MoveAgreement.objects.select_related("region").filter(state__in=STANDING, ends_at__gt=now)
    return standing.filter(campaign=campaign).first()


def cells_to_move_to(campaign: Campaign, *, now: datetime) -> QuerySet[Cell]:
    """Of its own region, and of the one that its owner has agreed to."""
    agreement = standing_agreement(campaign, now=now)
    regions = [campaign.region_id, *([agreement.region_id] if agreement and agreement.is_agreed else [])]
    cells = Cell.objects.exclude(pk=campaign.cell_id).exclude(state=CellState.CLOSED)
    return cells.filter(region__in=regions).order_by("name")


def regions_to_ask_for(campaign: Campaign) -> QuerySet[Region]:
    """Where a cell could take the campaign, with its owner's agreement."""
    cells = Cell.objects.exclude(state=CellState.CLOSED)
    return Region.objects.filter(cells__in=cells).exclude(pk=campaign.region_id).distinct().order_by("code")
