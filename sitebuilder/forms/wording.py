"""The words beside the boxes and under the button. What was shown is what the consent ledger keeps."""

from django.utils.translation import gettext as _

from tenants.office.models import CampaignProfile


def email_wording(profile: CampaignProfile) -> str:
    return _("By e-mail: I agree to receive the news of %(name)s.") % {"name": profile.display_name}


def sms_wording(profile: CampaignProfile) -> str:
    return _("By SMS: I agree to receive two messages a week at most from %(name)s.") % {"name": profile.display_name}


def legal_sentence(profile: CampaignProfile) -> str:
    return _(
        "%(name)s keeps your address for what you tick, and for nothing else. To support a campaign says a political opinion: you may erase everything with one click."
    ) % {"name": profile.display_name}


def whole_wording(profile: CampaignProfile) -> str:
    return "\n".join((email_wording(profile), sms_wording(profile), legal_sentence(profile)))
