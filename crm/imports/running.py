"""The import itself, in a worker: the file is read whole, then written chunk by chunk, each committed with its number."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl
from django.conf import settings
from django.db import connection, transaction

from crm.consent.enums import DISTANT
from crm.consent.services import keep_wording
from crm.imports.agreements import own_wordings, wordings_of
from crm.imports.brought import count_organisations, write_organisations
from crm.imports.claims import claim_columns, claims_of, packed
from crm.imports.enums import ImportState
from crm.imports.files import delete_file, local_copy
from crm.imports.fingerprints import (
    SAME_AS_BEFORE,
    choices_of,
    decided_sieve,
    forget_earlier,
    repeats_of,
    sieve_of,
    to_store,
    with_owners,
)
from crm.imports.forgetting import delete_kept_file, is_owed_to_somebody_erased
from crm.imports.indexing import lightened
from crm.imports.matching import FATE
from crm.imports.merging import MergeRules
from crm.imports.models import KEPT, Import, ImportBatch
from crm.imports.planning import Plan, decide, decide_all, store_fates, stored_fates
from crm.imports.reading import Reading, decided_order, read_again, read_file
from crm.imports.rules import all_rules
from crm.imports.sources import RULES
from crm.imports.spooling import Spool, spool
from crm.imports.tallying import OUTCOMES, Tally, Told, tally, to_keep
from crm.imports.tying import numbered_people, tie_batch, waiting_batches
from crm.imports.writers import write_each
from crm.imports.writing import PeopleChanged, write_chunk
from crm.people.tagging import tag_numbers
from shared.copying import bigint_array, copy_frame
from tenants.alarms import cancel_alarm, set_alarm
from tenants.entitlements import announce_contacts_changed, contacts_left

logger = logging.getLogger(__name__)
WATCH = "imports.watch"
PURGE = "imports.purge"
BROUGHT = ("organisations_made", "organisations_completed")
SILENCE = timedelta(minutes=3)  # an import that says nothing for so long has lost its worker
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


def run_import(*, import_id: int, clock: Callable[[], datetime]) -> None:
    """Begin, or go on with the chunks that are not committed. Safe to call twice, also at the same time."""
    run = _begin(import_id, clock())
    if run is None:
        logger.info("Import %s has nothing left to run", import_id)
        return
    state = Run(import_id, run.created, contacts_left(), _writers(), clock)
    try:
        with local_copy(run.file) as path, _prepared(run, path, clock) as (spooled, plan):
            _keep_wordings(run)
            with lightened(run):
                _write(spooled, plan, state)
        _write_ties(run, clock)
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


# --- the first pass: who is who ---------------------------------------------------------------------------------------
def _beat(run: Import, read: int, now: datetime) -> None:
    going = Import.objects.filter(pk=run.pk, state=ImportState.RUNNING, cancel_asked_at=None)
    if going.update(beat_at=now, read=read) == 0:
        run.refresh_from_db()
        raise Ended(ImportState.CANCELLED) if run.state == ImportState.RUNNING else Stopped


@contextmanager
def _prepared(run: Import, path: Path, clock: Callable[[], datetime]) -> Iterator[tuple[Spool, Plan]]:
    """Clean rows and what becomes of them. The file is read again where a row that was left out has to do with another after all."""
    order = decided_order(run, path)
    run.choices = run.choices or choices_of(run, order)
    sieve = decided_sieve(run, stored_fates(run.plan)) if run.plan else sieve_of(run)
    again = partial(read_again, run, path)
    while True:
        with spool(again=again, ties=claim_columns(run.mapping)) as spooled:
            # What was read is not kept while it is written: the keys of a million rows are 60 MB.
            plan = _plan(run, read_file(run, path, spooled, clock, partial(_beat, run), sieve), spooled)
            doubtful = sieve.doubtful(spooled.all_same(), plan.fates["person_id"].drop_nulls())
            if run.plan or doubtful.is_empty():
                _store_plan(run, plan, choices_of(run, order), spooled)
                spooled.gather(plan.followers)
                del sieve  # as large as the keys, where all of a file was read before
                yield spooled, plan
                return
        sieve.forget(doubtful)


def _plan(run: Import, reading: Reading, spooled: Spool) -> Plan:
    """Decided once: a worker that takes over goes by what the first one decided, whatever is committed since."""
    tags = tag_numbers(sorted(reading.tags)) if reading.tags else {}
    if run.plan:
        fates = stored_fates(run.plan).filter(pl.col("how").ne_missing(SAME_AS_BEFORE)).select(FATE.names())
    else:
        fates = decide_all(map(spooled.people, spooled.numbers), reading.identities)
    return Plan(fates, tags, repeats_of(spooled.all_same()))


def _store_plan(run: Import, plan: Plan, choices: str, spooled: Spool) -> None:
    """With the hash of the choices as they are now: reading may have made some for the campaign's own fields."""
    if run.plan:
        return
    name = store_fates(plan.fates, spooled.all_same())
    if Import.objects.filter(pk=run.pk, plan="").update(plan=name, choices=choices) == 0:
        delete_file(name)  # another worker was quicker
        raise Stopped


