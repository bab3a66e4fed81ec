"""How many carry each tag, when it was put last, and which tags may be one: what it takes to tidy up.

Among few people everything is counted. Among many, one person in 64 is asked which tags are frequent, and the rare ones
are counted by their index: «nobody» is always exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from crm.people.listing import Counted, rounded
from crm.people.models import Tag
from crm.people.quality import FEW, rows_known
from shared.sampling import SAMPLED

RARE = 20  # in the sample; fewer are counted
LOOKED_AT = 20_000  # the latest changes of tags
MOST_PAIRS = 20
ALIKE = 0.55

ALL = "SELECT tag, count(*) FROM people_person, unnest(tag_ids) AS tag GROUP BY tag"
SAMPLE = f"SELECT tag, count(*) FROM people_person, unnest(tag_ids) AS tag WHERE mod(id, {SAMPLED}) = 0 GROUP BY tag"  # noqa: S608 -- a constant
# All at once: their index may have rows that are not sorted in yet, and each question reads them all.
THESE = """
SELECT tag, count(*) FROM people_person, unnest(tag_ids) AS tag
WHERE tag_ids && %(tags)s::int[] AND tag = ANY(%(tags)s::int[]) GROUP BY tag
"""
LAST = """
WITH latest AS MATERIALIZED (SELECT added, at FROM people_tagchange ORDER BY id DESC LIMIT %s)
SELECT tag, max(at), NULL FROM latest, unnest(added) AS tag GROUP BY tag
UNION ALL SELECT NULL, min(at), count(*) FROM latest
"""
# Names that only an ending, blanks or signs tell apart, or a letter or two; but not «2020» from «2024».
PAIRS = """
WITH named AS MATERIALIZED (
  SELECT id, blind, regexp_replace(blind, '\\D+', '', 'g') AS figures,
    regexp_replace(regexp_replace(blind, '([a-z]{2})[sx]\\M', '\\1', 'g'), '[^a-z0-9]+', '', 'g') AS stem
  FROM (SELECT id, extensions.fold(name) AS blind FROM people_tag) t
)
SELECT a.id, b.id FROM named a JOIN named b ON left(a.stem, 2) = left(b.stem, 2) AND a.id < b.id AND a.figures = b.figures
CROSS JOIN LATERAL (SELECT CASE WHEN a.stem = b.stem THEN 1 ELSE extensions.similarity(a.blind, b.blind) END AS likeness) l
WHERE likeness >= %s AND NOT EXISTS (SELECT FROM people_distincttags d WHERE d.first_id = a.id AND d.second_id = b.id)
ORDER BY likeness DESC, a.blind, a.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class LastPut:
    """`at`, or else before `since`: further back nobody looked. Neither: never."""

    at: datetime | None = None
    since: datetime | None = None


def count_tags(tag_ids: Sequence[int]) -> Mapping[int, Counted]:
    """How many people carry each."""
    found: dict[int, Counted] = {}
    if rows_known() > FEW:
        sampled = {pk: count for pk, count in _asked(SAMPLE) if count >= RARE}
        found = {pk: Counted(rounded(sampled[pk] * SAMPLED), is_estimate=True) for pk in tag_ids if pk in sampled}
        rest = [pk for pk in tag_ids if pk not in found]
        exact = dict(_asked(THESE, {"tags": rest})) if rest else {}
    else:
        exact = dict(_asked(ALL))
    return found | {pk: Counted(exact.get(pk, 0), is_estimate=False) for pk in tag_ids if pk not in found}


def last_puts(tag_ids: Sequence[int]) -> Mapping[int, LastPut]:
    """Among the latest changes of tags, which an index has in order."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, [LOOKED_AT])
        rows = cursor.fetchall()
    since = next((oldest for _tag, oldest, count in rows if count == LOOKED_AT), None)
    known = {tag: LastPut(at) for tag, at, _count in rows}
    return {pk: known.get(pk, LastPut(since=since)) for pk in tag_ids}


def pairs_alike(tags: Sequence[Tag]) -> list[tuple[Tag, Tag]]:
    """Tags of nearly the same name, the nearest first, without those that somebody wants to stay two."""
    by_pk = {tag.pk: tag for tag in tags}
    found = _asked(PAIRS, [ALIKE, MOST_PAIRS])
    return [(by_pk[first], by_pk[second]) for first, second in found if first in by_pk and second in by_pk]


def unused(tags: Sequence[Tag], counts: Mapping[int, Counted]) -> list[Tag]:
    return [tag for tag in tags if not counts[tag.pk].number]


def _asked(query: str, parameters: Any = None) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [(first, second) for first, second in cursor.fetchall()]
