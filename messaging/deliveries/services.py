"""What can be done with a mailing. Every change of state is one conditional UPDATE: two clicks, two workers, one winner."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from messaging.deliveries.audience import freeze_audience
from messaging.deliveries.counts import counted, with_any
from messaging.deliveries.enums import HOLDS, PENDING, BatchState, DeliveryState, LegalClass, MailingState, Reason
from messaging.deliveries.models import Batch, Delivery, Mailing, MailingEvent, QuietHours, Vote
from messaging.deliveries.requests import watch_for_answers
from messaging.deliveries.tasks import prepare_mailing_task, send_mailing_task, watch_later
from tenants.alarms import cancel_alarm

CHAINS = 2  # workers that share one mailing


class TooLate(Exception):
    """The mailing has gone on meanwhile: what was asked can no longer be done."""


class _TakenBack(Exception):
    """While its list was being frozen: what is written of the list goes with the transaction."""


@dataclass(frozen=True, slots=True)
class MailingAsked:
    channel: str
    title: str
    legal_class: LegalClass
    criteria: dict[str, Any]  # {} and a selection for a request
    audience_name: str
    people_count: int
    actor_id: int
    selection: dict[str, Any] | None = None
    starts_at: datetime | None = None  # None: as soon as the undo window is over


@transaction.atomic
def ask_for_mailing(*, asked: MailingAsked, now: datetime) -> Mailing:
    soonest = now + timedelta(seconds=settings.SEND_UNDO_SECONDS)
    mailing = Mailing.objects.create(
        channel=asked.channel,
        title=asked.title,
        legal_class=asked.legal_class,
        criteria=asked.criteria,
        selection=asked.selection or {},
        audience_name=asked.audience_name,
        people_count=asked.people_count,
        asked_at=now,
        asked_by_id=asked.actor_id,
        starts_at=max(soonest, asked.starts_at or soonest),
    )
    _note(mailing, "asked", now, asked.actor_id, asked.people_count)
    watch_later(mailing.pk, now + timedelta(seconds=30))  # should the worker that prepares it be killed
    transaction.on_commit(partial(prepare_mailing_task.delay, mailing_id=mailing.pk))
    return mailing


def prepare_mailing(*, mailing_id: int, now: datetime) -> bool:
    """Freeze the list. False when it is frozen already, or no longer wanted."""
    try:
        return _prepare(mailing_id, now)
    except _TakenBack:
        return False


@transaction.atomic
def _prepare(mailing_id: int, now: datetime) -> bool:
    """The mailing's own row stays free until the list is written: whoever takes it back meanwhile does not wait."""
    _wait_for_another_worker(mailing_id)
    mailing = Mailing.objects.get(pk=mailing_id)
    if mailing.state != MailingState.PREPARING:
        return False
    count = freeze_audience(mailing)
    connection.check_constraints()  # of each row: at the commit it would be done with the mailing's row locked
    if not Mailing.objects.filter(pk=mailing_id, state=MailingState.PREPARING).update(
        state=MailingState.WAITING, people_count=count
    ):
        raise _TakenBack
    _note(mailing, "frozen", now, None, count)
    watch_later(mailing_id, mailing.starts_at)
    wait = (mailing.starts_at - now).total_seconds()
    if wait <= settings.SEND_UNDO_SECONDS:  # the alarm would do; the clock of the task is more exact
        options = {"kwargs": {"mailing_id": mailing_id}, "countdown": max(0, wait)}
        transaction.on_commit(partial(send_mailing_task.apply_async, **options))
    return True


@transaction.atomic
def start_mailing(*, mailing_id: int, now: datetime) -> bool:
    """Begin, if it is time. False when it began already, or was cancelled."""
    begun = Mailing.objects.filter(pk=mailing_id, state=MailingState.WAITING, starts_at__lte=now).update(
        state=MailingState.SENDING, started_at=now
    )
    if begun:
        _note(Mailing(pk=mailing_id), "started", now)
        watch_for_answers(mailing_id=mailing_id, started_at=now)
        watch_later(mailing_id, now + timedelta(minutes=1))
        for _chain in range(1, CHAINS):
            transaction.on_commit(partial(send_mailing_task.delay, mailing_id=mailing_id))
    return bool(begun)


@transaction.atomic
def cancel_mailing(*, mailing: Mailing, actor_id: int, now: datetime) -> None:
    """Take it back while nothing has left. Raises TooLate."""
    _move(mailing, {MailingState.PREPARING, MailingState.WAITING}, MailingState.CANCELLED, finished_at=now)
    Batch.objects.filter(mailing=mailing).delete()
    Delivery.objects.filter(mailing=mailing).delete()
    cancel_alarm("deliveries.watch", key=str(mailing.pk))
    _note(mailing, "cancelled", now, actor_id)


@transaction.atomic
def pause_mailing(*, mailing: Mailing, actor_id: int, now: datetime) -> None:
    _move(mailing, {MailingState.SENDING}, MailingState.PAUSED)
    _note(mailing, "paused", now, actor_id)


