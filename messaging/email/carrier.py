"""The e-mail channel: builds each recipient's message and gives it to the kept connection."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cached_property

from django.conf import settings
from django.utils import timezone, translation

from messaging.deliveries.channels import ACCEPTED, Outcome, ProviderUnavailable, Recipient
from messaging.deliveries.enums import DeliveryState, Reason
from messaging.email.measured import can_be_measured, measured, measured_values, unmeasured
from messaging.email.merge import marker, own_fields_in, values_of
from messaging.email.mime import MimeTemplate, Written, ascii_address, header_block
from messaging.email.models import Dispatch
from messaging.email.origin import consent_day, origin_of
from messaging.email.providers import asks_to_slow_down, provider_of
from messaging.email.signing import return_domain, signer
from messaging.email.smtp import Mail, SmtpServer, SmtpSession
from messaging.email.tokens import AGREE, UNSUBSCRIBE, VIEW, TokenMaker
from messaging.email.urls_of_mail import agree_path, unsubscribe_path, view_path
from messaging.measuring.addresses import AddressMaker
from messaging.measuring.models import Link
from messaging.measuring.permission import measurable
from messaging.measuring.services import note_measured
from tenants.context import require_tenant
from tenants.office.profile import campaign_profile

IDLE_SECONDS = 15.0
UNUSABLE = Outcome(DeliveryState.REFUSED, Reason.BAD_ADDRESS, "")
SLOWED = Outcome(DeliveryState.HELD, Reason.LATER, "")
_kept = threading.local()


class MailWriter:
    """The words of one mailing, ready to be filled in for anybody."""

    def __init__(self, written: Written, *, list_name: str, links: Mapping[int, str] | None = None) -> None:
        """`links`: by id, those that a measured mail leads through the site. None: nobody's reading is measured."""
        self.tenant = require_tenant()
        self.campaign = campaign_profile().display_name
        self.signer = signer()
        # By the key as it is now: one proved or lost since the order would sign for another domain than From's (DMARC).
        domain = self.signer.domain if self.signer else settings.MAIL_DOMAIN
        local = written.from_address.partition("@")[0]
        self._return_domain = return_domain()
        self._written = replace(written, from_address=f"{local}@{domain}")
        self._static = [
            ("List-Id", f"<{list_name}.{self.tenant.slug}.{settings.MAIL_DOMAIN}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
        self.template = MimeTemplate(unmeasured(self._written), static_headers=self._static)
        self.links = links if links is not None and can_be_measured(written) else None
        self._name = list_name
        self._own_fields = own_fields_in(written.subject, written.html, written.text)
        self._unsubscribe, self._view, self._measure = TokenMaker(UNSUBSCRIBE), TokenMaker(VIEW), AddressMaker()
        self._asks, self._agree = marker("agree_url") in written.text, TokenMaker(AGREE)
        self._base = self.tenant.absolute_url("")
        self._origins: dict[tuple[str, str, object], str] = {}
        self._moment, self._date = 0.0, b""

    @cached_property
    def _measured_template(self) -> MimeTemplate:
        """Of those who agreed: made for the first of them, so that the others cost what they did."""
        return MimeTemplate(measured(self._written, self.links or {}), static_headers=self._static)

    def mail(self, recipient: Recipient, address: bytes, *, is_measured: bool = False) -> Mail:
        who = {"person_id": recipient.person_id, "delivery_id": recipient.delivery_id}
        unsubscribe = self._base + unsubscribe_path(self._unsubscribe.make(**who))
        values = {
            **self._values(recipient),
            "unsubscribe_url": unsubscribe,
            "view_url": self._base + view_path(self._view.make(**who)),
            "origin": self._origin(recipient),
        }
        if self._asks:
            values["agree_url"] = self._base + agree_path(self._agree.make(**who))
        if is_measured:
            values |= measured_values(self._measure, recipient.delivery_id, self.links or {})
        common, body = (self._measured_template if is_measured else self.template).fill(values)
        key = f"{recipient.delivery_id:x}"
        headers = [
            *common,
            (b"To", address),
            (b"Date", self._now()),
            (b"Message-ID", f"<{key}.{self._name}@{settings.MAIL_DOMAIN}>".encode()),
            (b"List-Unsubscribe", f"<{unsubscribe}>".encode()),
        ]
        if self.signer:
            headers.insert(0, self.signer.header(headers, body))
        sender = f"retour+{self.tenant.schema_name}-{key}@{self._return_domain}".encode()
        return Mail(sender, address, header_block(headers) + b"\r\n" + body)

    def _values(self, recipient: Recipient) -> dict[str, str]:
        if not self._own_fields:
            return values_of(recipient, {})
        with translation.override(self.tenant.language):
            return values_of(recipient, self._own_fields)

    def _origin(self, recipient: Recipient) -> str:
        key = (recipient.basis, recipient.consent_source, consent_day(recipient))
        if key not in self._origins:
            with translation.override(self.tenant.language):
                self._origins[key] = origin_of(recipient, self.campaign)
        return self._origins[key]

    def _now(self) -> bytes:
        if time.monotonic() - self._moment > 1 or not self._date:
            self._moment, self._date = time.monotonic(), format_datetime(datetime.now(UTC)).encode()
        return self._date


class EmailCarrier:
    def __init__(self, writer: MailWriter, *, mailing_id: int = 0) -> None:
        self._writer, self._mailing_id = writer, mailing_id
        self._slowed: set[str] = set()  # providers that asked to come back later, for as long as this carrier lives

    def hand_over(self, recipients: Sequence[Recipient]) -> list[Outcome]:
        agreed = self._agreed(recipients)
        ready: dict[int, Mail] = {}
        known: dict[int, Outcome] = {}
        for recipient in recipients:
            address = ascii_address(recipient.address)
            if address is None:
                known[recipient.delivery_id] = UNUSABLE
            elif provider_of(recipient.address) in self._slowed:
                known[recipient.delivery_id] = SLOWED
            else:
                is_measured = recipient.delivery_id in agreed
                ready[recipient.delivery_id] = self._writer.mail(recipient, address, is_measured=is_measured)
        if ready:
            known.update(zip(ready, self._send(list(ready.values())), strict=False))
        taken = {pk: person for pk, person in agreed.items() if pk in known and known[pk] == ACCEPTED}
        note_measured(mailing_id=self._mailing_id, people=taken, now=timezone.now())
        outcomes = []
        for recipient in recipients:
            if recipient.delivery_id not in known:
                break
            outcomes.append(self._noticed(recipient, known[recipient.delivery_id]))
        return outcomes

    def close(self) -> None:
        """The connection is kept for the next mailing; an idle one is asked if it still lives."""

    def _agreed(self, recipients: Sequence[Recipient]) -> dict[int, int]:
        """Persons by delivery: whose mail may tell of its reading, asked at the moment of handing over."""
        if self._writer.links is None:
            return {}
        agreed = measurable(recipient.person_id for recipient in recipients)
        return {each.delivery_id: each.person_id for each in recipients if each.person_id in agreed}

    def _send(self, mails: list[Mail]) -> list[Outcome]:
        outcomes = kept_session().send(mails)
        _kept.used_at = time.monotonic()
        if not outcomes:  # the server had closed an old connection: nothing was handed over
            drop_session()
            outcomes = kept_session().send(mails)
        if not outcomes:
            drop_session()
            raise ProviderUnavailable("the mail server ends every connection")
        return outcomes

    def _noticed(self, recipient: Recipient, outcome: Outcome) -> Outcome:
        if outcome.state == DeliveryState.HELD and asks_to_slow_down(outcome.code):
            self._slowed.add(provider_of(recipient.address))
        return outcome


def open_email_carrier(mailing_id: int) -> EmailCarrier:
    dispatch = Dispatch.objects.select_related("mailing").get(mailing_id=mailing_id)
    links = dict(Link.objects.filter(mailing_id=mailing_id).order_by("position").values_list("pk", "address"))
    measures = campaign_profile().measures_messages
    name = dispatch.mailing.uuid.hex[:12]
    writer = MailWriter(written_of(dispatch), list_name=name, links=links if measures else None)
    return EmailCarrier(writer, mailing_id=mailing_id)


def written_of(dispatch: Dispatch) -> Written:
    return Written(
        from_name=dispatch.from_name,
        from_address=dispatch.from_address,
        reply_to=dispatch.reply_to,
        subject=dispatch.subject,
        html=dispatch.html,
        text=dispatch.text,
    )


def kept_session() -> SmtpSession:
    server = SmtpServer.configured()
    session: SmtpSession | None = getattr(_kept, "session", None)
    fresh = time.monotonic() - getattr(_kept, "used_at", 0.0) < IDLE_SECONDS
    if session is None or session.server != server or not session.usable or not (fresh or session.is_alive()):
        drop_session()
        session = SmtpSession(server)
        _kept.session = session
    _kept.used_at = time.monotonic()
    return session


def drop_session() -> None:
    session: SmtpSession | None = getattr(_kept, "session", None)
    if session is not None:
        session.quit()
    _kept.session = None
