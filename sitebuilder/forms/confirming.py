"""A sign-up is certain once the link in a mail to its address was pressed. Until then nothing is agreed to.

A form must not become a cannon: an address gets three such mails in a day at most, whoever asks for them, and a campaign
sends two thousand in an hour; the others leave later; none goes to an address that refused them (refusing.py). What the visitor sees is the same, whether an address is known or not.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F, Sum

from crm.consent.entries import ConsentGiven, Source
from crm.consent.enums import Basis, Channel
from crm.consent.objections import is_suppressed
from crm.consent.suppression import address_hash
from crm.people.matching import lock_identities
from crm.people.models import Person
from crm.people.queries import present_id
from crm.people.services import ContactData, capture, record_activity
from sitebuilder.forms.letters import send_confirmation_letter
from sitebuilder.forms.models import Confirmation, ShareCode
from sitebuilder.forms.refusing import allow_confirmations, is_refused, refusal_path
from sitebuilder.forms.tasks import send_confirmation_task
from tenants.alarms import set_alarm
from tenants.context import current_schema

logger = logging.getLogger(__name__)
VALID = timedelta(days=7)
FORGOTTEN = timedelta(days=30)  # after which a sign-up that nobody confirmed is dropped
PER_ADDRESS = 3  # in a day
PER_CAMPAIGN = 2000  # in an hour
ALARM = "siteforms.confirmations"
ASIDE = timedelta(minutes=2)  # should the worker that sends be killed, or the mail server be away
AT_ONCE = 500
LOOKED_AT = timedelta(days=1)  # again, as long as somebody has not confirmed: in time the sign-up is dropped


class BadLink(Exception):
    """Not a link that this campaign wrote, or to somebody who was erased since."""


class LinkTooOld(Exception):
    """Its week is over."""


class NotHandedOver(Exception):
    """The mail server is away: the mail waits, and an alarm is set."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-up as far as its confirmation has to know it."""

    person_id: int
    email: str
    key: str
    form: str
    page_url: str
    consents: Sequence[ConsentGiven]


@transaction.atomic
def ask_for_confirmation(*, asked: Asked, now: datetime) -> Confirmation:
    """The mail leaves after the commit. The same key twice is one confirmation and one mail."""
    values = {
        "person_id": asked.person_id,
        "email": asked.email,
        "form": asked.form,
        "page_url": asked.page_url,
        "consents": [[str(one.purpose), str(one.channel), one.wording] for one in asked.consents],
        "asked_at": now,
        "expires_at": now + VALID,
    }
    confirmation, is_new = Confirmation.objects.get_or_create(key=asked.key, defaults=values)
    if is_new:
        set_alarm(ALARM, due_at=now + ASIDE)
        transaction.on_commit(partial(send_confirmation_task.delay, uuid=str(confirmation.uuid)))
    return confirmation


def send_again(*, uuid: UUID) -> None:
    """Nobody learns whether another mail leaves: the limits may not allow it."""
    send_confirmation_task.delay(uuid=str(uuid), again=True)


def send_confirmation(*, uuid: UUID, again: bool, now: datetime) -> bool:
    """False when there is nothing to send, or when it may not be sent now. Raises NotHandedOver."""
    confirmation = _claim(uuid, again, now)
    if confirmation is None:
        return False
    try:
        paths = {"url_path": confirmation_path(confirmation), "refusal_path": refusal_path(confirmation.email)}
        send_confirmation_letter(confirmation, **paths)
    except (SMTPException, OSError) as error:
        logger.warning("The mail of confirmation %s could not be handed over", confirmation.pk)
        _give_back(confirmation, now)
        raise NotHandedOver from error
    if Person.objects.alive().filter(pk=present_id(confirmation.person_id)).exists():
        record_activity(
            person_id=confirmation.person_id,
            kind="confirmation_asked",
            source=_source(confirmation),
            payload={},
            now=now,
        )
    return True


def send_waiting(*, now: datetime) -> int:
    """What the alarm asks: mails that did not leave, because of a killed worker, a server that was away, or a rush."""
    Confirmation.objects.filter(confirmed_at=None, expires_at__lt=now - FORGOTTEN).delete()
    waiting = Confirmation.objects.filter(sent_at=None, confirmed_at=None, held_back_at=None)
    waiting = waiting.filter(asked_at__gt=now - timedelta(days=1))
    uuids = list(waiting.order_by("asked_at").values_list("uuid", flat=True)[:AT_ONCE])
    sent = 0
    try:
        for uuid in uuids:
            sent += send_confirmation(uuid=uuid, again=False, now=now)
    except NotHandedOver:
        return sent  # each of the others would wait for the server as long, and hold this worker up
    if len(uuids) == AT_ONCE:
        set_alarm(ALARM, due_at=now + ASIDE)
    elif Confirmation.objects.filter(confirmed_at=None).exists():
        set_alarm(ALARM, due_at=now + LOOKED_AT)
    return sent


