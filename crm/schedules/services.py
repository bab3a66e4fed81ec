"""What a member of the team does with a scheduled import, and what time does to it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from crm.imports.enums import ImportState
from crm.imports.models import Import
from crm.schedules.enums import Outcome
from crm.schedules.models import Fetch, ScheduledImport
from crm.schedules.rhythms import next_time
from crm.schedules.sealing import sealed
from crm.schedules.tasks import fetch_task, tell_task
from tenants.alarms import cancel_alarm, set_alarm

RING, LOOK = "schedules.ring", "schedules.look"
FETCH_TIME = timedelta(minutes=20)  # longer than it may take: after it, its worker is dead
IMPORT_TIME = timedelta(minutes=1)
SILENCE = timedelta(days=1)  # the same news twice within a day is one mail


class PatternUnusable(Exception):
    """Only an import that was launched, with its columns and its origin, can be repeated."""


class UnderWay(Exception):
    """The file is being fetched or imported at this moment."""


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    place: str
    address: str
    header: str
    region: str
    bucket: str
    object_key: str
    key_id: str
    rhythm: str
    hour: int
    weekday: int


@transaction.atomic
def schedule_import(*, pattern_id: int, plan: Plan, secret: str, by: int | None, now: datetime) -> ScheduledImport:
    """Raises PatternUnusable."""
    pattern = Import.objects.get(pk=pattern_id)
    if not is_pattern(pattern):
        raise PatternUnusable
    scheduled = ScheduledImport.objects.create(
        pattern=pattern, created_by_id=by, created_at=now, sealed_secret=sealed(secret), **asdict(plan)
    )
    _plan_next(scheduled, now)
    return scheduled


def is_pattern(run: Import) -> bool:
    return run.state in (ImportState.DONE, ImportState.UNDONE) and bool(run.source_type and run.mapping)


@transaction.atomic
def change_schedule(*, scheduled_id: int, plan: Plan, secret: str | None, now: datetime) -> ScheduledImport:
    """No secret: the one that is kept stays, as long as it is for the same server; an empty one forgets it."""
    scheduled = ScheduledImport.objects.select_for_update().get(pk=scheduled_id)
    for name, value in asdict(plan).items():
        setattr(scheduled, name, value)
    if secret is not None:
        scheduled.sealed_secret = sealed(secret)
    scheduled.save()
    if not scheduled.is_paused:
        _plan_next(scheduled, now)
    return scheduled


@transaction.atomic
def pause_schedule(*, scheduled_id: int) -> None:
    scheduled = ScheduledImport.objects.select_for_update().get(pk=scheduled_id)
    scheduled.next_at = None
    scheduled.save(update_fields=["next_at"])
    cancel_alarm(RING, key=str(scheduled.pk))


@transaction.atomic
def resume_schedule(*, scheduled_id: int, now: datetime) -> None:
    _plan_next(ScheduledImport.objects.select_for_update().get(pk=scheduled_id), now)


@transaction.atomic
def delete_schedule(*, scheduled_id: int) -> None:
    """Its imports stay, each with its report."""
    scheduled = ScheduledImport.objects.select_for_update().get(pk=scheduled_id)
    cancel_alarm(RING, key=str(scheduled.pk))
    scheduled.delete()


def _plan_next(scheduled: ScheduledImport, now: datetime) -> None:
    scheduled.next_at = next_time(scheduled, after=now)
    scheduled.save(update_fields=["next_at"])
    cancel_alarm(RING, key=str(scheduled.pk))
    set_alarm(RING, due_at=scheduled.next_at, key=str(scheduled.pk))


@transaction.atomic
def ring(*, scheduled_id: int, now: datetime) -> None:
    """Its hour has come. What is under way goes first: this hour is left out then."""
    scheduled = ScheduledImport.objects.select_for_update().filter(pk=scheduled_id).first()
    if scheduled is None or scheduled.is_paused:
        return
    _plan_next(scheduled, now)
    if not scheduled.fetches.filter(pk__in=Fetch.objects.under_way()).exists():
        _begin(scheduled, None, now)


@transaction.atomic
def fetch_now(*, scheduled_id: int, by: int | None, now: datetime) -> Fetch:
    """Raises UnderWay."""
    scheduled = ScheduledImport.objects.select_for_update().get(pk=scheduled_id)
    if scheduled.fetches.filter(pk__in=Fetch.objects.under_way()).exists():
        raise UnderWay
    return _begin(scheduled, by, now)


def _begin(scheduled: ScheduledImport, by: int | None, now: datetime) -> Fetch:
    fetch = Fetch.objects.create(scheduled=scheduled, asked_by_id=by, asked_at=now)
    set_alarm(LOOK, due_at=now + FETCH_TIME, key=str(fetch.pk))
    transaction.on_commit(partial(fetch_task.delay, fetch_id=fetch.pk))
    return fetch


@transaction.atomic
def look_after(*, fetch_id: int, now: datetime) -> None:
    """Called when the alarm rings, again and again until the import is over."""
    fetch = Fetch.objects.filter(pk=fetch_id).select_related("import_run").first()
    if fetch is None or not fetch.is_under_way:
        return
    run = fetch.import_run
    if run is not None and run.at_work:
        set_alarm(LOOK, due_at=now + IMPORT_TIME, key=str(fetch_id))
    elif run is None:
        end_fetch(fetch_id=fetch_id, failure="interrupted", now=now)
    else:
        end_fetch(fetch_id=fetch_id, failure=_failure(run), now=now)


def _failure(run: Import) -> str:
    if run.state in (ImportState.DONE, ImportState.UNDOING, ImportState.UNDONE):
        return ""
    return "stopped" if run.state in (ImportState.CANCELLED, ImportState.DRAFT) else run.failure or "error"


@transaction.atomic
def end_fetch(*, fetch_id: int, failure: str = "", detail: str = "", is_same: bool = False, now: datetime) -> None:
    """Write down what became of it, and tell whoever made the schedule when something is to be done."""
    fetch = Fetch.objects.select_for_update().get(pk=fetch_id)
    if not fetch.is_under_way:
        return
    fetch.outcome = Outcome.FAILED if failure else Outcome.SAME if is_same else Outcome.IMPORTED
    fetch.failure, fetch.detail, fetch.finished_at = failure, detail[:500], now
    fetch.save(update_fields=["outcome", "failure", "detail", "finished_at"])
    scheduled = ScheduledImport.objects.select_for_update().get(pk=fetch.scheduled_id)
    if fetch.outcome == Outcome.IMPORTED:
        scheduled.checksum = fetch.checksum
        _settle_earlier(scheduled, fetch, now)
    _tell(scheduled, fetch, now)
    scheduled.save(update_fields=["checksum", "told", "told_at"])


def _settle_earlier(scheduled: ScheduledImport, fetch: Fetch, now: datetime) -> None:
    """The rows that the latest file leaves aside are the ones to decide on, not those of each hour before."""
    earlier = scheduled.fetches.exclude(pk=fetch.pk).values("import_run")
    Import.objects.filter(pk__in=earlier, state=ImportState.DONE, settled_at=None).update(settled_at=now)


def _tell(scheduled: ScheduledImport, fetch: Fetch, now: datetime) -> None:
    rejected = fetch.import_run.rejected if fetch.import_run else 0
    news = fetch.failure or (f"rejected:{rejected}" if rejected else "")
    again = news == scheduled.told and scheduled.told_at is not None and now - scheduled.told_at < SILENCE
    if news and not again:
        scheduled.told_at = now
        transaction.on_commit(partial(tell_task.delay, fetch_id=fetch.pk))
    if fetch.outcome != Outcome.SAME:
        scheduled.told = news
