"""Single mails (confirmations, invitations) by the SMTP server that SMTP_URL names."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from shared.metrics import count_mails


def smtp_options(address: str) -> dict[str, Any]:
    """smtp://user:password@host:port?starttls=true or smtps://… as the options of Django's SMTP backend."""
    parts = urlsplit(address)
    secure = parts.scheme == "smtps"
    return {
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or (465 if secure else 25),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": secure,
        "use_tls": not secure and parse_qs(parts.query).get("starttls", ["false"])[0] == "true",
    }


class SmtpBackend(EmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        sent = 0
        try:
            sent = super().send_messages(email_messages) or 0
        finally:
            count_mails(way="single", outcome="accepted", number=sent)
            count_mails(way="single", outcome="failed", number=len(email_messages) - sent)
        return sent

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, **smtp_options(settings.SMTP_URL), "timeout": 20})
