"""What became of a mailing, in numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet

from messaging.deliveries.calendar import sending_calendar
from messaging.deliveries.counts import Row, counts_of, with_any
from messaging.deliveries.enums import HOLDS, BatchState, DeliveryState, MailingState, Reason
from messaging.deliveries.models import Batch, Delivery, Mailing

WATCH_EVERY = timedelta(minutes=1)
ENOUGH_FOR_A_PACE = 100  # people: of fewer, the clock tells how long a worker took to begin


@dataclass(frozen=True, slots=True)
class Look:
    again_at: datetime | None
    work_is_due: bool


@dataclass(frozen=True, slots=True)
class ReasonCount:
    reason: Reason
    count: int

    @property
    def label(self) -> str:
        return str(self.reason.label)


@dataclass(frozen=True, slots=True)
class Results:
    """Disjoint numbers that add up to the frozen list."""

    total: int = 0
    waiting: int = 0
    held: int = 0
    accepted: int = 0
    refused: int = 0
    skipped: int = 0
    unknown: int = 0
    unsubscribed: int = 0  # among the accepted, through this message
    refused_by: tuple[ReasonCount, ...] = ()
    skipped_by: tuple[ReasonCount, ...] = ()
    held_by: tuple[ReasonCount, ...] = ()

    @property
    def waiting_for_the_hour(self) -> tuple[ReasonCount, ...]:
        """Held by the campaign's calendar, not by a mailbox."""
        return tuple(each for each in self.held_by if each.reason in HOLDS)

    @property
    def held_for_the_hour(self) -> int:
        return sum(each.count for each in self.waiting_for_the_hour)

    @property
    def all_wait_for_the_hour(self) -> bool:
        """Nothing moves before the calendar lets it."""
        return 0 < self.left == self.held_for_the_hour

    @property
    def asked_for_patience(self) -> int:
        return self.held - self.held_for_the_hour

    @property
    def left(self) -> int:
        """Not written to yet, now or later: whom a stop still reaches."""
        return self.waiting + self.held

    @property
    def done(self) -> int:
        return self.accepted + self.refused + self.skipped + self.unknown

    @property
    def percent(self) -> float:
        return 100 * self.done / self.total if self.total else 0.0

    def share(self, number: int) -> float | None:
        return 100 * number / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Pace:
    per_second: float = 0.0  # 0: there is none worth telling
    seconds_left: int | None = None
    results: Results = field(default_factory=Results)


def results(mailing: Mailing) -> Results:
    return results_by_mailing([mailing.pk]).get(mailing.pk, Results())


def results_by_mailing(mailing_ids: Iterable[int]) -> dict[int, Results]:
    """Of a whole page of messages, by one query over their batches."""
    rows: dict[int, list[Row]] = {}
    for row in counts_of(mailing_ids):
        rows.setdefault(row[0], []).append(row)
    return {mailing_id: _results(found) for mailing_id, found in rows.items()}


def _results(rows: list[Row]) -> Results:
    totals: dict[str, int] = {}
    reasons: dict[str, list[ReasonCount]] = {}
    unsubscribed = 0
    for _mailing, state, reason, count, left in rows:
        totals[state] = totals.get(state, 0) + count
        reasons.setdefault(state, []).append(ReasonCount(Reason(reason), count))
        unsubscribed += left
    ordered = {state: tuple(sorted(found, key=lambda each: -each.count)) for state, found in reasons.items()}
    return Results(
        total=sum(totals.values()),
        waiting=totals.get(DeliveryState.QUEUED, 0),
        held=totals.get(DeliveryState.HELD, 0),
        accepted=totals.get(DeliveryState.ACCEPTED, 0),
        refused=totals.get(DeliveryState.REFUSED, 0),
        skipped=totals.get(DeliveryState.SKIPPED, 0),
        unknown=totals.get(DeliveryState.UNKNOWN, 0),
        unsubscribed=unsubscribed,
        refused_by=ordered.get(DeliveryState.REFUSED, ()),
        skipped_by=ordered.get(DeliveryState.SKIPPED, ()),
        held_by=ordered.get(DeliveryState.HELD, ()),
    )


def pace(mailing: Mailing, *, now: datetime) -> Pace:
    found = results(mailing)
    if mailing.started_at is None or found.done < ENOUGH_FOR_A_PACE:
        return Pace(results=found)
    elapsed = max(0.5, ((mailing.finished_at or now) - mailing.started_at).total_seconds())
    per_second = found.done / elapsed
    if per_second < 1:  # it waited, for an hour or for somebody: that is no pace either
        return Pace(results=found)
    return Pace(per_second, round(found.waiting / per_second), found)


def goes_on_at(mailing: Mailing, *, now: datetime) -> datetime:
    """When the first of those who wait for their hour are written to."""
    held = with_any(DeliveryState.HELD, HOLDS)
    waiting = Batch.objects.filter(held, mailing=mailing, state=BatchState.QUEUED, not_before__gt=now)
    found: datetime | None = waiting.aggregate(at=Min("not_before"))["at"]
    if found is None:  # they are being asked for again: the calendar's answer for Paris
        hold = sending_calendar(now=now).hold("", now=now)
        found = hold.until if hold else now
    return found


def next_look(mailing_id: int, *, now: datetime) -> Look:
    """When somebody must look after this mailing again, and if there is something to send now."""
    mailing = Mailing.objects.get(pk=mailing_id)
    if mailing.state == MailingState.WAITING:
        due = mailing.starts_at <= now
        return Look(now + WATCH_EVERY if due else mailing.starts_at, due)
    if mailing.state != MailingState.SENDING:
        return Look(None, work_is_due=False)
    batches = Batch.objects.filter(mailing=mailing)
    due = batches.filter(
        Q(state=BatchState.QUEUED, not_before__lte=now) | Q(state=BatchState.LEASED, leased_until__lt=now)
    ).exists()
    later = batches.filter(state=BatchState.QUEUED, not_before__gt=now).aggregate(at=Min("not_before"))["at"]
    busy = due or batches.filter(state=BatchState.LEASED).exists()
    return Look(now + WATCH_EVERY if busy or later is None else max(later, now), due)


def deliveries_of(mailing: Mailing, *, state: str = "", reason: str = "") -> QuerySet[Delivery]:
    found = Delivery.objects.filter(mailing=mailing).select_related("person").order_by("pk")
    if state:
        found = found.filter(state=state)
    return found.filter(reason=reason) if reason else found
