from datetime import datetime

from controlplane.models import Campaign
from controlplane.support.models import SupportGrant


def find_grant(campaign: Campaign, *, now: datetime) -> SupportGrant | None:
    """The permission in force that holds longest."""
    return SupportGrant.objects.filter(campaign=campaign).in_force(now=now).order_by("-ends_at").first()