@transaction.atomic
def confirm(*, uuid: UUID, now: datetime) -> ShareCode:
    """What was ticked is agreed to from now on, with the proof. Safe to repeat. Raises BadLink, LinkTooOld."""
    confirmation = Confirmation.objects.select_for_update(of=("self",)).filter(uuid=uuid).first()
    if confirmation is None:
        raise BadLink
    person_id = present_id(confirmation.person_id)
    if confirmation.confirmed_at is None:
        if confirmation.expires_at < now:
            raise LinkTooOld
        person_id = _record(confirmation, now)
        Confirmation.objects.filter(pk=confirmation.pk).update(confirmed_at=now, person_id=person_id)
        # The button of an earlier mail: who can press it may also take her «never again» back.
        allow_confirmations(digests=[address_hash(confirmation.email)])
    return ShareCode.objects.get_or_create(person_id=person_id)[0]


def confirmation_path(confirmation: Confirmation) -> str:
    return f"/inscription/confirmation/{_signer().sign(confirmation.uuid.hex)}/"


def read_link(token: str) -> Confirmation:
    """Raises BadLink."""
    try:
        found = Confirmation.objects.filter(uuid=UUID(_signer().unsign(token))).first()
    except (BadSignature, ValueError) as error:
        raise BadLink from error
    if found is None:
        raise BadLink
    return found


def _signer() -> Signer:
    """The lasting key: a campaign that moves to another cell takes the mails on their way with it."""
    return Signer(salt=f"siteforms.confirmation.{current_schema()}", key=settings.LASTING_KEY)


@transaction.atomic
def _claim(uuid: UUID, again: bool, now: datetime) -> Confirmation | None:
    """Counted before it is sent: a killed worker may cost a mail, never send one too many."""
    found = Confirmation.objects.select_for_update(of=("self",)).filter(uuid=uuid, confirmed_at=None)
    confirmation = found.filter(expires_at__gt=now).first()
    if confirmation is None or (confirmation.sent_at and not again):
        return None
    if is_refused(address_hash(confirmation.email)):
        Confirmation.objects.filter(pk=confirmation.pk).update(held_back_at=now)
        return None
    lock_identities(f"confirmation:{confirmation.email}")
    if _sent_to(confirmation.email, now) >= PER_ADDRESS:
        return None
    if Confirmation.objects.filter(sent_at__gt=now - timedelta(hours=1)).count() >= PER_CAMPAIGN:
        set_alarm(ALARM, due_at=now + timedelta(minutes=10))
        return None
    Confirmation.objects.filter(pk=confirmation.pk).update(
        sent_at=now, sent_count=F("sent_count") + 1, held_back_at=None
    )
    return confirmation


def _sent_to(email: str, now: datetime) -> int:
    lately = Confirmation.objects.filter(email=email, sent_at__gt=now - timedelta(days=1))
    return lately.aggregate(count=Sum("sent_count"))["count"] or 0


def _give_back(confirmation: Confirmation, now: datetime) -> None:
    Confirmation.objects.filter(pk=confirmation.pk).update(
        sent_at=confirmation.sent_at, sent_count=confirmation.sent_count
    )
    set_alarm(ALARM, due_at=now + ASIDE)


def _record(confirmation: Confirmation, now: datetime) -> int:
    captured = capture(
        contact=ContactData(email=confirmation.email),
        kind="confirmed",
        source=_source(confirmation, is_proven=True),
        consents=_proven(confirmation),
        payload={
            "form": confirmation.form,
            "page": confirmation.page_url,
            "asked_at": confirmation.asked_at.isoformat(),
        },
        key=f"confirmed:{confirmation.uuid}",
        now=now,
    )
    return captured.person_id


def _proven(confirmation: Confirmation) -> list[ConsentGiven]:
    """A mail proves nothing about a telephone: a number that asked to be left alone stays alone."""
    phone = Person.objects.filter(pk=present_id(confirmation.person_id)).values_list("phone", flat=True).first() or ""
    return [
        ConsentGiven(purpose, channel, granted=True, basis=Basis.CONSENT, wording=wording)
        for purpose, channel, wording in confirmation.consents
        if channel == Channel.EMAIL or not is_suppressed(channel, phone)
    ]


def _source(confirmation: Confirmation, *, is_proven: bool = False) -> Source:
    return Source(kind="form", reference=f"confirmation:{confirmation.pk}", is_proven=is_proven)