# --- the second pass: into the database -------------------------------------------------------------------------------
def _keep_wordings(run: Import) -> None:
    """Before the chunks: whoever is the first to keep a wording makes the other writers wait until its chunk is committed."""
    for text in sorted({run.consent_wording, *own_wordings(run).values(), ""}):
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
    same = spooled.same(number).join(plan.repeats, on="line", how="left", maintain_order="left")
    organisations = spooled.organisations(number)
    told = Told(
        spooled.rows[number],
        spooled.issues(number),
        spooled.cells(people.filter("refused")),
        spooled.said(people),
        organisations.height,
    )
    if told.organisations:
        _commit_organisations(number, organisations, state)
    for attempt in range(1, TRIES + 1):
        try:
            _commit(number, people, same, told, state)
        except PeopleChanged:
            if attempt == TRIES:
                raise
            people = decide(clean, plan.tags).applied_to(clean)
        else:
            return


def _commit_organisations(number: int, organisations: pl.DataFrame, state: Run) -> None:
    """By themselves and before the chunk, which counts them: a lock on them would have to wait for people, and others for it."""
    with transaction.atomic():
        run = Import.objects.get(pk=state.import_id)
        _check(run, number, state, 0)
        write_organisations(organisations, rules_for(run, state.clock()))


def _commit(number: int, people: pl.DataFrame, same: pl.DataFrame, told: Told, state: Run) -> None:
    now = state.clock()
    with transaction.atomic():
        run = Import.objects.get(pk=state.import_id)
        _check(run, number, state, 0)
        rules = rules_for(run, now)
        result = tally(write_chunk(people, rules).with_same(same), people, told, rules)
        fingerprints = to_store(result=result, people=people, same=same, cleaning=told.issues, now=now)
        if state.writers > 1:  # the keys are checked before the others have to wait
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        run = Import.objects.select_for_update().get(pk=state.import_id)
        _check(run, number, state, result.counts["created"])
        claims = packed(claims_of(told.said, result.written.lines))
        _record(run, number, result, fingerprints, claims, now)


def _write_ties(run: Import, clock: Callable[[], datetime]) -> None:
    """Batch by batch, after all rows: whoever recruited somebody is there by now."""
    numbers = waiting_batches(run.pk)
    numbered = numbered_people(run) if numbers else None
    for number in numbers:
        with transaction.atomic():
            run, now = Import.objects.select_for_update().get(pk=run.pk), clock()
            if run.state != ImportState.RUNNING:
                raise Stopped
            if run.cancel_asked_at:
                raise Ended(ImportState.CANCELLED)
            tie_batch(run, number, rules_for(run, now), numbered)


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
        wordings=wordings_of(run),
        agreed_on=run.consent_on,
        now=now,
    )


def _record(run: Import, number: int, result: Tally, fingerprints: bytes, claims: bytes | None, now: datetime) -> None:
    counts = result.counts
    kept = to_keep(result.issues, run.issue_counts).with_columns(import_run_id=pl.lit(run.pk))
    kept = kept.join(with_owners(result.written.lines), on="line", how="left", maintain_order="left")
    with connection.cursor() as cursor:
        copy_frame(cursor, "imports_importissue", kept)
    ImportBatch.objects.create(
        import_run=run,
        number=number,
        rows=result.rows,
        created_ids=bigint_array(result.written.created_ids),
        known_ids=bigint_array(result.written.known_ids),
        fingerprints=fingerprints,
        ties=claims,
    )
    for kind, count in result.kinds.items():
        run.issue_counts[kind] = run.issue_counts.get(kind, 0) + count
    run.position += result.rows
    for outcome in OUTCOMES:
        setattr(run, outcome, getattr(run, outcome) + counts[outcome])
    if result.organisations:
        run.organisations_made, run.organisations_completed = count_organisations(run)
    run.beat_at = now
    run.save(update_fields=["position", *OUTCOMES, *BROUGHT, "issue_counts", "beat_at"])


def _end(import_id: int, state: str, failure: str, now: datetime) -> None:
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=import_id)
        if run.state == ImportState.RUNNING:
            _stop(run, state, failure, now)


def _stop(run: Import, state: str, failure: str, now: datetime) -> None:
    run.state, run.failure, run.finished_at, run.cancel_asked_at = state, failure, now, None
    if state == ImportState.DONE:
        forget_earlier(run)
    if state == ImportState.DONE or is_owed_to_somebody_erased(run):  # nobody needs it any more, or nobody may have it
        delete_kept_file(run)
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
