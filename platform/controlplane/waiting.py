"""The control plane's own part of what waits for a decision: alarms, openings, campaigns near their limit."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext

from controlplane.decisions import AT_MOST, Decision
from controlplane.models import Campaign, OperatorAlarm
from controlplane.queries import SLOW_AFTER
from shared.money import thousands


def alarms(now: datetime) -> Iterator[Decision]:
    for alarm in OperatorAlarm.objects.standing().select_related("cell")[:AT_MOST]:
        address = reverse("admin:controlplane_operatoralarm_change", args=[alarm.pk])
        yield Decision(alarm.message, alarm.kind_label, address, alarm.raised_at, is_grave=alarm.seen_at is None)


def openings(now: datetime) -> Iterator[Decision]:
    slow = Campaign.objects.being_opened().filter(created_at__lt=now - SLOW_AFTER).select_related("cell")
    for campaign in slow[:AT_MOST]:
        words = gettext("The opening of “%(campaign)s” does not come to its end") % {"campaign": campaign.name}
        yield Decision(words, campaign.get_opening_display(), campaign_address(campaign), campaign.opening_at, True)


def full_campaigns(now: datetime) -> Iterator[Decision]:
    for campaign in Campaign.objects.standing().near_limit().order_by("-contacts")[:AT_MOST]:
        values = {"campaign": campaign.name, "contacts": thousands(campaign.contacts), "limit": campaign.plan.label}
        words = gettext("“%(campaign)s” holds %(contacts)s contacts of %(limit)s") % values
        yield Decision(words, gettext("Near or over its tier"), campaign_address(campaign), campaign.usage_at)


def campaign_address(campaign: Campaign) -> str:
    return reverse("admin:controlplane_campaign_change", args=[campaign.pk])
