from typing import Any

from django import template
from django.utils import timezone

from controlplane.archives.queries import standing_agreement
from controlplane.models import Campaign

register = template.Library()


@register.inclusion_tag("campaign_archives/agreement_notice.html")
def agreement_notice(campaign: Campaign) -> dict[str, Any]:
    """What its owner is asked, or has agreed to."""
    return {"campaign": campaign, "agreement": standing_agreement(campaign, now=timezone.now())}
