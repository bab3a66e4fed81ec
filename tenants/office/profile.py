"""The campaign's own words about itself, for whoever shows or sends something in its name."""

from collections.abc import Mapping

from tenants.context import require_tenant
from tenants.office.models import CampaignProfile

SOCIAL_NETWORKS: Mapping[str, str] = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "x": "X",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "linkedin": "LinkedIn",
    "telegram": "Telegram",
    "whatsapp": "WhatsApp",
}


def campaign_profile() -> CampaignProfile:
    """The profile of the current campaign; one not saved yet, with what the registry knows, when nobody filled it in."""
    found = CampaignProfile.objects.first()
    if found is not None:
        return found
    tenant = require_tenant()
    return CampaignProfile(display_name=tenant.name, kind=tenant.kind)
