"""The sentence that says whence we know somebody and why we may write (GDPR art. 13 and 14, at the foot of each mail)."""

from datetime import date

from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from messaging.deliveries.channels import Recipient
from messaging.deliveries.enums import REQUEST_BASIS


def consent_day(recipient: Recipient) -> date | None:
    """As the campaign's calendar has it: past midnight here it is still yesterday in UTC."""
    return localtime(recipient.consent_at).date() if recipient.consent_at else None


def origin_of(recipient: Recipient, campaign: str) -> str:
    since = consent_day(recipient)
    return origin_sentence(basis=recipient.basis, source=recipient.consent_source, since=since, campaign=campaign)


def origin_sentence(*, basis: str, source: str, since: date | None, campaign: str) -> str:
    words = {"campaign": campaign, "date": formats.date_format(since, "j F Y") if since else ""}
    if basis == "regular_contact":
        return _("You receive this message because you are in regular contact with %(campaign)s.") % words
    if basis == REQUEST_BASIS:
        return _asked_sentence(source, words)
    if basis == "legitimate_interest":
        return _("You receive this message because %(campaign)s thinks that it concerns you. You may object.") % words
    if not since:
        return _("You receive this message because you agreed to receive news of %(campaign)s by e-mail.") % words
    if basis == "import_declared" or source == "import":
        return (
            _(
                "You receive this message because you agreed to it; your address comes from the file of %(campaign)s, added on %(date)s."
            )
            % words
        )
    if source == "form":
        return _("You receive this message because you asked %(campaign)s for news on its site on %(date)s.") % words
    return (
        _("You receive this message because you agreed on %(date)s to receive news of %(campaign)s by e-mail.") % words
    )


def _asked_sentence(source: str, words: dict[str, str]) -> str:
    """She agreed to nothing yet: whence her address comes, since when, and that the question comes once."""
    if not words["date"]:  # a preview
        told = _("Here it stands whence %(campaign)s has the address of each person, and since when.")
    elif source == "import":
        told = _("Your address comes from a file that was added to the contacts of %(campaign)s on %(date)s.")
    elif source == "form":
        told = _("You gave your address to %(campaign)s in a form of its site on %(date)s.")
    else:
        told = _("Your address stands in the contacts of %(campaign)s since %(date)s.")
    once = _("This question is asked once.")
    return f"{told % words} {once}"
