"""Whose an address is: asked by whatever gives one away, so this stands on tables alone."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from controlplane.lifecycle.models import CampaignDomain, HeldSlug
from controlplane.models import Campaign


def is_held(slug: str, *, now: datetime, but_for: Any = None) -> bool:
    """Whether somebody holds the address: `but_for` is the campaign that may."""
    held = HeldSlug.objects.filter(slug__iexact=slug).exclude(campaign_uuid=but_for)
    return held.filter(Q(until=None) | Q(until__gt=now)).exists()


def find_campaign_of_host(host: str) -> Campaign | None:
    """By its address, one that it had, or a domain of its own."""
    own = CampaignDomain.objects.filter(domain=host, verified_at__isnull=False).select_related("campaign__cell").first()
    if own:
        return own.campaign
    slug, _dot, parent = host.partition(".")
    if parent != settings.PLATFORM_HOST:
        return None
    held = HeldSlug.objects.filter(slug=slug, until=None).values("campaign_uuid")
    named = Campaign.objects.select_related("cell").filter(Q(slug=slug) | Q(uuid__in=held))
    return min(named, key=lambda campaign: campaign.slug != slug, default=None)
