"""Tags on people: written by sets, each change kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from crm.consent.entries import Source
from crm.people.expressions import Folded, fold_text
from crm.people.models import Tag

CHANGE = """
WITH meant AS (
  SELECT id,
    ARRAY(SELECT unnest(%(add)s::int[]) EXCEPT SELECT unnest(tag_ids)) AS added,
    ARRAY(SELECT unnest(%(remove)s::int[]) INTERSECT SELECT unnest(tag_ids)) AS removed
  FROM people_person WHERE id = ANY(%(ids)s::bigint[]) AND erased_at IS NULL ORDER BY id FOR NO KEY UPDATE
), written AS (
  UPDATE people_person p SET updated_at = %(now)s::timestamptz,
    tag_ids = ARRAY(SELECT t FROM unnest(p.tag_ids || m.added) t WHERE t <> ALL(m.removed) ORDER BY t)
  FROM meant m WHERE p.id = m.id AND (cardinality(m.added) > 0 OR cardinality(m.removed) > 0)
  RETURNING p.id, m.added, m.removed
)
INSERT INTO people_tagchange (person_id, added, removed, at, source_kind, source_reference, actor_id)
SELECT id, added, removed, %(now)s::timestamptz, %(kind)s, %(reference)s, %(actor)s::bigint FROM written
RETURNING person_id
"""


def ensure_tags(names: Sequence[str]) -> list[int]:
    """Ids of these tags, made where they are missing; «Écologie» and «ecologie» are one."""
    wanted = list(dict.fromkeys(" ".join(name.split())[:80] for name in names if name.strip()))
    if not wanted:
        return []
    Tag.objects.bulk_create([Tag(name=name) for name in wanted], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM people_tag WHERE extensions.fold(name) IN"
            " (SELECT extensions.fold(unnest(%s::text[]))) ORDER BY id",
            [wanted],
        )
        return [row[0] for row in cursor.fetchall()]


def tag_numbers(names: Sequence[str]) -> dict[str, int]:
    """The ids of these tags by the names as they are written here, the tags being made where they are missing."""
    ensure_tags(names)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.name, t.id FROM unnest(%s::text[]) AS n (name)"
            " JOIN people_tag t ON extensions.fold(t.name) = extensions.fold(left(btrim(regexp_replace(n.name, '\\s+', ' ', 'g')), 80))",
            [list(names)],
        )
        return dict(cursor.fetchall())


def find_tag(name: str) -> Tag | None:
    return Tag.objects.alias(blind=Folded("name")).filter(blind=fold_text(name)).first()


def add_tags(*, person_ids: Sequence[int], tags: Sequence[str], source: Source, now: datetime) -> list[int]:
    """Returns the people who did not have them all: what an undo must take back."""
    return change_tags(person_ids=person_ids, add=ensure_tags(tags), remove=(), source=source, now=now)


def remove_tags(*, person_ids: Sequence[int], tags: Sequence[str], source: Source, now: datetime) -> list[int]:
    """Returns the people who had any of them."""
    found = [tag.pk for tag in map(find_tag, tags) if tag is not None]
    return change_tags(person_ids=person_ids, add=(), remove=found, source=source, now=now)


@transaction.atomic
def change_tags(
    *, person_ids: Sequence[int], add: Sequence[int], remove: Sequence[int], source: Source, now: datetime
) -> list[int]:
    """By tag ids; returns the people whose tags changed."""
    if not person_ids or not (add or remove):
        return []
    parameters: dict[str, Any] = {
        "ids": list(person_ids),
        "add": list(add),
        "remove": list(remove),
        "now": now,
        "kind": source.kind,
        "reference": source.reference,
        "actor": source.actor_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(CHANGE, parameters)
        return [row[0] for row in cursor.fetchall()]
