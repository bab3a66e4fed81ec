"""The import itself, in a worker: the file is read whole, then written chunk by chunk, each committed with its number."""

import logging
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import polars as pl
from django.conf import settings
from django.db import connection, transaction

from crm.consent.enums import DISTANT
from crm.consent.models import Suppression
from crm.consent.services import keep_wording
from crm.fields.queries import fields_by_key
from crm.imports.chunks import Chunk, column, read_chunks
from crm.imports.custom_values import CustomReader
from crm.imports.customs import field_columns
from crm.imports.dates import guess_order
from crm.imports.enums import ImportState, Target
from crm.imports.files import delete_file, local_copy
from crm.imports.identities import Identities
from crm.imports.mapping import columns_of
from crm.imports.merging import MergeRules
from crm.imports.models import KEPT, Import, ImportBatch
from crm.imports.normalizing import Normalized, Normalizer, Options
from crm.imports.planning import Plan, decide, decide_all, store_fates, stored_fates
from crm.imports.rules import all_rules
from crm.imports.sources import RULES
from crm.imports.spooling import Spool, spool
from crm.imports.staging import with_communes
from crm.imports.tallying import OUTCOMES, Tally, Told, tally, to_keep
from crm.imports.writers import write_each
from crm.imports.writing import PeopleChanged, write_chunk
from crm.people.tagging import tag_numbers
from shared.copying import copy_frame
from tenants.alarms import cancel_alarm, set_alarm
from tenants.entitlements import announce_contacts_changed, contacts_left

logger = logging.getLogger(__name__)
Item = TypeVar("Item")
WATCH = "imports.watch"
PURGE = "imports.purge"
SILENCE = timedelta(minutes=3)  # an import that says nothing for so long has lost its worker
ORDER_SAMPLE = 2_000
TRIES = 3  # of a chunk whose people change under its feet


class Stopped(Exception):
    """This worker must not go on: another one has taken over, or the import has ended."""


class Ended(Exception):
    """The import ends here, and this chunk is not written: `state` and `failure` are what it becomes."""

    def __init__(self, state: str, failure: str = "") -> None:
        self.state, self.failure = state, failure


@dataclass(slots=True)
class Run:
    import_id: int
    created_before: int
    room: int | None  # people that the plan still allows
    writers: int
    clock: Callable[[], datetime]


@dataclass(slots=True)
class Reading:
    """What the first pass over the file brings to light."""

    identities: Identities = field(default_factory=Identities)
    tags: set[str] = field(default_factory=set)


def run_import(*, import_id: int, clock: Callable[[], datetime]) -> None:
    """Begin, or go on with the chunks that are not committed. Safe to call twice, also at the same time."""
    run = _begin(import_id, clock())
    if run is None:
        logger.info("Import %s has nothing left to run", import_id)
        return
    state = Run(import_id, run.created, contacts_left(), _writers(), clock)
    try:
        with local_copy(run.file) as path, spool(keeps_cells=Suppression.objects.exists()) as spooled:
            plan = _plan(run, read_file(run, path, spooled, clock, partial(_beat, run)), spooled)
            spooled.gather(plan.followers)
            _keep_wordings(run)
            _write(spooled, plan, state)
    except Stopped:
        return
    except Ended as end:
        _end(import_id, end.state, end.failure, clock())
        return
    _end(import_id, ImportState.DONE, "", clock())


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


# --- the first pass: clean rows on the disk, who is who ---------------------------------------------------------------
def read_file(
    run: Import,
    path: Path,
    spooled: Spool,
    clock: Callable[[], datetime],
    beat: Callable[[int, datetime], None] = lambda _read, _now: None,
) -> Reading:
    """In three steps side by side, each a chunk ahead of the next: parsed, cleaned, put aside. `beat` hears how far it is."""
    normalizer = normalizer_for(run, path, clock())
    reading = Reading()

    def clean(chunk: Chunk) -> tuple[Chunk, Normalized, pl.DataFrame]:
        cleaned = normalizer.normalize(chunk.table)
        return chunk, cleaned, with_communes(cleaned.people)

    with ExitStack() as stack:
        chunks = stack.enter_context(closing(read_ahead(read_chunks(path, run.file_format))))
        cleaned: Iterator[tuple[Chunk, Normalized, pl.DataFrame]] = map(clean, chunks)
        if not normalizer.options.fields:  # their choices are made in the database: not from a thread beside
            cleaned = stack.enter_context(closing(read_ahead(cleaned)))
        for chunk, normalized, people in cleaned:
            spooled.add(chunk, people, normalized)
            reading.tags.update(people["tags"].explode().drop_nulls().unique())
            if not run.plan:
                reading.identities.add(people)
            beat(chunk.end, clock())
    return reading


def _beat(run: Import, read: int, now: datetime) -> None:
    going = Import.objects.filter(pk=run.pk, state=ImportState.RUNNING, cancel_asked_at=None)
    if going.update(beat_at=now, read=read) == 0:
        run.refresh_from_db()
        raise Ended(ImportState.CANCELLED) if run.state == ImportState.RUNNING else Stopped


def _plan(run: Import, reading: Reading, spooled: Spool) -> Plan:
    """Decided once: a worker that takes over goes by what the first one decided, whatever is committed since."""
    tags = tag_numbers(sorted(reading.tags)) if reading.tags else {}
    if run.plan:
        return Plan(stored_fates(run.plan), tags)
    fates = decide_all(map(spooled.people, spooled.numbers), reading.identities)
    name = store_fates(fates)
    if Import.objects.filter(pk=run.pk, plan="").update(plan=name) == 0:
        delete_file(name)  # another worker was quicker
        raise Stopped
    return Plan(fates, tags)


