"""Looking for duplicates, and deciding about them."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from crm.consent.entries import Source
from crm.duplicates.enums import PairState
from crm.duplicates.models import DuplicatePair
from crm.people.merging import Choices, merge_people
from crm.people.models import Person, PersonMerge
from crm.runs.models import Run
from crm.runs.services import start_run_once

SEARCH = "duplicates.search"
MERGE_CERTAIN = "duplicates.merge_certain"
UNDECIDED = (PairState.OPEN, PairState.LATER)


class AlreadyDecided(Exception):
    """Somebody else of the team was quicker, or one of the two is gone."""


def start_search(*, by: int | None, only_new: bool = False, now: datetime) -> Run:
    """Everybody, or only who came since the last time. One that is under way is not started twice."""
    return start_run_once(kind=SEARCH, parameters={"only_new": only_new}, by=by, now=now)


def start_merging_certain(*, by: int, now: datetime) -> Run:
    return start_run_once(kind=MERGE_CERTAIN, parameters={}, by=by, now=now)


@transaction.atomic
def merge_pair(
    *, pair: DuplicatePair, keep_id: int, choices: Choices | None = None, source: Source, now: datetime
) -> PersonMerge:
    """Raises AlreadyDecided, and what crm.people.merging raises."""
    # People before pairs, as wherever two people are merged: nobody waits in a ring.
    list(Person.objects.select_for_update(of=("self",)).filter(pk__in=[pair.first_id, pair.second_id]).order_by("pk"))
    if not DuplicatePair.objects.select_for_update(of=("self",)).filter(pk=pair.pk, state__in=UNDECIDED).exists():
        raise AlreadyDecided
    keep, merged = (pair.first, pair.second) if keep_id == pair.first_id else (pair.second, pair.first)
    merge = merge_people(keep=keep, merged=merged, choices=choices, source=source, now=now)
    DuplicatePair.objects.filter(pk=pair.pk).update(
        state=PairState.MERGED, decided_at=now, decided_by_id=source.actor_id
    )
    return merge


@transaction.atomic
def tell_apart(*, pair: DuplicatePair, by: int, now: datetime) -> None:
    """They are two people: never shown again. Raises AlreadyDecided."""
    _decide(pair, PairState.NOT_SAME, by=by, now=now)


@transaction.atomic
def put_off(*, pair: DuplicatePair, by: int, now: datetime) -> None:
    """Behind all the others. Raises AlreadyDecided."""
    _decide(pair, PairState.LATER, by=by, now=now)


@transaction.atomic
def reopen_pair(*, pair: DuplicatePair) -> None:
    """The undo of «not the same»."""
    DuplicatePair.objects.filter(pk=pair.pk, state__in=[PairState.NOT_SAME, PairState.LATER]).update(
        state=PairState.OPEN, decided_at=None, decided_by_id=None
    )


def forget_people(person_ids: list[int], _now: datetime) -> None:
    """For an erasure, in its transaction: nothing says any more whom she was like."""
    DuplicatePair.objects.filter(Q(first__in=person_ids) | Q(second__in=person_ids)).delete()


def follow_merge(keep_id: int, merged_id: int) -> None:
    """What was known of the merged one and a third person holds for the kept one; a decision more than a guess."""
    _upsert(INHERIT, {"keep": keep_id, "merged": merged_id})
    _upsert(SETTLE, {"keep": keep_id, "merged": merged_id, "state": PairState.MERGED})


def follow_parting(kept_id: int, merged_id: int) -> None:
    """Whoever takes a merge back says that they are two people."""
    _upsert(SETTLE, {"keep": kept_id, "merged": merged_id, "state": PairState.NOT_SAME})


INHERIT = """
INSERT INTO duplicates_duplicatepair (first_id, second_id, score, is_certain, reasons, state, found_at, decided_at, decided_by_id)
SELECT least(%(keep)s, x.other), greatest(%(keep)s, x.other), score, is_certain, reasons, state, found_at, decided_at, decided_by_id
FROM (
  SELECT *, CASE WHEN first_id = %(merged)s THEN second_id ELSE first_id END AS other FROM duplicates_duplicatepair
  WHERE (first_id = %(merged)s OR second_id = %(merged)s) AND state <> 'merged'
) x WHERE x.other <> %(keep)s
ON CONFLICT (first_id, second_id) DO UPDATE SET state = excluded.state, decided_at = excluded.decided_at, decided_by_id = excluded.decided_by_id
  WHERE excluded.state = 'not_same' AND duplicates_duplicatepair.state IN ('open', 'later')"""
SETTLE = """
INSERT INTO duplicates_duplicatepair (first_id, second_id, score, is_certain, reasons, state, found_at, decided_at)
VALUES (least(%(keep)s::bigint, %(merged)s::bigint), greatest(%(keep)s::bigint, %(merged)s::bigint), 0, false, '{}', %(state)s, now(), now())
ON CONFLICT (first_id, second_id) DO UPDATE SET state = excluded.state, decided_at = excluded.decided_at"""


def _upsert(statement: str, parameters: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _decide(pair: DuplicatePair, state: PairState, *, by: int | None, now: datetime) -> None:
    if not DuplicatePair.objects.filter(pk=pair.pk, state__in=UNDECIDED).update(
        state=state, decided_at=now, decided_by_id=by
    ):
        raise AlreadyDecided