@transaction.atomic
def resume_mailing(*, mailing: Mailing, actor_id: int, now: datetime) -> None:
    _move(mailing, {MailingState.PAUSED}, MailingState.SENDING)
    _note(mailing, "resumed", now, actor_id)
    watch_later(mailing.pk, now + timedelta(minutes=1))
    for _chain in range(CHAINS):
        transaction.on_commit(partial(send_mailing_task.delay, mailing_id=mailing.pk))


@transaction.atomic
def stop_mailing(*, mailing: Mailing, actor_id: int, now: datetime) -> None:
    """For good: whoever has not been written to will not be. Those in the hands of a worker are not touched."""
    _move(mailing, {MailingState.SENDING, MailingState.PAUSED}, MailingState.STOPPED, finished_at=now)
    left = Delivery.objects.filter(mailing=mailing, state__in=PENDING)
    with counted(mailing_id=mailing.pk):
        left.update(state=DeliveryState.SKIPPED, reason=Reason.STOPPED, settled_at=now)
    _note(mailing, "stopped", now, actor_id)


@transaction.atomic
def finish_mailing(*, mailing_id: int, now: datetime) -> bool:
    """Over when no batch is left. False while there is one."""
    if Batch.objects.filter(mailing_id=mailing_id).exclude(state=BatchState.DONE).exists():
        return False
    over = Mailing.objects.filter(pk=mailing_id, state=MailingState.SENDING).update(
        state=MailingState.FINISHED, finished_at=now
    )
    if over:
        _note(Mailing(pk=mailing_id), "finished", now)
    return bool(over)


def drop_pending_deliveries(*, person_id: int, through_id: int, now: datetime) -> None:
    """Whoever unsubscribes through one message is taken out of everything that has not left, at once.

    All batches are locked together: two people who each wait in the batch through which the other leaves make a ring.
    """
    waiting = Delivery.objects.filter(person_id=person_id, state__in=PENDING)
    ids = list(waiting.values_list("pk", flat=True))
    with counted(deliveries=[*ids, through_id]):
        waiting.filter(pk__in=ids).update(state=DeliveryState.SKIPPED, reason=Reason.UNSUBSCRIBED, settled_at=now)
        through = Delivery.objects.filter(pk=through_id, person_id=person_id)
        through.filter(unsubscribed_at=None).update(unsubscribed_at=now)


def note_return(*, delivery_id: int, person_id: int) -> None:
    """She came back after leaving through this message."""
    with counted(deliveries=[delivery_id]):
        Delivery.objects.filter(pk=delivery_id, person_id=person_id).update(unsubscribed_at=None)


@transaction.atomic
def add_vote(*, name: str, day: date, overseas_day_before: bool, now: datetime) -> Vote:
    """The same day twice is one vote, as it was told last."""
    values = {"name": name, "overseas_day_before": overseas_day_before}
    vote = Vote.objects.update_or_create(day=day, defaults=values)[0]
    ask_the_calendar_again(now=now)
    return vote


@transaction.atomic
def remove_vote(*, vote_id: int, now: datetime) -> None:
    Vote.objects.filter(pk=vote_id).delete()
    ask_the_calendar_again(now=now)


@transaction.atomic
def set_quiet_hours(*, starts_at: time | None, ends_at: time | None, now: datetime) -> None:
    """None: messages leave at any hour."""
    if starts_at is None or ends_at is None:
        QuietHours.objects.all().delete()
    else:
        QuietHours.objects.update_or_create(id=1, defaults={"starts_at": starts_at, "ends_at": ends_at})
    ask_the_calendar_again(now=now)


@transaction.atomic
def ask_the_calendar_again(*, now: datetime) -> None:
    """Who waits for an hour that is another one now is asked for at once; whoever still has to wait does."""
    held = with_any(DeliveryState.HELD, HOLDS)
    going = (MailingState.SENDING, MailingState.PAUSED)  # resumed, a paused one asks for what is due then
    batches = Batch.objects.filter(held, state=BatchState.QUEUED, mailing__state__in=going)
    mailings = set(batches.values_list("mailing_id", flat=True))
    batches.update(not_before=now)
    for mailing_id in mailings:
        watch_later(mailing_id, now)


def _wait_for_another_worker(mailing_id: int) -> None:
    """Two at the same list would write it twice. Should the first be killed, the second takes it up."""
    with connection.cursor() as cursor:
        key = f":prepare_mailing:{mailing_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || %s))", [key])


def _move(mailing: Mailing, sources: set[MailingState], target: MailingState, **changes: Any) -> None:
    moved = Mailing.objects.filter(pk=mailing.pk, state__in=sources).update(state=target, **changes)
    if not moved:
        raise TooLate
    mailing.refresh_from_db()


def _note(mailing: Mailing, kind: str, now: datetime, actor_id: int | None = None, number: int | None = None) -> None:
    MailingEvent.objects.create(mailing_id=mailing.pk, kind=kind, at=now, actor_id=actor_id, number=number)
