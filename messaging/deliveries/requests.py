"""Who may be asked for an agreement, once in her life; and the end of occasional contacts who did not answer (decision 0022)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, CharField, Count, Exists, F, Func, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from crm.consent.entries import Source
from crm.consent.enums import Basis, Channel, Reach, Relationship
from crm.consent.models import ConsentState
from crm.consent.suppression import address_hash, sql_key
from crm.people.erasing import request_erasure
from crm.people.models import Activity, Person
from crm.people.selecting import Selection, people_selected
from crm.segments.criteria.age import years_before
from messaging.deliveries.channels import Recipient
from messaging.deliveries.enums import REQUEST_BASIS, DeliveryState, LegalClass, Reason, WhyNot
from messaging.deliveries.models import AskedAddress, Delivery, Mailing
from shared.sampling import has_any
from tenants.alarms import cancel_alarm, set_alarm

AGE_OF_CONSENT = 15  # France, art. 45 of the law of 6 January 1978
WAIT = timedelta(days=60)  # CNIL: an occasional contact who does not answer is erased after two months
ALARM = "deliveries.unanswered"
AGAIN = timedelta(hours=1)  # after a worker that died
LATER = timedelta(days=1)
AT_ONCE = 100
SLICE_SECONDS = 15.0
TABLE = "deliveries_askedaddress"
YES = ""  # in the place of a reason
REASONS = {
    WhyNot.AGREED: Reason.AGREED,
    WhyNot.REFUSED: Reason.UNSUBSCRIBED,
    WhyNot.NO_ADDRESS: Reason.NO_ADDRESS,
}


class WasAsked(Func):
    """Whether an address, as a person's row has it, is among those that were asked."""

    output_field = BooleanField()

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        address, parameters = compiler.compile(self.source_expressions[0])
        key = sql_key()
        inner = f"sha256(%s::bytea || convert_to({address}, 'UTF8'))"
        statement = f"EXISTS (SELECT FROM {TABLE} x WHERE x.address_hash = sha256(%s::bytea || {inner}))"
        return statement, (key.outer, key.inner, *parameters)


@dataclass(frozen=True, slots=True)
class Left:
    reason: WhyNot
    count: int

    @property
    def label(self) -> str:
        return str(self.reason.label)


@dataclass(frozen=True, slots=True)
class Askable:
    """The people of a selection, minus each reason, equals who is asked."""

    total: int
    minus: tuple[Left, ...]
    asked: int


def may_be_asked(people: QuerySet[Person], *, now: datetime) -> QuerySet[Person]:
    return people.alias(why_not=_why_not(now)).filter(why_not=YES)


def reckon_request(selection: Selection, *, now: datetime) -> Askable:
    """One pass over the selection, whatever its size."""
    people = people_selected(selection, now=now).order_by().annotate(why_not=_why_not(now))
    counts = dict(people.values_list("why_not").annotate(count=Count("pk")))
    minus = tuple(Left(reason, counts[reason]) for reason in WhyNot if counts.get(reason))
    return Askable(sum(counts.values()), minus, counts.get(YES, 0))


def refusals_to_ask(person_ids: Sequence[int], *, now: datetime) -> dict[int, Reason]:
    """Asked again at delivery. That nobody is asked twice is seen to at the moment of handing over."""
    people = Person.objects.filter(pk__in=person_ids).annotate(why_not=_why_not(now, also_asked=False))
    told = dict(people.values_list("pk", "why_not"))
    left = {pk: told.get(pk, WhyNot.NO_ADDRESS) for pk in person_ids}
    return {pk: REASONS.get(WhyNot(why), Reason.NOT_PERMITTED) for pk, why in left.items() if why != YES}


def ask_once(recipients: Sequence[Recipient], *, mailing_id: int, now: datetime) -> set[int]:
    """Note that they are asked, by this mailing. Returns the deliveries of those whom no other one asked."""
    hashes = {each.delivery_id: address_hash(each.address) for each in recipients}
    rows = [AskedAddress(address_hash=hashed, mailing_id=mailing_id, asked_at=now) for hashed in hashes.values()]
    AskedAddress.objects.bulk_create(rows, ignore_conflicts=True)
    found = AskedAddress.objects.filter(address_hash__in=list(hashes.values()), mailing_id=mailing_id)
    ours = {bytes(hashed) for hashed in found.values_list("address_hash", flat=True)}
    return {delivery_id for delivery_id, hashed in hashes.items() if hashed in ours}


def was_asked_by(mailing_id: int, address: str) -> bool:
    return AskedAddress.objects.filter(address_hash=address_hash(address), mailing_id=mailing_id).exists()


def note_agreement(*, delivery_id: int, now: datetime) -> None:
    Delivery.objects.filter(pk=delivery_id, agreed_at=None).update(agreed_at=now)


