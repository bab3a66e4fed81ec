"""Headings for tags: made, renamed, ordered, taken away; and the tags below them, as they are offered."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from crm.people.models import Tag, TagGroup
from crm.people.tagging import name_kept

MOST_PLACES = 32_000


class GroupNameTaken(Exception):
    """Another group has this name, give or take accents and capitals."""


def make_group(*, name: str) -> TagGroup:
    """After the others. Raises GroupNameTaken."""
    last = TagGroup.objects.aggregate(last=Max("place"))["last"]
    group = TagGroup(name=name_kept(name), place=0 if last is None else min(last + 1, MOST_PLACES))
    _save(group)
    return group


def rename_group(*, group: TagGroup, name: str) -> None:
    """Raises GroupNameTaken."""
    group.name = name_kept(name)
    _save(group)


@transaction.atomic
def move_up(*, group: TagGroup) -> None:
    """Before the one that stood before it."""
    groups = list(TagGroup.objects.select_for_update().order_by("place", "name", "pk"))
    at = next((number for number, one in enumerate(groups) if one.pk == group.pk), 0)
    if at:
        groups[at - 1 : at + 1] = [groups[at], groups[at - 1]]
    for place, one in enumerate(groups):
        one.place = place
    TagGroup.objects.bulk_update(groups, ["place"])


def delete_group(*, group: TagGroup) -> None:
    """Its tags stay, below no heading."""
    group.delete()


def put_in_group(*, tag_ids: Iterable[int], group: TagGroup | None) -> int:
    return Tag.objects.filter(pk__in=list(tag_ids)).update(group=group)


def by_group(tags: Iterable[Tag], groups: Sequence[TagGroup] = ()) -> list[tuple[TagGroup | None, list[Tag]]]:
    """In the order of the groups, those without one last; with `groups`, also the empty ones."""
    headings: dict[int, TagGroup] = {group.pk: group for group in groups}
    below: dict[int | None, list[Tag]] = {}
    for tag in tags:
        below.setdefault(tag.group_id, []).append(tag)
        if tag.group is not None:
            headings.setdefault(tag.group.pk, tag.group)
    ordered = sorted(headings.values(), key=lambda group: (group.place, group.name.casefold(), group.pk))
    found: list[tuple[TagGroup | None, list[Tag]]] = [(group, below.get(group.pk, [])) for group in ordered]
    return [*found, (None, below[None])] if None in below else found


def choices_by_group(tags: Iterable[Tag]) -> list[tuple[str, Any]]:
    """For a menu: headings where there are some."""
    offered = [(group, [(str(tag.pk), tag.name) for tag in below]) for group, below in by_group(tags)]
    if all(group is None for group, _below in offered):
        return [choice for _group, below in offered for choice in below]
    return [(group.name if group else _("Without a group"), below) for group, below in offered]


def labels_of(choices: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """What a menu calls each value, below whatever heading."""
    labels: dict[str, str] = {}
    for key, label in choices:
        labels |= labels_of(label) if isinstance(label, (list, tuple)) else {str(key): str(label)}
    return labels


def _save(group: TagGroup) -> None:
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise GroupNameTaken from error
