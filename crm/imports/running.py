"""The import itself, in a worker: chunk by chunk, each committed with its position, so that nothing is done twice."""

import logging
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from django.db import connection, transaction

from crm.imports.chunks import Chunk, column, read_chunks
from crm.imports.dates import guess_order
from crm.imports.enums import ExistingPolicy, ImportState, Target
from crm.imports.files import local_copy
from crm.imports.mapping import columns_of
from crm.imports.matching import as_array, mark_repeats, match
from crm.imports.merging import MergeRules, write_people
from crm.imports.models import KEPT, Import, ImportBatch, ImportIssue
from crm.imports.normalizing import Normalized, Normalizer, Options
from crm.imports.sources import RULES
from crm.imports.staging import prepare, stage
from crm.imports.tallying import Tally, tally, to_keep
from tenants.alarms import cancel_alarm, set_alarm
from tenants.entitlements import announce_contacts_changed, contacts_left

logger = logging.getLogger(__name__)
Item = TypeVar("Item")
WATCH = "imports.watch"
PURGE = "imports.purge"
SILENCE = timedelta(minutes=3)  # an import that says nothing for so long has lost its worker
ORDER_SAMPLE = 2_000


ADD_BATCH = """INSERT INTO imports_importbatch (import_run_id, "start", "end", created_ids, known_ids)
VALUES (%s, %s, %s, %s::bigint[], %s::bigint[])"""


class Stopped(Exception):
    """This worker must not go on: cancelled, at the limit, or another worker has taken over."""


@dataclass(slots=True)
class Ready:
    """A chunk that only the database still has to see."""

    chunk: Chunk
    clean: Normalized
    rows: bytes


@dataclass(slots=True)
class Run:
    import_id: int
    seen: set[int]
    room: int | None  # people that the plan still allows
    clock: Callable[[], datetime]


def run_import(*, import_id: int, clock: Callable[[], datetime]) -> None:
    """Begin, or go on where the last committed chunk ended. Safe to call twice, also at the same time."""
    run = _begin(import_id, clock())
    if run is None:
        logger.info("Import %s has nothing left to run", import_id)
        return
    state = Run(import_id, _seen(run), contacts_left(), clock)
    try:
        with local_copy(run.file) as path:
            _run_chunks(run, path, state)
    except Stopped:
        return
    _finish(import_id, clock())


def _begin(import_id: int, now: datetime) -> Import | None:
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=import_id)
        if run.state not in (ImportState.QUEUED, ImportState.RUNNING):
            return None
        run.state = ImportState.RUNNING
        run.started_at = run.started_at or now
        run.beat_at = now
        run.save(update_fields=["state", "started_at", "beat_at"])
        set_alarm(WATCH, due_at=now + SILENCE, key=str(import_id))
    return run


def _seen(run: Import) -> set[int]:
    """Whom the committed chunks were about: a later row about them is a repeat."""
    batches = ImportBatch.objects.filter(import_run=run).values_list("created_ids", "known_ids")
    return {person_id for created, known in batches for person_id in (*created, *known)}


def _run_chunks(run: Import, path: Path, state: Run) -> None:
    normalizer = normalizer_for(run, path, state.clock())
    work = (make_ready(chunk, normalizer) for chunk in read_chunks(path, run.file_format, start=run.position))
    with closing(read_ahead(work)) as chunks:
        for ready in chunks:
            _commit(ready, state)


def make_ready(chunk: Chunk, normalizer: Normalizer) -> Ready:
    clean = normalizer.normalize(chunk.table)
    return Ready(chunk, clean, prepare(clean.people))


def normalizer_for(run: Import, path: Path, now: datetime) -> Normalizer:
    options = Options(
        today=now.date(), date_order=decided_order(run, path), phone_region=run.phone_region, tags=tuple(run.tags)
    )
    return Normalizer(run.file_format.columns, run.mapping, options)


def decided_order(run: Import, path: Path) -> str:
    """What was chosen, or what the beginning of the file shows: the same at each start."""
    columns = columns_of(run.mapping, Target.BIRTH_DATE)
    if run.date_order or not columns:
        return run.date_order or "dmy"
    with closing(read_chunks(path, run.file_format, rows=ORDER_SAMPLE)) as chunks:
        first = next(chunks, None)
    return guess_order(first.table[column(columns[0])]) if first else "dmy"


