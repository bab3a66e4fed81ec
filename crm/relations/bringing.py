"""Organisations of a file: who is new is made, who is known is completed, by a few statements for each chunk in the caller's transaction."""

# ruff: noqa: S608 -- statements are made of our own constants only

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from crm.consent.entries import Source
from crm.relations.bulk import ONE_AT_A_TIME, SOURCE, SOURCED, sourced
from crm.relations.tagging import tags_there

PLACE = ("street", "postcode", "city")  # one address, never two mixed
SINGLE = {"email": "emails", "phone": "phones", "website": "website"}  # by the parts whose rules they follow
TEXTS = (*SINGLE, *PLACE, "note")
TOLD = pl.Schema(
    {"line": pl.Int64(), "name": pl.String(), **dict.fromkeys(TEXTS, pl.String()), "tag_ids": pl.List(pl.Int64())}
)
_COLUMNS = ", ".join(("name", *TEXTS, "tag_ids"))
_TOLD = f"""
SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS n (line bigint, name text, {", ".join(f"{name} text" for name in TEXTS)}, tag_ids int[])"""
# Two sections of one association have one name in two towns. OFFSET 0 has the index asked once for each row.
_SAME = """
SELECT o.id, o.merged_into_id, o.postcode = n.postcode AS exact FROM relations_organisation o
WHERE extensions.fold(o.name) = extensions.fold(n.name) AND (o.postcode = n.postcode OR o.postcode = '' OR n.postcode = '') OFFSET 0"""
ADD = f"""
INSERT INTO relations_organisation ({_COLUMNS}, created_at, updated_at, {SOURCED})
SELECT DISTINCT ON (extensions.fold(n.name), n.postcode) {_COLUMNS}, %(now)s::timestamptz, %(now)s::timestamptz, {SOURCE}
FROM ({_TOLD}) n WHERE NOT EXISTS ({_SAME})
ORDER BY extensions.fold(n.name), n.postcode, n.line RETURNING id"""


def _first(name: str) -> str:
    """Of an organisation on several rows, what the first row says that says anything; of an address, all from one row."""
    says = f"concat({', '.join(f'n.{part}' for part in PLACE)})" if name in PLACE else f"n.{name}"
    return f"coalesce((array_agg(n.{name} ORDER BY n.line) FILTER (WHERE {says} <> ''))[1], '') AS {name}"


def _single(name: str, part: str) -> str:
    allowed = f"%({part})s <> 'keep' AND (b.{name} = '' OR %({part})s = 'replace')"
    return f"CASE WHEN g.{name} <> '' AND {allowed} THEN g.{name} ELSE b.{name} END AS {name}"


_FITS = " AND ".join(
    f"(b.{name} = '' OR g.{name} = '' OR extensions.fold(b.{name}) = extensions.fold(g.{name}))" for name in PLACE
)
_PLACES = ", ".join(
    f"""CASE WHEN %(place)s = 'keep' THEN b.{name} WHEN {_FITS} THEN coalesce(nullif(b.{name}, ''), g.{name})
      WHEN %(place)s = 'replace' THEN g.{name} ELSE b.{name} END AS {name}"""
    for name in PLACE
)
_NOTE = """CASE WHEN g.note = '' OR %(notes)s = 'keep' OR position(g.note IN b.note) > 0 THEN b.note WHEN b.note = '' THEN g.note
      WHEN %(notes)s = 'fill' THEN b.note ELSE b.note || E'\\n\\n' || g.note END AS note"""
# «Replace» takes no tag away: what the team put is not the file's to take. The import's own tags are put in any case.
_TAGS = """ARRAY(SELECT unnest(b.tag_ids) UNION SELECT t FROM unnest(l.tag_ids) t
      WHERE t = ANY(%(own_tags)s::int[]) OR NOT (%(tags)s = 'keep' OR %(tags)s = 'fill' AND b.tag_ids <> '{}') ORDER BY 1) AS tag_ids"""
