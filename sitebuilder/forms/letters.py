"""The one mail of a sign-up. Nothing that was typed stands in it: the form is no way to send words to somebody."""

from django.utils.translation import gettext_lazy as _

from sitebuilder.forms.models import Confirmation
from tenants.context import require_tenant
from tenants.office.mails import send_office_mail
from tenants.office.profile import campaign_profile


def send_confirmation_letter(confirmation: Confirmation, *, url_path: str, refusal_path: str) -> None:
    tenant = require_tenant()
    send_office_mail(
        name="signup_confirmation",
        to=confirmation.email,
        language=tenant.language,
        context={
            "wordings": [wording for _purpose, _channel, wording in confirmation.consents],
            "asked_at": confirmation.asked_at,
            "url": tenant.absolute_url(url_path),
            "action": _("Confirm"),
            "other_url": tenant.absolute_url(refusal_path),
            "other_action": _("Never again"),
        },
        reply_to=campaign_profile().reply_to_email,
    )
