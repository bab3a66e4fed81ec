"""Asking for long work, doing it, stopping it, taking it back."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from crm.runs.enums import RunState
from crm.runs.kinds import run_kind
from crm.runs.models import Run
from crm.runs.tasks import work_task
from crm.runs.working import RunFailed, Stopped, Working
from tenants.alarms import cancel_alarm, set_alarm

WATCH = "runs.watch"
UNDOING = "undoing"  # in the result: it was asked to be taken back
SILENCE = timedelta(minutes=3)  # a run that says nothing for so long has lost its worker


class CannotUndo(Exception):
    """This run changed nothing that could be taken back, or is not over."""


@transaction.atomic
def start_run(*, kind: str, parameters: Mapping[str, Any], by: int | None, now: datetime) -> Run:
    run = Run.objects.create(kind=kind, parameters=dict(parameters), asked_by_id=by, created_at=now)
    _queue(run, now)
    return run


@transaction.atomic
def start_run_once(*, kind: str, parameters: Mapping[str, Any], by: int | None, now: datetime) -> Run:
    """The one of this kind that is under way, or a new one: two clicks at the same moment are one run."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || ':run:' || %s))", [kind])
    running = Run.objects.filter(kind=kind).at_work().first()
    return running or start_run(kind=kind, parameters=parameters, by=by, now=now)


@transaction.atomic
def cancel_run(*, run: Run, now: datetime) -> None:
    """It stops after the step under way; what is done stays."""
    Run.objects.filter(pk=run.pk, state__in=[RunState.QUEUED, RunState.RUNNING], cancel_asked_at=None).update(
        cancel_asked_at=now
    )
    Run.objects.filter(pk=run.pk, state=RunState.QUEUED).update(state=RunState.CANCELLED, finished_at=now)


@transaction.atomic
def undo_run(*, run: Run, now: datetime) -> Run:
    """Asked twice, it is taken back once. Raises CannotUndo."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state in (RunState.UNDOING, RunState.UNDONE):
        return run
    if run.is_at_work or run_kind(run.kind).undo is None:
        raise CannotUndo
    run.state, run.done, run.total, run.lease, run.cancel_asked_at = RunState.UNDOING, 0, 0, None, None
    run.result = {**run.result, UNDOING: True}
    run.save(update_fields=["state", "done", "total", "lease", "cancel_asked_at", "result"])
    _queue(run, now)
    return run


@transaction.atomic
def resume_run(*, run: Run, now: datetime) -> None:
    """One that was interrupted or stopped goes on where it was: with the work, or with its undoing."""
    stopped = Run.objects.filter(pk=run.pk, state__in=[RunState.FAILED, RunState.CANCELLED])
    state = RunState.UNDOING if run.result.get(UNDOING) else RunState.QUEUED
    if stopped.update(state=state, failure="", cancel_asked_at=None, finished_at=None):
        _queue(run, now)


def work_on(*, run_id: int, clock: Callable[[], datetime]) -> None:
    """Begin, or go on. Called twice at the same time, the later worker has it and the earlier one stops.

    Whatever the work raises is raised again; what was committed stays, and the run can be taken up again.
    """
    run = _take(run_id, clock())
    if run is None:
        return
    undoing = run.state == RunState.UNDOING
    kind = run_kind(run.kind)
    work = kind.undo if undoing else kind.work
    working = Working(run, clock)
    try:
        if work is not None:
            work(working)
    except Stopped:
        _close(run, RunState.CANCELLED, "", clock(), only_if_asked=True)
    except RunFailed as error:
        _close(run, RunState.FAILED, error.code, clock())
    except Exception:
        _close(run, RunState.FAILED, "error", clock())
        raise
    else:
        _close(run, RunState.UNDONE if undoing else RunState.DONE, "", clock())


@transaction.atomic
def watch_run(*, run_id: int, now: datetime) -> None:
    """Called when the alarm rings, again and again while the run is at work: a worker that died is replaced."""
    run = Run.objects.select_for_update().filter(pk=run_id).first()
    if run is None or not run.is_at_work:
        return
    if run.beat_at is None or now - run.beat_at >= SILENCE:
        transaction.on_commit(partial(work_task.delay, run_id=run.pk))
    set_alarm(WATCH, due_at=now + SILENCE, key=str(run.pk))


def _queue(run: Run, now: datetime) -> None:
    transaction.on_commit(partial(work_task.delay, run_id=run.pk))
    set_alarm(WATCH, due_at=now + SILENCE, key=str(run.pk))


@transaction.atomic
def _take(run_id: int, now: datetime) -> Run | None:
    run = Run.objects.select_for_update().get(pk=run_id)
    if not run.is_at_work:
        return None
    if run.state == RunState.QUEUED:
        run.state = RunState.RUNNING
    run.lease, run.beat_at, run.started_at = uuid4(), now, run.started_at or now
    run.save(update_fields=["state", "lease", "beat_at", "started_at"])
    return run


@transaction.atomic
def _close(run: Run, state: str, failure: str, now: datetime, *, only_if_asked: bool = False) -> None:
    """Only for the worker that holds it: one that was replaced has no say any more."""
    present = Run.objects.select_for_update().get(pk=run.pk)
    if not present.is_at_work or present.lease != run.lease or (only_if_asked and not present.cancel_asked_at):
        return
    Run.objects.filter(pk=run.pk).update(
        state=state, failure=failure, finished_at=now, beat_at=now, lease=None, cancel_asked_at=None
    )
    cancel_alarm(WATCH, key=str(run.pk))
