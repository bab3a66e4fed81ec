"""Merging or deleting a tag that many people carry: by a worker, block by block, each committed with its position.

A merge puts the one tag beside the other first, then lets it take over at one stroke, then takes the other off: so every
segment reaches the same people at each moment, however long it takes and wherever it is killed.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from crm.consent.entries import Source
from crm.people.models import Person, Tag
from crm.people.tag_keeping import (
    TagGone,
    TagInUse,
    drop,
    put_beside,
    refuse_while_busy,
    refuse_while_needed,
    take_off,
    take_over,
)
from crm.people.tag_users import refusing, usages_of_tags
from crm.runs.models import Run
from crm.runs.services import start_run
from crm.runs.working import RunFailed, Working

KIND = "people.tags"
MANY = 5_000  # more are not changed while somebody waits
AT_ONCE = 2_000


def is_for_a_worker(tag: Tag) -> bool:
    return Person.objects.tagged(tag.pk).order_by().values("pk")[: MANY + 1].count() > MANY


@transaction.atomic
def start_merging(*, keep: Tag, merged: Tag, by: int, now: datetime) -> Run:
    """Raises TagInUse."""
    refuse_while_busy((keep.pk, merged.pk))
    return start_run(kind=KIND, parameters={"tag": merged.pk, "into": keep.pk}, by=by, now=now)


@transaction.atomic
def start_deleting(*, tag: Tag, by: int, now: datetime) -> Run:
    """Raises TagInUse."""
    refuse_while_needed([tag.pk])
    return start_run(kind=KIND, parameters={"tag": tag.pk}, by=by, now=now)


def work(working: Working) -> None:
    """Killed anywhere, it goes on after the last block."""
    tag_id, keep_id = working.parameters["tag"], working.parameters.get("into")
    source = Source("office", f"tags:{working.pk}", working.asked_by_id)
    carriers = Person.objects.alive().tagged(tag_id)
    total = working.run.total or carriers.count() * (2 if keep_id else 1)
    if keep_id and not working.result.get("taken_over"):

        def beside(ids: Sequence[int]) -> None:
            put_beside(tag_id=tag_id, keep_id=keep_id, ids=ids, source=source, now=working.clock())

        _in_blocks(working, "beside", tag_id, total, beside)
    if not working.result.get("taken_over"):
        _take_over(working, tag_id, keep_id, source, total)
    _in_blocks(
        working, "off", tag_id, total, lambda ids: take_off(tag_id=tag_id, ids=ids, source=source, now=working.clock())
    )


@transaction.atomic
def _take_over(working: Working, tag_id: int, keep_id: int | None, source: Source, total: int) -> None:
    own = reverse("people:tag_run", args=[working.run.uuid])
    usages = usages_of_tags([tag_id, keep_id] if keep_id else [tag_id])
    if any(usage.url != own for usage in refusing(usages, deletes=False)):
        raise RunFailed("busy")  # since it was asked; it goes on afterwards
    try:
        if keep_id:
            take_over(tag_id=tag_id, keep_id=keep_id, source=source, now=working.clock())
        else:
            drop(tag_id=tag_id)
    except TagGone as error:
        raise RunFailed("gone") from error
    except TagInUse as error:
        raise RunFailed("needed") from error
    working.tell(working.run.done, total, taken_over=True)


def _in_blocks(working: Working, step: str, tag_id: int, total: int, change: Callable[[Sequence[int]], object]) -> None:
    """In the order of people's numbers, then once more for those who got the tag behind our back."""
    people = Person.objects.alive().tagged(tag_id).order_by("pk")
    after = working.result.get(step, 0)
    while ids := list(people.filter(pk__gt=after).values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            change(ids)
            after = ids[-1]
            done = working.run.done + len(ids)
            working.tell(done, max(total, done), **{step: after})
