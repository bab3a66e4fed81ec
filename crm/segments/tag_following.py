"""Segments that name a tag: told before it goes, rewritten when it becomes another, each change kept in the segment's history."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.consent.entries import Source
from crm.people.tag_users import TagUsage
from crm.people.tag_uses import usages_under_way
from crm.segments.enums import ChangeKind
from crm.segments.models import PeopleList, Segment
from crm.segments.services import log_change
from tenants.users.models import User


def segments_naming(tag_ids: Collection[int]) -> list[TagUsage]:
    """The archived ones too: they may be taken back, and others count on them."""
    found = []
    for segment in Segment.objects.order_by("name"):
        label = _("the segment “%(name)s”") if segment.archived_at is None else _("the archived segment “%(name)s”")
        url = reverse("segments:segment", args=[segment.pk])
        named = tags_named(segment.criteria) & set(tag_ids)
        found += [TagUsage(pk, label % {"name": segment.name}, url) for pk in sorted(named)]
    return found


def runs_counting_on(tag_ids: Collection[int]) -> list[TagUsage]:
    """Work under way for the people of a segment, as its conditions were when it was asked."""
    return usages_under_way(tag_ids, lambda run: tags_named(run.parameters))


def replace_in_segments(tag_id: int, by: int, source: Source, now: datetime) -> None:
    """With lists that a worker is about to write down; a list that is written is names, whatever they were chosen by."""
    member = User.objects.filter(pk=source.actor_id).first() if source.actor_id else None
    for segment in _naming(Segment, tag_id):
        segment.criteria = replaced(segment.criteria, tag_id, by)
        segment.version += 1  # whoever has it open is told
        segment.changed_at, segment.changed_by = now, member
        segment.save(update_fields=["criteria", "version", "changed_at", "changed_by"])
        log_change(segment, ChangeKind.CHANGED, by=member, now=now)
    for people_list in _naming(PeopleList, tag_id, is_written=False):
        people_list.criteria = replaced(people_list.criteria, tag_id, by)
        people_list.save(update_fields=["criteria"])


def tags_named(criteria: Any) -> set[int]:
    """By a tree as it is stored: nothing is checked."""
    match criteria:
        case {"tags": dict(named)}:
            return {pk for ids in named.values() if isinstance(ids, list) for pk in ids if isinstance(pk, int)}
        case dict():
            return {pk for inside in criteria.values() for pk in tags_named(inside)}
        case list():
            return {pk for inside in criteria for pk in tags_named(inside)}
        case _:
            return set()


def _naming(model: Any, tag_id: int, **which: Any) -> list[Any]:
    """Locked, in the order of their ids."""
    trees = model.objects.filter(**which).values_list("pk", "criteria")
    ids = [pk for pk, criteria in trees if tag_id in tags_named(criteria)]
    rows = model.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    return [row for row in rows if tag_id in tags_named(row.criteria)]


def replaced(criteria: Any, tag_id: int, by: int) -> Any:
    match criteria:
        case {"tags": dict(named)}:
            return {"tags": {operator: _with(ids, tag_id, by) for operator, ids in named.items()}}
        case dict():
            return {key: replaced(inside, tag_id, by) for key, inside in criteria.items()}
        case list():
            return [replaced(inside, tag_id, by) for inside in criteria]
        case _:
            return criteria


def _with(ids: Any, tag_id: int, by: int) -> Any:
    return sorted({by if pk == tag_id else pk for pk in ids}) if isinstance(ids, list) else ids
