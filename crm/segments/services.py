from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from crm.segments.enums import ChangeKind
from crm.segments.models import Segment, SegmentChange
from crm.segments.references import heaviest_weight, hold_references, leads_to, referred_to
from crm.segments.tree import parse, to_json
from crm.segments.usage import Usage, usages_of
from tenants.users.models import User

MOST_CONDITIONS = 600  # ten full segments, however they are put into each other


class NameTaken(Exception):
    """Another segment has this name."""


class ChangedMeanwhile(Exception):
    """Somebody saved the segment since it was opened."""

    def __init__(self, segment: Segment) -> None:
        super().__init__(f"segment {segment.pk} is at version {segment.version}")
        self.segment = segment


class SegmentCircle(Exception):
    """The segment would count on itself, directly or by others."""


class TooManyConditions(Exception):
    """With the segments that it counts on, or those that count on it, more would be asked of each person than one waits for."""


class SegmentInUse(Exception):
    """Something still counts on this segment."""

    def __init__(self, usages: list[Usage]) -> None:
        super().__init__(f"{len(usages)} usages")
        self.usages = usages


@transaction.atomic
def add_segment(
    *,
    name: str,
    description: str = "",
    criteria: Mapping[str, Any],
    by: User | None,
    now: datetime,
    kind: ChangeKind = ChangeKind.CREATED,
) -> Segment:
    """Raises CriteriaInvalid, NameTaken or TooManyConditions."""
    _hold_what_it_names(criteria)
    tree = to_json(parse(dict(criteria)))
    _refuse_too_many(tree, None)
    segment = Segment(
        name=name, description=description, criteria=tree, created_at=now, created_by=by, changed_at=now, changed_by=by
    )
    _save(segment)
    log_change(segment, kind, by=by, now=now)
    return segment


@transaction.atomic
def change_segment(
    *,
    segment: Segment,
    version: int,
    name: str,
    description: str,
    criteria: Mapping[str, Any],
    by: User | None,
    now: datetime,
) -> Segment:
    """Raises CriteriaInvalid, NameTaken, ChangedMeanwhile, SegmentCircle or TooManyConditions.

    Saving what is already there changes nothing.
    """
    _hold_what_it_names(criteria)
    tree = to_json(parse(dict(criteria)))
    if leads_to(tree, segment.pk):
        raise SegmentCircle
    _refuse_too_many(tree, segment.pk)
    current = Segment.objects.select_for_update(of=("self",)).get(pk=segment.pk)
    if (current.name, current.description, current.criteria) == (name, description, tree):
        return current
    if current.version != version:
        raise ChangedMeanwhile(current)

    kind = ChangeKind.CHANGED if current.criteria != tree else ChangeKind.RENAMED
    current.name, current.description, current.criteria = name, description, tree
    current.version += 1
    current.changed_at, current.changed_by = now, by
    _save(current)
    log_change(current, kind, by=by, now=now)
    return current


@transaction.atomic
def duplicate_segment(*, segment: Segment, by: User | None, now: datetime) -> Segment:
    copy = Segment(
        name=_free_name(segment.name),
        description=segment.description,
        criteria=segment.criteria,
        created_at=now,
        created_by=by,
        changed_at=now,
        changed_by=by,
    )
    _save(copy)
    log_change(copy, ChangeKind.DUPLICATED, by=by, now=now)
    return copy


@transaction.atomic
def archive_segment(*, segment: Segment, by: User | None, now: datetime) -> Segment:
    """Out of the way, and no more counted at night; whatever counts on it goes on."""
    return _put_away(segment, archived_at=now, kind=ChangeKind.ARCHIVED, by=by, now=now)


@transaction.atomic
def restore_segment(*, segment: Segment, by: User | None, now: datetime) -> Segment:
    return _put_away(segment, archived_at=None, kind=ChangeKind.RESTORED, by=by, now=now)


@transaction.atomic
def delete_segment(*, segment: Segment, by: User | None, now: datetime) -> None:
    """Raises SegmentInUse when a message or something else counts on it."""
    hold_references()
    segment = Segment.objects.select_for_update(of=("self",)).get(pk=segment.pk)
    if usages := usages_of(segment.pk):
        raise SegmentInUse(usages)
    log_change(segment, ChangeKind.DELETED, by=by, now=now)
    try:
        with transaction.atomic():
            segment.delete()
    except ProtectedError as error:
        raise SegmentInUse([]) from error


def _put_away(
    segment: Segment, *, archived_at: datetime | None, kind: ChangeKind, by: User | None, now: datetime
) -> Segment:
    segment = Segment.objects.select_for_update(of=("self",)).get(pk=segment.pk)
    if (segment.archived_at is None) != (archived_at is None):
        segment.archived_at = archived_at
        segment.save(update_fields=["archived_at"])
        log_change(segment, kind, by=by, now=now)
    return segment


def _hold_what_it_names(criteria: Mapping[str, Any]) -> None:
    if referred_to(criteria) or referred_to(criteria, "list"):
        hold_references()


def _refuse_too_many(tree: Mapping[str, Any], target: int | None) -> None:
    if heaviest_weight(tree, target) > MOST_CONDITIONS:
        raise TooManyConditions


def _save(segment: Segment) -> None:
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError as error:
        if "segments_segment_name_unique" in str(error):
            raise NameTaken from error
        raise


def log_change(segment: Segment, kind: ChangeKind, *, by: User | None, now: datetime) -> None:
    SegmentChange.objects.create(
        segment=segment, kind=kind, name=segment.name, criteria=segment.criteria, at=now, by=by
    )


def _free_name(name: str) -> str:
    taken = set(Segment.objects.values_list("name", flat=True))
    number = 1
    while True:
        copy = _("%(name)s (copy)") if number == 1 else _("%(name)s (copy %(number)s)")
        candidate = copy % {"name": name[:100], "number": number}
        if candidate.lower() not in {other.lower() for other in taken}:
            return candidate
        number += 1
