"""The campaign's list of tags: made, renamed, merged, deleted. Each person's history is written as for any change."""

from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError, transaction

from crm.consent.entries import Source
from crm.people.models import Person, Tag
from crm.people.tagging import change_tags

AT_ONCE = 20_000


class TagNameTaken(Exception):
    """Another tag has this name, give or take accents and capitals."""


def make_tag(*, name: str, color: str = "") -> Tag:
    """Raises TagNameTaken."""
    try:
        with transaction.atomic():
            return Tag.objects.create(name=" ".join(name.split()), **({"color": color} if color else {}))
    except IntegrityError as error:
        raise TagNameTaken from error


def rename_tag(*, tag: Tag, name: str, color: str = "") -> None:
    """Raises TagNameTaken."""
    tag.name = " ".join(name.split())
    tag.color = color or tag.color
    try:
        with transaction.atomic():
            tag.save(update_fields=["name", "color"])
    except IntegrityError as error:
        raise TagNameTaken from error


@transaction.atomic
def merge_tags(*, keep: Tag, merged: Tag, source: Source, now: datetime) -> int:
    """Whoever had one has the other; returns how many people that were."""
    count = 0
    for ids in _carriers(merged):
        count += len(change_tags(person_ids=ids, add=[keep.pk], remove=[merged.pk], source=source, now=now))
    merged.delete()
    return count


@transaction.atomic
def delete_tag(*, tag: Tag, source: Source, now: datetime) -> int:
    count = 0
    for ids in _carriers(tag):
        count += len(change_tags(person_ids=ids, add=(), remove=[tag.pk], source=source, now=now))
    tag.delete()
    return count


def _carriers(tag: Tag) -> Iterator[list[int]]:
    """By batches, so that a tag of a million people does not fill the memory."""
    while ids := list(
        Person.objects.filter(tag_ids__contains=[tag.pk]).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    ):
        yield ids
