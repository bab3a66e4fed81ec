"""Leaving, at the first request and without a question; and coming back, if it was a slip."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm.consent.enums import Basis, Channel, Purpose
from crm.consent.models import ConsentState
from crm.consent.services import ConsentGiven, Source, record_consents, withdraw_consent
from crm.people.models import Person
from crm.people.queries import rows_of
from crm.people.services import record_activity
from messaging.deliveries.enums import REQUEST_BASIS
from messaging.deliveries.models import Delivery
from messaging.deliveries.outcomes import UNSUBSCRIBED
from messaging.deliveries.services import drop_pending_deliveries, note_return
from messaging.email.tokens import Target
from messaging.measuring.forgetting import forget_people

SCOPES = ("email", "all")
MEASURING = "measuring"  # she stays on the list, and nothing of her reading is measured any more
UNDO = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Leaving:
    """What the page shows of her: enough to know that it is hers, too little for whom she forwarded the mail to."""

    masked_address: str
    is_subscribed: bool
    is_trial: bool = False
    is_asked: bool = False  # the mail asked for her agreement
    is_measured: bool = False  # she agreed to it, and has not taken it back


def leaving_of(target: Target) -> Leaving | None:
    """None when the person is no longer known, which is as good as gone."""
    if target.person_id == 0:
        return Leaving("", is_subscribed=True, is_trial=True)
    person = Person.objects.filter(pk=target.person_id, erased_at__isnull=True).first()
    if person is None:
        return None
    return Leaving(
        masked(person.email),
        is_subscribed=_is_written_to(target),
        is_asked=_is_request(target),
        is_measured=_agreed(target.person_id, Purpose.TRACKING).exists(),
    )


@transaction.atomic
def unsubscribe(*, target: Target, scope: str, now: datetime) -> None:
    """Safe to repeat: the second time changes nothing and writes nothing."""
    if target.person_id == 0 or not Person.objects.filter(pk=target.person_id).exists():
        return
    source = Source("unsubscribe", f"delivery:{target.delivery_id}")
    channels = [Channel.EMAIL] if scope == "email" else list(Channel)
    was = _is_written_to(target)
    for channel in channels:
        withdraw_consent(person_id=target.person_id, channel=channel, source=source, now=now)
    drop_pending_deliveries(person_id=target.person_id, through_id=target.delivery_id, now=now)
    _forget_readings(target.person_id, now)
    if was:
        record_activity(
            person_id=target.person_id,
            kind=UNSUBSCRIBED,
            source=source,
            payload={"scope": scope},
            key="",
            now=now,
        )


@transaction.atomic
def stop_measuring(*, target: Target, now: datetime) -> None:
    """From now on, and for the messages that she has already: their pictures and links tell nothing any more."""
    if target.person_id == 0 or not Person.objects.filter(pk=target.person_id).exists():
        return
    source = Source("unsubscribe", f"delivery:{target.delivery_id}")
    withdraw_consent(
        person_id=target.person_id, channel=Channel.EMAIL, purpose=Purpose.TRACKING, source=source, now=now
    )
    _forget_readings(target.person_id, now)


def may_come_back(*, target: Target, now: datetime) -> bool:
    """For an hour after leaving by this very link: later, the sign-up form is the way, and nobody else's finger.

    Never after a request: who had not agreed would agree by taking a slip back.
    """
    if _is_request(target):
        return False
    recent = Delivery.objects.filter(pk=target.delivery_id, person_id=target.person_id, unsubscribed_at__gt=now - UNDO)
    return recent.exists()


@transaction.atomic
def subscribe_again(*, target: Target, now: datetime) -> None:
    """The undo of a slip: only for news by e-mail, in her own words, and with a line in the ledger."""
    if target.person_id == 0 or _is_request(target):
        return
    wording = _("I clicked “Undo” after unsubscribing: I wish to receive your news by e-mail again.")
    given = ConsentGiven(Purpose.NEWS, Channel.EMAIL, granted=True, basis=Basis.CONSENT, wording=wording)
    source = Source("unsubscribe", f"delivery:{target.delivery_id}")
    record_consents(person_id=target.person_id, consents=[given], source=source, now=now)
    note_return(delivery_id=target.delivery_id, person_id=target.person_id)


def masked(address: str) -> str:
    """lea.martin@example.org as l•••n@e•••.org"""
    local, _at, domain = address.partition("@")
    name, _dot, suffix = domain.rpartition(".")
    ends = local[-1] if len(local) > 2 else ""
    return f"{local[:1]}•••{ends}@{name[:1]}•••.{suffix}" if local and name else "•••"


def _is_request(target: Target) -> bool:
    return Delivery.objects.filter(pk=target.delivery_id, basis=REQUEST_BASIS).exists()


def _is_written_to(target: Target) -> bool:
    """Whether there is something to end: news, or the question itself as long as she did not refuse."""
    states = ConsentState.objects.filter(person_id=target.person_id, purpose=Purpose.NEWS, channel=Channel.EMAIL)
    granted = states.values_list("granted", flat=True).first()
    return _is_request(target) if granted is None else granted


def _forget_readings(person_id: int, now: datetime) -> None:
    person = Person.objects.filter(pk=person_id).first()
    if person is not None:
        forget_people(rows_of(person), now)


def _agreed(person_id: int, purpose: Purpose) -> QuerySet[ConsentState]:
    return ConsentState.objects.filter(person_id=person_id, purpose=purpose, channel=Channel.EMAIL, granted=True)
