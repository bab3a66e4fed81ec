"""Merging all the certain ones at once, in a worker; and taking that back."""

from collections import Counter

from django.db import transaction

from crm.consent.entries import Source
from crm.duplicates.models import DuplicatePair
from crm.duplicates.services import AlreadyDecided, merge_pair
from crm.people.merging import CannotMerge
from crm.people.models import PersonMerge
from crm.people.parting import CannotPart, part_people
from crm.runs.working import Working

AT_ONCE = 50


def merge_certain(working: Working) -> None:
    """By ascending id: a pair that a merge makes anew has a higher one, so that three entries of one person become one."""
    counts = Counter(working.result.get("counts", {}))
    after, total = working.result.get("after", 0), working.run.total or DuplicatePair.objects.certain().count()
    source = Source("merge", f"run:{working.pk}", working.asked_by_id)
    while pairs := list(DuplicatePair.objects.certain().filter(pk__gt=after).order_by("pk")[:AT_ONCE]):
        for pair in pairs:
            with transaction.atomic():
                counts[_merge(pair, source, working)] += 1
                after = pair.pk
                done = sum(counts.values())
                working.tell(done, max(total, done), after=after, counts=dict(counts))


def part_certain(working: Working) -> None:
    """Latest first, as merges in a row can only be taken back in reverse."""
    merges = PersonMerge.objects.filter(source_reference=f"run:{working.pk}", source_kind="merge")
    total, counts = merges.count(), Counter(working.result.get("parted", {}))
    before = working.result.get("before")
    while merge := (merges.filter(pk__lt=before) if before else merges).order_by("-pk").first():
        with transaction.atomic():
            counts[_part(merge, working)] += 1
            before = merge.pk
            working.tell(sum(counts.values()), total, before=before, parted=dict(counts))


def _merge(pair: DuplicatePair, source: Source, working: Working) -> str:
    try:
        with transaction.atomic():
            merge_pair(pair=pair, keep_id=pair.first_id, source=source, now=working.clock())
    except (CannotMerge, AlreadyDecided):
        return "left"
    return "merged"


def _part(merge: PersonMerge, working: Working) -> str:
    source = Source("merge", f"run:{working.pk}:undo", working.asked_by_id)
    try:
        with transaction.atomic():
            part_people(merge=merge, source=source, now=working.clock())
    except CannotPart:
        return "left"
    return "parted"