_WRITTEN = (*TEXTS, "tag_ids")
# Who may be several is left alone: rows of two towns for one without a town, a row without a town for two. What this very
# import made stays new: it goes with the import.
COMPLETE = f"""
WITH told AS ({_TOLD}
), found AS (
  SELECT n.line, CASE WHEN count(*) FILTER (WHERE o.exact) = 1 THEN min(o.id) FILTER (WHERE o.exact) WHEN NOT bool_or(o.exact) AND count(*) = 1 THEN min(o.id) END AS id
  FROM told n CROSS JOIN LATERAL (SELECT coalesce(s.merged_into_id, s.id) AS id, bool_or(s.exact) AS exact FROM ({_SAME}) s GROUP BY 1) o GROUP BY n.line
), gathered AS (
  SELECT f.id, {", ".join(_first(name) for name in TEXTS)} FROM found f JOIN told n USING (line)
  WHERE f.id IS NOT NULL GROUP BY f.id HAVING count(DISTINCT nullif(n.postcode, '')) < 2
), labelled AS (
  SELECT f.id, array_agg(DISTINCT t.id) AS tag_ids FROM found f JOIN told n USING (line) CROSS JOIN LATERAL unnest(n.tag_ids) AS t (id) GROUP BY f.id
), before AS (
  SELECT o.* FROM relations_organisation o WHERE o.id IN (SELECT id FROM gathered) AND o.merged_into_id IS NULL ORDER BY o.id FOR NO KEY UPDATE
), meant AS (
  SELECT b.id, b.source_kind = %(source)s AND b.source_reference = %(reference)s AND b.updated_at = b.created_at AS is_new,
    {", ".join(_single(name, part) for name, part in SINGLE.items())},
    {_PLACES},
    {_NOTE},
    {_TAGS}
  FROM before b JOIN gathered g USING (id) LEFT JOIN labelled l USING (id)
), completed AS (
  UPDATE relations_organisation o SET {", ".join(f"{name} = m.{name}" for name in _WRITTEN)},
    updated_at = CASE WHEN m.is_new THEN o.updated_at ELSE %(now)s::timestamptz END
  FROM meant m WHERE o.id = m.id AND ({", ".join(f"o.{name}" for name in _WRITTEN)}) IS DISTINCT FROM ({", ".join(f"m.{name}" for name in _WRITTEN)})
  RETURNING o.id
)
SELECT m.id, (
    SELECT jsonb_object_agg(k, jsonb_build_array(to_jsonb(b) -> k, to_jsonb(m) -> k)) FILTER (WHERE to_jsonb(b) -> k <> to_jsonb(m) -> k)
    FROM unnest(%(texts)s::text[]) AS k
  )::text, b.updated_at::text, ARRAY(SELECT unnest(m.tag_ids) EXCEPT SELECT unnest(b.tag_ids))
FROM completed JOIN meant m USING (id) JOIN before b USING (id) WHERE NOT m.is_new ORDER BY m.id"""


@dataclass(frozen=True, slots=True)
class Completed:
    id: int
    changes: str  # JSON {"field": [before, after]}
    updated_at: str  # before
    tag_ids: list[int]  # those that it has now besides


@dataclass(frozen=True, slots=True)
class Brought:
    made: list[int]
    completed: list[Completed]


def bring_organisations(
    cursor: Any,
    rows: pl.DataFrame,
    *,
    rules: Mapping[str, str],
    own_tags: Collection[int],
    source: Source,
    now: datetime,
) -> Brought:
    """Known by name and postcode. `rows`: columns of TOLD; `rules`: keep, fill, add or replace, by parts. Brought twice, nothing is done."""
    cursor.execute(ONE_AT_A_TIME)
    there = tags_there(rows["tag_ids"].explode().drop_nulls().unique().to_list())
    tag_ids = pl.col("tag_ids").list.eval(pl.element().filter(pl.element().is_in(sorted(there)))).list.sort()
    told = rows.with_columns(pl.col(pl.String).fill_null(""), tag_ids.fill_null([])).write_json()
    parameters = {**sourced(source), "now": now, "rows": told, "texts": list(TEXTS), "own_tags": list(own_tags)}
    cursor.execute(ADD, parameters)
    made = [number for (number,) in cursor.fetchall()]
    parts = ("emails", "phones", "website", "place", "notes", "tags")
    cursor.execute(COMPLETE, {**parameters, **{part: rules[part] for part in parts}})
    return Brought(made, [Completed(number, changes or "{}", *rest) for number, changes, *rest in cursor.fetchall()])


FORGET = """
DELETE FROM relations_organisation o WHERE o.source_kind = %(source)s AND o.source_reference = %(reference)s AND o.updated_at = o.created_at
  AND o.merged_into_id IS NULL AND NOT EXISTS (SELECT FROM relations_affiliation a WHERE a.organisation_id = o.id)
  AND NOT EXISTS (SELECT FROM relations_organisation m WHERE m.merged_into_id = o.id)"""


def forget_organisations(cursor: Any, source: Source) -> int:
    """Those that came from there, that nobody has touched since, and where nobody is left. Returns how many they were."""
    cursor.execute(FORGET, sourced(source))
    return int(cursor.rowcount)
