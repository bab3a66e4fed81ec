"""What the screens show of a campaign's life."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.dateparse import parse_datetime

from controlplane.jobs.models import CampaignJob
from controlplane.jobs.queries import find_job_under_way, jobs_of
from controlplane.lifecycle.enums import SuspensionReason
from controlplane.lifecycle.models import CampaignDomain, ErasureProof
from controlplane.models import Campaign
from tenants.enums import TenantState
from tenants.jobs.enums import JobState
from tenants.lifecycle.kinds import CLOSE, SUSPEND


@dataclass(frozen=True, slots=True)
class Life:
    """Where a campaign stands: why it is suspended, when it will be erased, what is under way."""

    reason: str
    erase_at: datetime | None
    under_way: CampaignJob | None
    jobs: list[CampaignJob]
    domains: list[CampaignDomain]
    site_address: str


def life_of(campaign: Campaign) -> Life:
    domains = list(CampaignDomain.objects.filter(campaign=campaign))
    primary = next((domain.domain for domain in domains if domain.is_primary), "")
    port = f":{settings.PLATFORM_PORT}" if settings.PLATFORM_PORT else ""
    return Life(
        reason=_suspension_reason(campaign),
        erase_at=erasure_day(campaign),
        under_way=find_job_under_way(campaign),
        jobs=list(jobs_of(campaign)[:5]),
        domains=domains,
        site_address=f"{settings.PLATFORM_SCHEME}://{primary}{port}" if primary else campaign.address,
    )


def find_closing(campaign: Campaign) -> CampaignJob | None:
    """The job that closed the campaign, while it is closed."""
    return _last(campaign, CLOSE) if campaign.state == TenantState.CLOSED else None


def erasure_day(campaign: Campaign) -> datetime | None:
    closing = find_closing(campaign)
    return parse_datetime(closing.parameters["erase_at"]) if closing else None


def find_proof(campaign: Campaign) -> ErasureProof | None:
    return ErasureProof.objects.filter(campaign_uuid=campaign.uuid).first()


def _suspension_reason(campaign: Campaign) -> str:
    suspension = _last(campaign, SUSPEND) if campaign.state == TenantState.SUSPENDED else None
    code = suspension.parameters.get("reason", "") if suspension else ""
    return str(SuspensionReason(code).label) if code in SuspensionReason else ""


def _last(campaign: Campaign, kind: str) -> CampaignJob | None:
    return jobs_of(campaign).filter(kind=kind, state=JobState.DONE).first()
