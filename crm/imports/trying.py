"""A dry run: the whole file through the whole import, each chunk taken back, and a report of what would have changed."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from django.core.cache import cache
from django.db import transaction

from crm.imports.claims import claim_columns, claims_of
from crm.imports.differences import Found, added, find_differences
from crm.imports.enums import ImportState, IssueLevel
from crm.imports.files import local_copy
from crm.imports.merging import MergeRules
from crm.imports.models import Import
from crm.imports.planning import Plan, decide_all
from crm.imports.reading import Reading, read_file
from crm.imports.running import rules_for
from crm.imports.spooling import Spool, spool
from crm.imports.tallying import Told, tally
from crm.imports.tasks import try_import_task
from crm.imports.tying import Tied, has_own_numbers, write_ties
from crm.imports.writing import write_chunk
from crm.people.tagging import tag_numbers

KEPT = 600  # seconds: how far a dry run is, for the page that shows it
PATIENCE = timedelta(minutes=30)  # a dry run that says nothing for so long has lost its worker


class OriginMissing(Exception):
    """Where the file comes from decides what it may do, and has not been told."""


def is_trying(run: Import, now: datetime) -> bool:
    waiting = run.trial.get("state") in ("queued", "running")
    return waiting and now - datetime.fromisoformat(run.trial["asked_at"]) < PATIENCE


@transaction.atomic
def ask_trial(*, import_id: int, now: datetime) -> None:
    """Queue it. Asked twice, it is done once; once the import is launched, not at all. Raises OriginMissing."""
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state != ImportState.DRAFT or is_trying(run, now):
        return
    if not run.source_type:
        raise OriginMissing
    run.trial = {"state": "queued", "asked_at": now.isoformat()}
    run.save(update_fields=["trial"])
    transaction.on_commit(partial(try_import_task.delay, import_id=run.pk))


def trial_percent(run: Import) -> int:
    """How far its dry run is. The cache says it: what is written in the dry run's transaction is seen by nobody."""
    return min(100, int(cache.get(_percent_key(run), 0)))


def _percent_key(run: Import) -> str:
    return f"imports.trial:{run.pk}"


def _tell(run: Import, rows: int) -> None:
    """So many were read, or tried: each of the file's rows is both."""
    cache.set(_percent_key(run), 100 * rows // max(2 * run.total, 1), KEPT)


def try_import(*, import_id: int, clock: Callable[[], datetime]) -> None:
    """Nothing of it stays but its report, and no report when the columns were chosen anew meanwhile."""
    run = _begin(import_id)
    if run is None:
        return
    ties = claim_columns(run.mapping)
    _tell(run, 0)
    with local_copy(run.file) as path, transaction.atomic(), spool(ties=ties) as spooled:
        report = _try(run, path, spooled, clock)
        transaction.set_rollback(True)
    end_trial(import_id=import_id, asked_at=run.trial["asked_at"], report={**report, "state": "done"})


def end_trial(*, import_id: int, report: dict[str, Any], asked_at: str = "") -> None:
    with transaction.atomic():
        run = Import.objects.select_for_update().get(pk=import_id)
        if run.trial.get("state") == "running" and asked_at in ("", run.trial["asked_at"]):
            run.trial = {"asked_at": run.trial["asked_at"], **report}
            run.save(update_fields=["trial"])


@transaction.atomic
def _begin(import_id: int) -> Import | None:
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state != ImportState.DRAFT or run.trial.get("state") != "queued":
        return None
    run.trial["state"] = "running"
    run.save(update_fields=["trial"])
    return run


def _try(run: Import, path: Path, spooled: Spool, clock: Callable[[], datetime]) -> dict[str, Any]:
    plan = _plan(read_file(run, path, spooled, clock, lambda read, _now: _tell(run, read)), spooled)
    spooled.gather(plan.followers)
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    columns: Found = {}
    lines, claims = list[pl.DataFrame](), list[pl.DataFrame]()
    for number in spooled.numbers:
        people, rules = plan.applied_to(spooled.people(number)), rules_for(run, clock())
        told = Told(
            spooled.rows[number],
            spooled.issues(number),
            spooled.cells(people.filter("refused")),
            organisations=spooled.organisations(number).height,
        )
        chunk = transaction.savepoint()
        result = tally(write_chunk(people, rules), people, told, rules)
        if result.written.has_known:
            columns = added(columns, find_differences())
        counts.update(result.counts)
        kinds.update(result.kinds)
        transaction.savepoint_rollback(chunk)  # nobody who is known stays locked
        if spooled.ties:
            lines.append(_with_new(result.written.lines, people, rules))
            claims.append(claims_of(spooled.said(people), lines[-1]))
        _tell(run, sum(spooled.rows) + sum(spooled.rows[: number + 1]))
    for tied in _tried_ties(run, claims, lines, clock()) if claims else ():
        columns = added(columns, tied.differences())
        kinds.update(f"{IssueLevel.WARNING.value}:{kind}" for kind in tied.remarks["kind"])
        counts.update(updated=len(tied.newly_updated), unchanged=-len(tied.newly_updated))
    return {"counts": counts, "kinds": kinds, "columns": columns, "rows": sum(spooled.rows)}


def _plan(reading: Reading, spooled: Spool) -> Plan:
    tags = tag_numbers(sorted(reading.tags)) if reading.tags else {}
    return Plan(decide_all(map(spooled.people, spooled.numbers), reading.identities), tags)


def _with_new(lines: pl.DataFrame, people: pl.DataFrame, rules: MergeRules) -> pl.DataFrame:
    """Whoever is new is written again and stays until the end: a line anywhere in the file may mean her."""
    new = write_chunk(people.filter(pl.col("person_id").is_null()), rules).lines
    return pl.concat([lines.join(new, on="line", how="anti"), new])


def _tried_ties(run: Import, claims: list[pl.DataFrame], lines: list[pl.DataFrame], now: datetime) -> Iterator[Tied]:
    rules, present = rules_for(run, now), pl.concat(lines).filter(pl.col("outcome") != "rejected")
    numbered = present["person_id"].drop_nulls() if has_own_numbers(run) else None
    for one in claims:
        chunk = transaction.savepoint()
        tied = write_ties(run, one, rules, numbered)
        transaction.savepoint_rollback(chunk)
        yield tied
