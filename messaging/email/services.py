"""What can be done with a message: write it, try it, send it once, take it back."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from crm.segments.models import Segment
from messaging.deliveries.audience import classify, reckon
from messaging.deliveries.enums import LegalClass
from messaging.deliveries.models import Mailing
from messaging.deliveries.services import MailingAsked, ask_for_mailing, cancel_mailing
from messaging.email.checks import Check, checks_of, may_leave
from messaging.email.measured import links_of
from messaging.email.mime import Written
from messaging.email.models import Audience, Dispatch, Message
from messaging.email.rendering import privacy_url, strip_fields, write
from messaging.email.signing import own_domain
from messaging.email.tasks import send_trial_task
from messaging.email.votes import calendar_checks
from messaging.measuring.services import keep_links
from tenants.office.profile import campaign_profile
from tenants.users.models import User

TYPED_ABOVE = 1000  # a bigger sending asks for the number to be typed


class ChangedMeanwhile(Exception):
    """Somebody saved the message since it was shown."""


class AlreadySent(Exception):
    """The message is on its way, or has left."""


class NotReady(Exception):
    """A check fails."""


class NobodyToWriteTo(Exception):
    """Nobody of this audience can be reached."""


class WrongNumber(Exception):
    """The number that was typed is not the number of people."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was on the screen when Send was pressed."""

    version: int
    typed: str
    actor_id: int
    starts_at: datetime | None = None


def criteria_of(message: Message) -> dict[str, Any]:
    """The tree of the chosen segment; {} is everybody. A segment that is gone is nobody, never everybody; nor has a request one."""
    if message.is_request:
        raise Segment.DoesNotExist
    if message.audience == Audience.EVERYONE:
        return {}
    if message.segment is None:
        raise Segment.DoesNotExist
    return dict(message.segment.criteria)


@transaction.atomic
def save_message(*, message: Message, version: int, actor: User, now: datetime) -> Message:
    """Raises ChangedMeanwhile, AlreadySent: nothing of somebody else's work is overwritten."""
    if message.pk:
        current = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        refuse_sent(current)
        if current.version != version:
            raise ChangedMeanwhile
        message.version = version + 1
    else:
        message.created_by, message.created_at = actor, now
    message.updated_by, message.updated_at = actor, now
    message.save()
    return message


@transaction.atomic
def send_message(*, message_id: int, order: Order, now: datetime) -> Dispatch:
    """Raises ChangedMeanwhile, AlreadySent, NotReady, NobodyToWriteTo, WrongNumber."""
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    refuse_sent(message)
    if message.version != order.version:
        raise ChangedMeanwhile
    criteria = criteria_of(message)
    kind = classify(criteria, is_practical=message.is_practical)
    written = write(message, domain=own_domain())
    if not may_leave(checks_of(message, written, campaign_profile(), kind)):
        raise NotReady
    reached = reckon(criteria, kind).reached
    if not reached:
        raise NobodyToWriteTo
    if reached > TYPED_ABOVE and order.typed != str(reached):
        raise WrongNumber
    mailing = ask_for_mailing(asked=_asked(message, kind, criteria, reached, order), now=now)
    # Whether the campaign measures or not: what is switched on before the message leaves holds for it.
    keep_links(mailing=mailing, addresses=links_of(written, but=privacy_url()))
    return keep_dispatch(message, mailing, written)


@transaction.atomic
def take_back(*, dispatch: Dispatch, actor_id: int, now: datetime) -> None:
    """The message is a draft again. Raises messaging.deliveries.services.TooLate."""
    cancel_mailing(mailing=dispatch.mailing, actor_id=actor_id, now=now)
    Dispatch.objects.filter(pk=dispatch.pk).update(is_live=False)


@transaction.atomic
def copy_message(*, message: Message, subject: str, actor: User, now: datetime) -> Message:
    copied = Message(
        subject=subject[:150],
        preheader=message.preheader,
        body=message.body,
        sender_name=message.sender_name,
        reply_to=message.reply_to,
        audience=message.audience,
        segment=message.segment,
        is_practical=message.is_practical,
    )
    return save_message(message=copied, version=0, actor=actor, now=now)


@transaction.atomic
def delete_message(*, message: Message) -> None:
    """A draft only. Raises AlreadySent."""
    current = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if current.dispatches.exists():
        raise AlreadySent
    current.delete()


def send_trial(*, message: Message, member_ids: list[int], person_id: int | None) -> None:
    """To members of the team, with the values of one person, marked as a trial."""
    task = partial(send_trial_task.delay, message_id=message.pk, member_ids=member_ids, person_id=person_id)
    transaction.on_commit(task)


def readiness(message: Message, *, now: datetime) -> tuple[LegalClass, list[Check]]:
    kind = classify(criteria_of(message), is_practical=message.is_practical)
    checks = checks_of(message, write(message, domain=own_domain()), campaign_profile(), kind)
    return kind, [*checks, *calendar_checks(now=now)]


def _asked(message: Message, kind: LegalClass, criteria: dict[str, Any], reached: int, order: Order) -> MailingAsked:
    return MailingAsked(
        channel="email",
        title=strip_fields(message.subject)[:200],
        legal_class=kind,
        criteria=criteria,
        audience_name=message.segment.name if message.segment and message.audience == Audience.SEGMENT else "",
        people_count=reached,
        actor_id=order.actor_id,
        starts_at=order.starts_at,
    )


def keep_dispatch(message: Message, mailing: Mailing, written: Written) -> Dispatch:
    try:
        return Dispatch.objects.create(
            message=message,
            mailing=mailing,
            from_name=written.from_name,
            from_address=written.from_address,
            reply_to=written.reply_to,
            subject=written.subject,
            html=written.html,
            text=written.text,
        )
    except IntegrityError as error:
        raise AlreadySent from error


def refuse_sent(message: Message) -> None:
    if message.dispatches.filter(is_live=True).exists():
        raise AlreadySent
