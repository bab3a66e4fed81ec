"""The words beside the boxes and under the button. What was shown is what the consent ledger keeps."""

from django.utils.translation import gettext as _

from tenants.enums import TenantKind
from tenants.office.models import CampaignProfile


def email_wording(profile: CampaignProfile) -> str:
    return _("By e-mail: I agree to receive the news of %(name)s.") % {"name": profile.display_name}


def sms_wording(profile: CampaignProfile) -> str:
    return _("By SMS: I agree to receive two messages a week at most from %(name)s.") % {"name": profile.display_name}


def targeting_wording(profile: CampaignProfile) -> str:
    """Asked apart (regulation (EU) 2024/900, art. 18): without it she is written to with the whole list, or not at all."""
    return _(
        "Chosen for me: I agree that %(name)s also picks e-mails for me from what I told of myself (town, age, wishes)."
    ) % {"name": profile.display_name}


def tracking_wording(profile: CampaignProfile) -> str:
    """Asked apart, and only where the campaign measures (CNIL, recommendation of 12 March 2026 on pixels in mails)."""
    if not profile.measures_messages:
        return ""
    return _(
        "Measured: I agree that %(name)s sees whether I open its e-mails and which links I follow in them, to know what interests me."
    ) % {"name": profile.display_name}


def legal_sentence(profile: CampaignProfile) -> str:
    """Under the button: what becomes of the data, and what a sign-up says about somebody (article 9 of the GDPR)."""
    kept = _("%(name)s records that you join, and writes to you only for what you tick.") % {
        "name": profile.display_name
    }
    return f"{kept} {_opinion(profile.kind)}"


def _opinion(kind: str) -> str:
    if kind in (TenantKind.CANDIDATE, TenantKind.PARTY, TenantKind.ELECTED):
        return _("To support a campaign says a political opinion: you may change your mind at any time.")
    if kind == TenantKind.UNION:
        return _(
            "To join a union is personal, your employer learns nothing of it: you may change your mind at any time."
        )
    return _("You may change your mind at any time.")


def whole_wording(profile: CampaignProfile) -> str:
    boxes = (email_wording(profile), sms_wording(profile), targeting_wording(profile), tracking_wording(profile))
    return "\n".join(words for words in (*boxes, legal_sentence(profile)) if words)
