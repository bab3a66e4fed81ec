from datetime import datetime
from typing import Any

from django.db import transaction

from tenants.facts import TenantFacts
from tenants.office.models import CampaignProfile


def create_profile(*, tenant: TenantFacts, now: datetime) -> None:
    """The profile of a campaign that is being set up: what it said when it signed up."""
    CampaignProfile.objects.get_or_create(
        id=1, defaults={"display_name": tenant.name, "kind": tenant.kind, "updated_at": now}
    )


def save_profile(*, profile: CampaignProfile, now: datetime, **changes: Any) -> CampaignProfile:
    """Write what a form of the settings checked, whether or not the row is there yet."""
    with transaction.atomic():
        for name, value in changes.items():
            setattr(profile, name, value)
        profile.updated_at = now
        profile.full_clean()
        profile.save()
    return profile