def read_ahead(items: Iterator[Item]) -> Generator[Item]:
    """The next chunk is read and cleaned while the database works on this one; never more than one ahead."""
    with ThreadPoolExecutor(1, thread_name_prefix="import-reader") as reader:
        ahead = reader.submit(next, items, None)
        while (item := ahead.result()) is not None:
            ahead = reader.submit(next, items, None)
            yield item


def _commit(ready: Ready, state: Run) -> None:
    now = state.clock()
    chunk = ready.chunk
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=state.import_id)
        if run.state != ImportState.RUNNING or run.position != chunk.start:
            raise Stopped
        if run.cancel_asked_at:
            _stop(run, ImportState.CANCELLED, "", now)
            result = None
        else:
            result = merge_chunk(ready, rules_for(run, now), state.seen)
            if state.room is not None and result.created > state.room:
                transaction.set_rollback(True)
            else:
                _record(run, chunk, result, now)
    if result is None:
        raise Stopped
    if state.room is not None and result.created > state.room:
        _stop_at_limit(state.import_id, now)
        raise Stopped
    state.seen.update(result.created_ids, result.known_ids)
    state.room = None if state.room is None else state.room - result.created


def rules_for(run: Import, now: datetime) -> MergeRules:
    source = RULES[run.source_type]
    return MergeRules(
        import_id=run.pk,
        actor_id=run.created_by_id,
        replace=run.existing == ExistingPolicy.REPLACE,
        relationship=source.relationship,
        channels=source.channels,
        declared=tuple(channel for channel in run.consent_channels if channel in source.channels),
        wording=run.consent_wording,
        now=now,
    )


def merge_chunk(ready: Ready, rules: MergeRules, seen: set[int]) -> Tally:
    with connection.cursor() as cursor:
        stage(cursor, ready.rows)
        match(cursor)
        mark_repeats(cursor, seen)
        write_people(cursor, rules)
        return tally(cursor, ready.chunk, ready.clean, rules)


def _record(run: Import, chunk: Chunk, result: Tally, now: datetime) -> None:
    ImportIssue.objects.bulk_create(to_keep(result.issues, run.issue_counts), batch_size=2_000)
    with connection.cursor() as cursor:
        cursor.execute(
            ADD_BATCH, [run.pk, chunk.start, chunk.end, as_array(result.created_ids), as_array(result.known_ids)]
        )
    for kind, count in result.kinds.items():
        run.issue_counts[kind] = run.issue_counts.get(kind, 0) + count
    run.position = chunk.end
    for outcome in ("created", "updated", "unchanged", "merged", "rejected"):
        setattr(run, outcome, getattr(run, outcome) + getattr(result, outcome))
    run.beat_at = now
    run.save(
        update_fields=["position", "created", "updated", "unchanged", "merged", "rejected", "issue_counts", "beat_at"]
    )


def _finish(import_id: int, now: datetime) -> None:
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=import_id)
        if run.state == ImportState.RUNNING:
            _stop(run, ImportState.DONE, "", now)


def _stop_at_limit(import_id: int, now: datetime) -> None:
    with transaction.atomic():
        _stop(Import.objects.select_for_update().get(pk=import_id), ImportState.FAILED, "limit", now)


def _stop(run: Import, state: str, failure: str, now: datetime) -> None:
    run.state, run.failure, run.finished_at, run.cancel_asked_at = state, failure, now, None
    run.save(update_fields=["state", "failure", "finished_at", "cancel_asked_at"])
    cancel_alarm(WATCH, key=str(run.pk))
    set_alarm(PURGE, due_at=now + KEPT, key=str(run.pk))
    announce_contacts_changed()


def fail_import(*, import_id: int, failure: str, now: datetime) -> None:
    """What is committed stays, and the import can be taken up again."""
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=import_id)
        if run.state in (ImportState.QUEUED, ImportState.RUNNING):
            _stop(run, ImportState.FAILED, failure, now)
