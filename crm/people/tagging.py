"""Tags on people: written by sets, each change kept."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from crm.consent.entries import Source
from crm.fields.names import tells_vote
from crm.people.expressions import Folded, fold_text
from crm.people.models import Tag
from shared.visible import is_visible

# People are locked before the tags, as everywhere. A tag that was merged or deleted meanwhile is put on nobody, and one
# that is being put on somebody is not deleted before that is committed.
CHANGE = """
WITH locked AS (
  SELECT id, tag_ids FROM people_person WHERE id = ANY(%(ids)s::bigint[]) AND erased_at IS NULL ORDER BY id FOR NO KEY UPDATE
), there AS (
  SELECT id FROM people_tag WHERE id = ANY(%(add)s::int[]) AND (SELECT count(*) FROM locked) > 0 FOR KEY SHARE
), meant AS (
  SELECT id,
    ARRAY(SELECT t.id FROM there t EXCEPT SELECT unnest(tag_ids)) AS added,
    ARRAY(SELECT unnest(%(remove)s::int[]) INTERSECT SELECT unnest(tag_ids)) AS removed
  FROM locked
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


# A former name means the tag that it was merged into.
MAKE = """
INSERT INTO people_tag (name, is_sensitive)
SELECT name, is_sensitive FROM unnest(%s::text[], %s::boolean[]) WITH ORDINALITY AS n (name, is_sensitive, rank)
WHERE NOT EXISTS (SELECT FROM people_tagalias a WHERE extensions.fold(a.name) = extensions.fold(n.name))
ORDER BY rank ON CONFLICT DO NOTHING
"""
NUMBERS = """
SELECT n.name, coalesce(t.id, a.tag_id) FROM unnest(%s::text[]) AS n (name)
CROSS JOIN LATERAL (SELECT extensions.fold(left(btrim(regexp_replace(n.name, '\\s+', ' ', 'g')), 80)) AS blind) f
LEFT JOIN people_tag t ON extensions.fold(t.name) = f.blind LEFT JOIN people_tagalias a ON extensions.fold(a.name) = f.blind
WHERE coalesce(t.id, a.tag_id) IS NOT NULL
"""


def ensure_tags(names: Sequence[str]) -> list[int]:
    """Ids of these tags, made where they are missing; «Écologie» and «ecologie» are one."""
    return sorted(set(tag_numbers(names).values()))


def tag_numbers(names: Sequence[str]) -> dict[str, int]:
    """The ids of these tags by the names as they are written here, the tags being made where they are missing."""
    wanted = list(dict.fromkeys(name_kept(name) for name in names if is_visible(name)))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(MAKE, [wanted, list(map(tells_vote, wanted))])
    return numbers_of(names)


def numbers_of(names: Sequence[str]) -> dict[str, int]:
    """Likewise, without those that are missing."""
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, [list(names)])
        return dict(cursor.fetchall())


def name_kept(name: str) -> str:
    """Blanks and length as the table has them."""
    return " ".join(name.split())[:80]


def names_typed(text: str) -> list[str]:
    """Several in one field, separated as files separate them."""
    return [name.strip() for name in re.split(r"[,;\n]", text) if name.strip()]


def find_tag(name: str) -> Tag | None:
    """By its name, or by one that was merged into it."""
    named = Tag.objects.alias(blind=Folded("name")).filter(blind=fold_text(name)).first()
    return named or Tag.objects.alias(blind=Folded("aliases__name")).filter(blind=fold_text(name)).first()


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
