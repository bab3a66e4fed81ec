"""The full pass over everybody, in a worker: read, pair, score, keep. Killed anywhere, it goes on after the last pairs kept."""

from datetime import datetime

import polars as pl
from django.db import transaction

from crm.duplicates.blocking import candidates
from crm.duplicates.comparing import compare_people
from crm.duplicates.enums import PairState
from crm.duplicates.keeping import keep_pairs
from crm.duplicates.models import DuplicatePair
from crm.duplicates.reading import common_shares, commonness, people_by_id, people_in_blocks
from crm.duplicates.services import SEARCH
from crm.people.models import Person
from crm.runs.models import Run
from crm.runs.working import Working

AT_ONCE = 200_000
NEW = 2_000  # more than that, and comparing everybody is quicker
NEW_AT_ONCE = 200


def find_duplicates(working: Working) -> None:
    """Compare everybody with everybody who shares something, or only who is new. Pairs that were decided stay decided."""
    if working.parameters.get("only_new") and (new := _new_people()) is not None:
        _compare_new(working, new)
        return
    began = datetime.fromisoformat(working.result["began"]) if "began" in working.result else working.clock()
    working.tell(0, 0, began=began.isoformat())
    people = commonness(_read_everyone(working))
    pairs = candidates(people)
    start = _start(pairs, people, working.result.get("after"))
    kept = working.result.get("kept", 0)
    for position in range(start, pairs.height, AT_ONCE):
        part = pairs.slice(position, AT_ONCE)
        with transaction.atomic():
            kept += keep_pairs(people, part, everyone=people.height, now=working.clock())
            last = people["id"][int(part["a"][-1])], people["id"][int(part["b"][-1])]
            working.tell(position + part.height, pairs.height, after=list(last), kept=kept)
    with transaction.atomic():
        # What speaks for them is gone: a name was mended, an address taken away.
        stale = DuplicatePair.objects.filter(state__in=[PairState.OPEN, PairState.LATER], found_at__lt=began)
        removed = stale.delete()[0]
        told = {"people": people.height, "compared": pairs.height, "removed": removed, "shares": common_shares(people)}
        working.tell(pairs.height, pairs.height, **told, through=_last_id(people))


def _last_id(people: pl.DataFrame) -> int:
    return 0 if people.is_empty() else int(people["id"][-1])


def _new_people() -> list[int] | None:
    """Who came since the last search; None when they are so many that the full pass is quicker."""
    last = Run.objects.filter(kind=SEARCH, result__has_key="through").order_by("-pk").first()
    if last is None:
        return None
    new = Person.objects.alive().filter(pk__gt=last.result["through"]).order_by("pk")
    ids = list(new.values_list("pk", flat=True)[: NEW + 1])
    return ids if len(ids) <= NEW else None


def _compare_new(working: Working, ids: list[int]) -> None:
    kept = 0
    for start in range(0, len(ids), NEW_AT_ONCE):
        part = ids[start : start + NEW_AT_ONCE]
        kept += compare_people(person_ids=part, now=working.clock())
        working.tell(start + len(part), len(ids), kept=kept, people=len(ids), through=part[-1])


def _read_everyone(working: Working) -> pl.DataFrame:
    blocks = []
    for block in people_in_blocks():
        blocks.append(block)
        working.tell(0, 0)
    return pl.concat(blocks) if blocks else people_by_id([])


def _start(pairs: pl.DataFrame, people: pl.DataFrame, after: list[int] | None) -> int:
    """Where a pass that was interrupted goes on: pairs are in the order of ids, whoever came or left meanwhile."""
    if after is None:
        return 0
    first, second = people["id"].gather(pairs["a"]), people["id"].gather(pairs["b"])
    done = (first < after[0]) | ((first == after[0]) & (second <= after[1]))
    return int(done.sum())