def normalizer_for(run: Import, path: Path, now: datetime) -> Normalizer:
    order = decided_order(run, path)
    known = fields_by_key()
    columns = {number: known[str(key)] for number, key in field_columns(run.mapping).items() if str(key) in known}
    options = Options(
        today=now.date(),
        date_order=order,
        phone_region=run.phone_region,
        tags=tuple(run.tags),
        fields={number: CustomReader(field, order, now.date()) for number, field in columns.items()},
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
    """The next one is made while the caller works on this one; never more than one ahead."""
    with ThreadPoolExecutor(1, thread_name_prefix="import-reader") as reader:
        ahead = reader.submit(next, items, None)
        while (item := ahead.result()) is not None:
            ahead = reader.submit(next, items, None)
            yield item


# --- the second pass: into the database -------------------------------------------------------------------------------
def _keep_wordings(run: Import) -> None:
    """Before the chunks: whoever is the first to keep a wording makes the other writers wait until its chunk is committed."""
    for text in (run.consent_wording, ""):
        keep_wording(text)


def _write(spooled: Spool, plan: Plan, state: Run) -> None:
    done = set(ImportBatch.objects.filter(import_run_id=state.import_id).values_list("number", flat=True))
    left = [number for number in spooled.numbers if number not in done]
    write_each(left, lambda number: _write_one(number, spooled, plan, state), writers=state.writers)


def _writers() -> int:
    """Within somebody's transaction (the demo's) there is one: other connections would not see what it has written."""
    return 1 if connection.in_atomic_block else int(settings.IMPORT_WRITERS)


def _write_one(number: int, spooled: Spool, plan: Plan, state: Run) -> None:
    clean = spooled.people(number)
    people = plan.applied_to(clean)
    told = Told(spooled.rows[number], spooled.issues(number), spooled.cells(people.filter("refused")))
    for attempt in range(1, TRIES + 1):
        try:
            _commit(number, people, told, state)
        except PeopleChanged:
            if attempt == TRIES:
                raise
            people = decide(clean, plan.tags).applied_to(clean)
        else:
            return


def _commit(number: int, people: pl.DataFrame, told: Told, state: Run) -> None:
    now = state.clock()
    with transaction.atomic():
        run = Import.objects.get(pk=state.import_id)
        _check(run, number, state, 0)
        rules = rules_for(run, now)
        result = tally(write_chunk(people, rules), people, told, rules)
        if state.writers > 1:  # the keys are checked before the others have to wait
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        run = Import.objects.select_for_update().get(pk=state.import_id)
        _check(run, number, state, result.counts["created"])
        _record(run, number, result, now)


def _check(run: Import, number: int, state: Run, created: int) -> None:
    """Raises Stopped, or Ended when the campaign wants no more or its plan holds no more."""
    if run.state != ImportState.RUNNING or ImportBatch.objects.filter(import_run=run, number=number).exists():
        raise Stopped
    if run.cancel_asked_at:
        raise Ended(ImportState.CANCELLED)
    if state.room is not None and run.created - state.created_before + created > state.room:
        raise Ended(ImportState.FAILED, "limit")


def rules_for(run: Import, now: datetime) -> MergeRules:
    source = RULES[run.source_type]
    return MergeRules(
        import_id=run.pk,
        actor_id=run.created_by_id,
        sets_relationship=source.relationship not in DISTANT,
        columns=all_rules(run.mapping, run.rules, run.existing),
        own_tags=tuple(tag_numbers(run.tags).values()) if run.tags and run.rules else (),
        relationship=source.relationship,
        channels=source.channels,
        declared=tuple(channel for channel in run.consent_channels if channel in source.channels),
        wording=run.consent_wording,
        now=now,
    )


def _record(run: Import, number: int, result: Tally, now: datetime) -> None:
    counts = result.counts
    kept = to_keep(result.issues, run.issue_counts).with_columns(import_run_id=pl.lit(run.pk))
    with connection.cursor() as cursor:
        copy_frame(cursor, "imports_importissue", kept)
    ImportBatch.objects.create(
        import_run=run,
        number=number,
        rows=result.rows,
        created_ids=result.written.created_ids,
        known_ids=result.written.known_ids,
    )
    for kind, count in result.kinds.items():
        run.issue_counts[kind] = run.issue_counts.get(kind, 0) + count
    run.position += result.rows
    for outcome in OUTCOMES:
        setattr(run, outcome, getattr(run, outcome) + counts[outcome])
    run.beat_at = now
    run.save(update_fields=["position", *OUTCOMES, "issue_counts", "beat_at"])


def _end(import_id: int, state: str, failure: str, now: datetime) -> None:
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=import_id)
        if run.state == ImportState.RUNNING:
            _stop(run, state, failure, now)


def _stop(run: Import, state: str, failure: str, now: datetime) -> None:
    run.state, run.failure, run.finished_at, run.cancel_asked_at = state, failure, now, None
    if state == ImportState.DONE:
        transaction.on_commit(partial(delete_file, run.plan))
        run.plan = ""
    run.save(update_fields=["state", "failure", "finished_at", "cancel_asked_at", "plan"])
    cancel_alarm(WATCH, key=str(run.pk))
    set_alarm(PURGE, due_at=now + KEPT, key=str(run.pk))
    announce_contacts_changed()


def fail_import(*, import_id: int, failure: str, now: datetime) -> None:
    """What is committed stays, and the import can be taken up again."""
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=import_id)
        if run.state in (ImportState.QUEUED, ImportState.RUNNING):
            _stop(run, ImportState.FAILED, failure, now)
