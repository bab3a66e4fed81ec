"""What merging a chunk changed, column by column: how many values, and some of them as they were and as they became."""

# ruff: noqa: S608 -- statements are made of our own constants only

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from crm.fields.queries import fields_by_key
from crm.fields.values import shown_value
from crm.imports.enums import Target
from crm.imports.merging import CHANGED, DIFFERENCE, TOUCHED
from crm.imports.staging import TABLE
from crm.imports.wording import FIELD_NAMES
from crm.people.custom import PREFIX, is_custom
from crm.people.fields import shown

SAMPLES = 3
LENGTH = 60
LABELS = {**FIELD_NAMES, **{target.value: target.label for target in Target if target}, "tag_ids": Target.TAGS.label}
Found = dict[str, tuple[int, list[list[Any]]]]  # by the column's name: how many, [before, after]
FIND = f"""
WITH differences AS (
  SELECT c.line, x.key, x.value AS pair FROM {CHANGED} c CROSS JOIN LATERAL jsonb_each({DIFFERENCE}) x
  WHERE x.key NOT IN ('tag_ids', 'commune_code', 'departement_code', 'region_code')
  UNION ALL
  SELECT c.line, 'tag_ids', jsonb_build_array(coalesce((
    SELECT string_agg(t.name, ', ' ORDER BY t.name) FROM people_tag t WHERE t.id = ANY(c.old_tags) AND t.id <> ALL(c.tag_ids)
  ), ''), (
    SELECT string_agg(t.name, ', ' ORDER BY t.name) FROM people_tag t WHERE t.id = ANY(c.tag_ids) AND t.id <> ALL(c.old_tags)
  )) FROM {CHANGED} c WHERE c.tag_ids <> c.old_tags
  UNION ALL
  SELECT r.line, t.kind, jsonb_build_array('', coalesce(
    (SELECT e.address FROM people_emailaddress e WHERE t.kind = 'email' AND e.person_id = t.person_id AND e.id = t.id),
    (SELECT n.number FROM people_phonenumber n WHERE t.kind = 'phone' AND n.person_id = t.person_id AND n.id = t.id),
    (SELECT n.text FROM people_note n WHERE t.kind = 'note' AND n.id = t.id), ''))
  FROM {TOUCHED} t JOIN {TABLE} r ON r.person_id = t.person_id WHERE t.kind NOT IN ('field', 'first')
), numbered AS (
  SELECT key, pair, row_number() OVER (PARTITION BY key ORDER BY line) AS number, count(*) OVER (PARTITION BY key) AS total
  FROM differences
)
SELECT key, total, jsonb_agg(pair ORDER BY number)::text FROM numbered WHERE number <= {SAMPLES} GROUP BY key, total"""


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    count: int
    samples: tuple[tuple[str, str], ...]  # before, after; nothing where there is nothing to show


def find_differences() -> Found:
    """In the transaction that merged the chunk. Only where there was somebody to merge with."""
    with connection.cursor() as cursor:
        cursor.execute(FIND)
        return {key: (total, json.loads(pairs)) for key, total, pairs in cursor.fetchall()}


def added(one: Found, other: Found) -> Found:
    nothing: tuple[int, list[list[Any]]] = (0, [])
    return {
        key: (one.get(key, nothing)[0] + other.get(key, nothing)[0], [*one.get(key, nothing)[1], *other.get(key, nothing)[1]][:SAMPLES])
        for key in {**one, **other}
    }  # fmt: skip


def shown_differences(found: Mapping[str, Any]) -> list[Difference]:
    """For the screen, what changes most first."""
    fields = fields_by_key() if any(map(is_custom, found)) else {}
    shown = []
    for key, (count, pairs) in found.items():
        field = fields.get(key.removeprefix(PREFIX)) if is_custom(key) else None
        samples = [
            [shown_value(field, value) if field and value else _text(key, value) for value in pair] for pair in pairs
        ]
        label = field.name if field else str(LABELS.get(key, key))
        kept = tuple((before[:LENGTH], after[:LENGTH]) for before, after in samples if before or after)
        shown.append(Difference(label[:1].upper() + label[1:], count, kept))
    return sorted(shown, key=lambda difference: (-difference.count, difference.label))


def _text(key: str, value: object) -> str:
    if value is None:
        return ""
    return shown(key, value) if key == "created_at" else str(value)
