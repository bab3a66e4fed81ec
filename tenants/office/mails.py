"""The office's own mails, each in its reader's language: as text, and as HTML in the campaign's office's look."""

from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override

from tenants.office.profile import campaign_profile


def send_office_mail(*, name: str, to: str, language: str, context: dict[str, Any], reply_to: str = "") -> None:
    """`name`: office/mail/<name>.txt (first line: the subject); the HTML is made from the same words."""
    with override(language):
        campaign = campaign_profile().display_name
        written = render_to_string(f"office/mail/{name}.txt", {**context, "campaign": campaign}).strip()
        subject, body = written.split("\n", 1)
        paragraphs = [part.strip() for part in body.strip().split("\n\n")]
        html = render_to_string(
            "office/mail/frame.html",
            {**context, "campaign": campaign, "paragraphs": paragraphs, "subject": subject, "language": language},
        )
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    sender, answers = formataddr((campaign, address)), [reply_to] if reply_to else None
    mail = EmailMultiAlternatives(subject.strip(), body.strip() + "\n", sender, [to], reply_to=answers)
    mail.attach_alternative(html, "text/html")
    mail.send()