def count_agreed(mailing: Mailing) -> int:
    return Delivery.objects.filter(mailing=mailing, agreed_at__isnull=False).count()


def watch_for_answers(*, mailing_id: int, started_at: datetime) -> None:
    """Of a request. Silence after any other message means nothing."""
    if Mailing.objects.filter(pk=mailing_id, legal_class=LegalClass.REQUEST).exists():
        set_alarm(ALARM, due_at=started_at + WAIT, key=str(mailing_id))


def erasure_source(mailing_id: int) -> Source:
    return Source("office", f"request:{mailing_id}")


def erase_unanswered(*, mailing_id: int, now: datetime) -> int:
    """Put up for erasure whoever is due, for as long as a task may last; the alarm rings again while somebody is left."""
    key, started = str(mailing_id), time.monotonic()
    set_alarm(ALARM, due_at=now + AGAIN, key=key)
    source, done = erasure_source(mailing_id), 0
    due = _unanswered(mailing_id, source, now)
    while people := list(Person.objects.filter(pk__in=due.values("person_id")[:AT_ONCE]).order_by("pk")):
        for person in people:
            request_erasure(person=person, source=source, now=now)
        done += len(people)
        if time.monotonic() - started > SLICE_SECONDS:
            cancel_alarm(ALARM, key=key)
            set_alarm(ALARM, due_at=now, key=key)
            return done
    cancel_alarm(ALARM, key=key)
    if _some_are_younger(mailing_id, now):
        set_alarm(ALARM, due_at=now + LATER, key=key)
    return done


def carry_asked(before: str, _since: datetime, _now: datetime) -> None:
    """A restoration does not forget who was asked since."""
    quoted = connection.ops.quote_name(before)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} (address_hash, mailing_id, asked_at)"  # noqa: S608 -- our own words
            f" SELECT address_hash, mailing_id, asked_at FROM {quoted}.{TABLE} ON CONFLICT DO NOTHING"
        )


def _why_not(now: datetime, *, also_asked: bool = True) -> Case:
    """The first reason why somebody is not asked; the last one costs most, and is looked at for the fewest."""
    born_after = years_before(timezone.localtime(now).date(), AGE_OF_CONSENT)
    said_no = ConsentState.objects.filter(channel=Channel.EMAIL, granted=False)
    gone = Q(email_reach__in=(Reach.NO_ADDRESS, Reach.BAD_ADDRESS, Reach.ERASED)) | Q(email="")
    reasons: list[tuple[Q, WhyNot]] = [
        (Q(email_reach=Reach.REACHABLE), WhyNot.AGREED),
        (Q(email_reach=Reach.SUPPRESSED), WhyNot.LEFT_ALONE),
        (Q(email_reach=Reach.WITHDRAWN), WhyNot.REFUSED),
        (gone, WhyNot.NO_ADDRESS),
        (Q(relationship__in=(Relationship.ROLL, Relationship.RENTED)), WhyNot.FOREIGN),
        (Q(birth_date__gt=born_after), WhyNot.MINOR),
        (has_any(said_no), WhyNot.REFUSED),
    ]
    if also_asked:
        reasons.append((Q(WasAsked(F("email"))), WhyNot.ASKED))
    whens = [When(condition, then=Value(reason.value)) for condition, reason in reasons]
    return Case(*whens, default=Value(YES), output_field=CharField())


def _asked(mailing_id: int) -> QuerySet[Delivery]:
    """Those who have the question, or may have it."""
    had = (DeliveryState.ACCEPTED, DeliveryState.UNKNOWN)
    return Delivery.objects.filter(mailing_id=mailing_id, basis=REQUEST_BASIS, state__in=had)


def _unanswered(mailing_id: int, source: Source, now: datetime) -> QuerySet[Delivery]:
    """Still occasional, silent since, and not put up for it before: who was spared by the team stays."""
    states = ConsentState.objects.filter(person=OuterRef("person_id"))
    before = Activity.objects.filter(
        person=OuterRef("person_id"), kind="erasure_asked", source_reference=source.reference
    )
    silent = Q(person__last_activity_at=None) | Q(person__last_activity_at__lt=F("settled_at"))
    return (
        _asked(mailing_id)
        .filter(silent, settled_at__lte=now - WAIT, agreed_at=None, unsubscribed_at=None)
        .filter(person__relationship=Relationship.OCCASIONAL, person__erased_at=None, person__erase_requested_at=None)
        .exclude(Exists(states.filter(granted=True, basis=Basis.CONSENT)))
        .exclude(Exists(states.filter(granted=False, channel=Channel.EMAIL)))
        .exclude(Exists(before))
        .order_by("pk")
    )


def _some_are_younger(mailing_id: int, now: datetime) -> bool:
    waiting = Mailing.objects.filter(pk=mailing_id, finished_at=None).exists()
    return waiting or _asked(mailing_id).filter(settled_at__gt=now - WAIT).exists()
