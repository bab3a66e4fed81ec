"""What the directory notes when a cell has done a job of a campaign's life."""

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction

from billing.services import end_subscription
from controlplane.audit.actors import SYSTEM
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import request_job
from controlplane.lifecycle.models import CampaignDomain, ErasureProof, HeldSlug
from controlplane.lifecycle.services.addresses import hold
from controlplane.lifecycle.tasks import send_domain_closed_mail_task, send_life_mail_task
from controlplane.models import Campaign
from tenants.enums import TenantState
from tenants.lifecycle.kinds import REMOVE_DOMAIN

logger = logging.getLogger(__name__)
ADDRESS_REST = timedelta(days=365)  # after an erasure: old links and leaflets must not lead to somebody else


def on_renamed(job: CampaignJob, now: datetime) -> None:
    slug = job.parameters["slug"]
    try:
        with transaction.atomic():
            Campaign.objects.filter(pk=job.campaign_id).update(slug=slug)
    except IntegrityError:
        logger.exception("The address of campaign %s was taken while its job was being tried again", job.campaign.uuid)
        return
    HeldSlug.objects.filter(slug=slug, campaign_uuid=job.campaign.uuid).delete()
    hold(job.parameters["former"], job.campaign)


def on_rename_failed(job: CampaignJob, now: datetime) -> None:
    """The cell stays where it was, and so does the directory. The wished address is held, for another try."""
    slug, former = job.parameters["slug"], job.parameters["former"]
    if Campaign.objects.filter(pk=job.campaign_id, slug=slug).update(slug=former):
        HeldSlug.objects.filter(slug=former, campaign_uuid=job.campaign.uuid).delete()
        if job.error != "address_taken":
            hold(slug, job.campaign)


def on_domain_added(job: CampaignJob, now: datetime) -> None:
    mine = CampaignDomain.objects.filter(campaign=job.campaign, domain=job.parameters["domain"])
    try:
        with transaction.atomic():
            mine.update(verified_at=now, closes_at=None)
    except IntegrityError:  # two cells proved it at the same moment: the first keeps it
        mine.delete()
        request_job(
            campaign=job.campaign,
            kind=REMOVE_DOMAIN,
            by=SYSTEM,
            now=now,
            parameters={"domain": job.parameters["domain"]},
        )
        return
    if job.parameters["is_primary"]:
        _prefer(job.campaign, job.parameters["domain"])


def on_domain_preferred(job: CampaignJob, now: datetime) -> None:
    _prefer(job.campaign, job.parameters["domain"])


def on_domain_removed(job: CampaignJob, now: datetime) -> None:
    gone = CampaignDomain.objects.filter(campaign=job.campaign, domain=job.parameters["domain"])
    was_missing = gone.exclude(closes_at=None).exists()
    gone.delete()
    if was_missing and job.asked_by == SYSTEM.kind:
        transaction.on_commit(partial(send_domain_closed_mail_task.delay, job_id=job.pk))


def on_suspended(job: CampaignJob, now: datetime) -> None:
    _become(job.campaign, TenantState.SUSPENDED)
    _tell_owner(job)


def on_resumed(job: CampaignJob, now: datetime) -> None:
    _become(job.campaign, TenantState.ACTIVE)


def on_closed(job: CampaignJob, now: datetime) -> None:
    _become(job.campaign, TenantState.CLOSED)
    _tell_owner(job)


def on_reopened(job: CampaignJob, now: datetime) -> None:
    _become(job.campaign, TenantState(job.parameters["state"]))


def on_erased(job: CampaignJob, now: datetime) -> None:
    """Keep the proof; forget addresses and domains. The address rests for a year."""
    campaign, proof = job.campaign, job.result["proof"]
    ErasureProof.objects.get_or_create(
        campaign_uuid=campaign.uuid, defaults={"body": proof, "sha256": proof["sha256"], "erased_at": now}
    )
    HeldSlug.objects.filter(campaign_uuid=campaign.uuid).update(until=now + ADDRESS_REST)
    hold(campaign.slug, campaign, until=now + ADDRESS_REST)
    CampaignDomain.objects.filter(campaign=campaign).delete()
    CampaignJob.objects.filter(campaign=campaign).exclude(pk=job.pk).update(parameters={}, result={})
    Campaign.objects.filter(pk=campaign.pk).update(state=TenantState.ERASED, slug=campaign.uuid.hex, contacts=0)
    end_subscription(campaign_uuid=campaign.uuid, now=now)
    _tell_owner(job)


def _prefer(campaign: Campaign, domain: str) -> None:
    CampaignDomain.objects.filter(campaign=campaign).exclude(domain=domain).update(is_primary=False)
    CampaignDomain.objects.filter(campaign=campaign, domain=domain).update(is_primary=True)


def _tell_owner(job: CampaignJob) -> None:
    transaction.on_commit(partial(send_life_mail_task.delay, job_id=job.pk))


def _become(campaign: Campaign, state: TenantState) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(state=state)
