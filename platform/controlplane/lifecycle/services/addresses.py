"""A campaign's address on the platform, and domains of its own. The control plane reserves, the cell opens."""

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from controlplane.audit.actors import Actor
from controlplane.audit.services import record_audit
from controlplane.jobs.models import CampaignJob
from controlplane.jobs.services import request_job
from controlplane.lifecycle.holding import is_held
from controlplane.lifecycle.models import CampaignDomain, HeldSlug
from controlplane.models import Campaign
from controlplane.slugs import SlugTaken, is_reserved
from tenants.lifecycle.kinds import ADD_DOMAIN, PREFER_DOMAIN, REMOVE_DOMAIN, RENAME

MOST_DOMAINS = 5


class DomainTaken(Exception):
    """Another campaign has proved that the domain is its own."""


class TooManyDomains(Exception):
    """A campaign has so many domains and no more."""


def rename_campaign(*, campaign: Campaign, slug: str, by: Actor, now: datetime) -> CampaignJob:
    """Take another address at once and have the cell open it. Raises SlugTaken, JobUnderWay."""
    if is_reserved(slug) or is_held(slug, now=now, but_for=campaign.uuid):
        raise SlugTaken(slug)
    try:
        with transaction.atomic():
            job = request_job(
                campaign=campaign,
                kind=RENAME,
                by=by,
                now=now,
                parameters={"slug": slug, "former": campaign.slug},
            )
            hold(campaign.slug, campaign)
            Campaign.objects.filter(pk=campaign.pk).update(slug=slug)
    except IntegrityError as error:  # somebody took it at the same moment: the constraint decides
        raise SlugTaken(slug) from error
    campaign.slug = slug
    return job


def hold(slug: str, campaign: Campaign, until: datetime | None = None) -> None:
    HeldSlug.objects.update_or_create(slug=slug, defaults={"campaign_uuid": campaign.uuid, "until": until})


@transaction.atomic
def add_domain(*, campaign: Campaign, domain: str, wants_primary: bool, by: Actor, now: datetime) -> CampaignDomain:
    """Claim a domain: nothing is open before its proof. Raises DomainTaken, TooManyDomains."""
    Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    _refuse_if_taken(domain, campaign)
    mine = CampaignDomain.objects.filter(campaign=campaign)
    if known := mine.filter(domain=domain).first():
        return known
    if mine.count() >= MOST_DOMAINS:
        raise TooManyDomains
    claimed = CampaignDomain.objects.create(
        campaign=campaign,
        domain=domain,
        token=secrets.token_urlsafe(16),
        wants_primary=wants_primary,
        asked_at=now,
    )
    record_audit(action="domain.claimed", by=by, now=now, campaign_uuid=campaign.uuid)
    return claimed


def check_domain(*, domain: CampaignDomain, by: Actor, now: datetime) -> CampaignJob:
    """Have the cell look for the proof and open the domain. Raises DomainTaken, JobUnderWay."""
    _refuse_if_taken(domain.domain, domain.campaign)
    is_primary = domain.is_primary if domain.verified_at else domain.wants_primary
    parameters = {"domain": domain.domain, "token": domain.token, "is_primary": is_primary}
    return request_job(campaign=domain.campaign, kind=ADD_DOMAIN, by=by, now=now, parameters=parameters)


def prefer_domain(*, campaign: Campaign, domain: CampaignDomain | None, by: Actor, now: datetime) -> CampaignJob:
    """Make a proved domain the main address; None: the platform's own. Raises JobUnderWay."""
    name = domain.domain if domain else ""
    return request_job(campaign=campaign, kind=PREFER_DOMAIN, by=by, now=now, parameters={"domain": name})


@transaction.atomic
def remove_domain(*, domain: CampaignDomain, by: Actor, now: datetime) -> CampaignJob | None:
    """Close a domain; one that was never proved is forgotten at once. Raises JobUnderWay."""
    if domain.verified_at is None:
        domain.delete()
        record_audit(action="domain.forgotten", by=by, now=now, campaign_uuid=domain.campaign.uuid)
        return None
    return request_job(
        campaign=domain.campaign, kind=REMOVE_DOMAIN, by=by, now=now, parameters={"domain": domain.domain}
    )


def _refuse_if_taken(domain: str, campaign: Campaign) -> None:
    proved = CampaignDomain.objects.filter(domain=domain, verified_at__isnull=False)
    if proved.exclude(campaign=campaign).exists():
        raise DomainTaken(domain)
