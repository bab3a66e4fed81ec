"""The campaign's list of tags: made, renamed, merged, deleted. Each person's history is written as for any change."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from crm.consent.entries import Source
from crm.fields.names import tells_vote
from crm.people.expressions import Folded, fold_text
from crm.people.models import Person, Tag, TagAlias, TagGroup
from crm.people.tag_users import Need, TagUsage, forget_tag, keeping, refusing, replace_tag, usages_of_tags
from crm.people.tagging import change_tags, name_kept

AT_ONCE = 20_000
# What parting two people who were merged would give back, or take away again.
PARTING = """
UPDATE people_personmerge SET before = jsonb_set(before, %(path)s::text[], coalesce((
  SELECT jsonb_agg(DISTINCT n.id) FROM (
    SELECT CASE WHEN t = to_jsonb(%(tag)s::int) THEN to_jsonb(%(by)s::int) ELSE t END AS id
    FROM jsonb_array_elements(before #> %(path)s::text[]) t
  ) n WHERE n.id IS NOT NULL), '[]'))
WHERE before #> %(path)s::text[] @> to_jsonb(%(tag)s::int) AND (%(kept)s::bigint[] IS NULL OR kept_id = ANY(%(kept)s::bigint[]))
"""


class TagNameTaken(Exception):
    """Another tag has this name, give or take accents and capitals."""


class TagGone(Exception):
    """Somebody else deleted or merged it meanwhile."""


class TagInUse(Exception):
    """Something still needs this tag."""

    def __init__(self, usages: list[TagUsage]) -> None:
        super().__init__(f"{len(usages)} usages")
        self.usages = usages


@transaction.atomic
def make_tag(*, name: str, color: str = "", group: TagGroup | None = None, is_sensitive: bool = False) -> Tag:
    """Raises TagNameTaken. A former name that is given to a tag of its own means that one from now on."""
    tag = Tag(name=name_kept(name), group=group, is_sensitive=is_sensitive or tells_vote(name))
    tag.color = color or tag.color
    _save(tag)
    return tag


@transaction.atomic
def rename_tag(
    *, tag: Tag, name: str, color: str = "", group: TagGroup | None = None, is_sensitive: bool = False
) -> None:
    """Raises TagNameTaken."""
    tag.name, tag.color, tag.group = name_kept(name), color or tag.color, group
    tag.is_sensitive = is_sensitive or tells_vote(name)
    _save(tag)


@transaction.atomic
def merge_tags(*, keep: Tag, merged: Tag, source: Source, now: datetime) -> int:
    """Whoever had one has the other, whatever named one names the other; returns how many people that were.

    Raises TagInUse while something is under way that names one of them, TagGone.
    """
    refuse_while_busy((keep.pk, merged.pk))
    count = 0
    for ids in _batches(merged.pk):
        put_beside(tag_id=merged.pk, keep_id=keep.pk, ids=ids, source=source, now=now, instead=True)
        count += len(ids)
    take_over(tag_id=merged.pk, keep_id=keep.pk, source=source, now=now)
    _take_off_the_rest(merged.pk, source, now)
    return count


@transaction.atomic
def delete_tag(*, tag: Tag, source: Source, now: datetime) -> int:
    """Raises TagInUse, TagGone."""
    refuse_while_needed([tag.pk])
    count = sum(take_off(tag_id=tag.pk, ids=ids, source=source, now=now) for ids in _batches(tag.pk))
    drop(tag_id=tag.pk)
    return count + _take_off_the_rest(tag.pk, source, now)


@transaction.atomic
def delete_unused(*, tag_ids: Sequence[int]) -> list[str]:
    """Those of them that nobody carries and nothing needs; returns their names."""
    tags = _locked(tag_ids)
    needed = {usage.tag_id for usage in keeping(usages_of_tags([tag.pk for tag in tags]))}
    free = [tag for tag in tags if tag.pk not in needed and not Person.objects.tagged(tag.pk).exists()]
    for tag in free:
        _drop(tag)
    return [tag.name for tag in free]


def refuse_while_busy(tag_ids: Sequence[int]) -> None:
    """Raises TagInUse."""
    if usages := refusing(usages_of_tags(tag_ids), deletes=False):
        raise TagInUse(usages)


def refuse_while_needed(tag_ids: Sequence[int]) -> None:
    """Raises TagInUse."""
    if usages := refusing(usages_of_tags(tag_ids), deletes=True):
        raise TagInUse(usages)


@transaction.atomic
def put_beside(
    *, tag_id: int, keep_id: int, ids: Sequence[int], source: Source, now: datetime, instead: bool = False
) -> None:
    """`keep` on people who carry `tag`, beside it or instead of it."""
    without = Person.objects.filter(pk__in=ids).exclude(tag_ids__contains=[keep_id])
    # Where the one who was kept gets it only now, it came with the other one, and leaves with her.
    _rewrite_parting("{tags}", tag_id, keep_id, list(without.values_list("pk", flat=True)))
    change_tags(person_ids=ids, add=[keep_id], remove=[tag_id] if instead else [], source=source, now=now)


@transaction.atomic
def take_over(*, tag_id: int, keep_id: int, source: Source, now: datetime) -> None:
    """From here on there is one tag: in all that named the other, too, and under its name. Raises TagGone."""
    tag, keep = _both(tag_id, keep_id)
    for ids in _batches(tag_id, without=keep_id):  # who got it while we waited
        put_beside(tag_id=tag_id, keep_id=keep_id, ids=ids, source=source, now=now)
    replace_tag(tag_id, keep_id, source, now)
    _rewrite_parting("{merged,tag_ids}", tag_id, keep_id)
    _rewrite_parting("{tags}", tag_id, None)  # whom it was on before they were merged, too
    TagAlias.objects.filter(tag=tag).update(tag=keep)
    if keep.group_id is None:
        Tag.objects.filter(pk=keep.pk).update(group=tag.group_id)
    if tag.is_sensitive:
        Tag.objects.filter(pk=keep.pk).update(is_sensitive=True)
    name = tag.name
    tag.delete()
    TagAlias.objects.alias(blind=Folded("name")).filter(blind=fold_text(name)).delete()  # of an earlier one so called
    TagAlias.objects.create(name=name, number=tag_id, tag=keep)


@transaction.atomic
def drop(*, tag_id: int) -> None:
    """The tag itself, and what goes with it; it is no longer offered, nor put on anybody. Raises TagGone, TagInUse."""
    tags = _locked([tag_id])
    if not tags:
        raise TagGone
    if usages := [usage for usage in usages_of_tags([tag_id]) if usage.need is Need.NAMED]:
        raise TagInUse(usages)
    _drop(tags[0])


def _drop(tag: Tag) -> None:
    forget_tag(tag.pk)
    tag.delete()


def take_off(*, tag_id: int, ids: Sequence[int], source: Source, now: datetime) -> int:
    return len(change_tags(person_ids=ids, add=(), remove=[tag_id], source=source, now=now))


def _take_off_the_rest(tag_id: int, source: Source, now: datetime) -> int:
    """Who got it while we waited; the tag is gone, so nobody else will."""
    return sum(take_off(tag_id=tag_id, ids=ids, source=source, now=now) for ids in _batches(tag_id))


def _both(tag_id: int, keep_id: int) -> tuple[Tag, Tag]:
    found = {tag.pk: tag for tag in _locked([tag_id, keep_id])}
    if len(found) < 2:
        raise TagGone
    return found[tag_id], found[keep_id]


def _locked(tag_ids: Sequence[int]) -> list[Tag]:
    return list(Tag.objects.select_for_update(of=("self",)).filter(pk__in=tag_ids).order_by("pk"))


def _batches(tag_id: int, *, without: int | None = None) -> Iterator[list[int]]:
    """Whoever carries it, so that a tag of a million people does not fill the memory; each batch is to be changed."""
    people = Person.objects.alive().tagged(tag_id)
    if without is not None:
        people = people.exclude(tag_ids__contains=[without])
    while ids := list(people.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        yield ids


def _rewrite_parting(path: str, tag_id: int, by: int | None, kept: Sequence[int] | None = None) -> None:
    told: dict[str, Any] = {"path": path, "tag": tag_id, "by": by, "kept": None if kept is None else list(kept)}
    with connection.cursor() as cursor:
        cursor.execute(PARTING, told)


def _save(tag: Tag) -> None:
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError as error:
        raise TagNameTaken from error
    TagAlias.objects.alias(blind=Folded("name")).filter(blind=fold_text(tag.name)).delete()
