"""What an import makes and changes of organisations: written, kept for its undoing, counted, given back."""

# ruff: noqa: S608 -- statements are made of our own constants only

import json
from typing import Any

import polars as pl
from django.db import connection

from crm.imports.merging import MergeRules
from crm.imports.models import Import, ImportedOrganisation
from crm.people.tagging import tag_numbers
from crm.relations.bringing import PLACE, SINGLE, bring_organisations

# What it changed of one twice is one change: from what stood before the import to what it made of it in the end.
KEEP = """
INSERT INTO imports_importedorganisation AS i (import_run_id, organisation_id, is_new, changes, tags)
SELECT %(import)s, r.id, r.is_new, r.changes, r.tags FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (id bigint, is_new boolean, changes jsonb, tags int[])
ON CONFLICT (import_run_id, organisation_id) DO UPDATE SET tags = i.tags || excluded.tags, changes = i.changes || (
  SELECT coalesce(jsonb_object_agg(c.key, jsonb_build_array(coalesce(i.changes -> c.key -> 0, c.value -> 0), c.value -> 1)), '{}')
  FROM jsonb_each(excluded.changes) AS c)"""


def write_organisations(organisations: pl.DataFrame, rules: MergeRules) -> None:
    """In the caller's transaction. Safe to repeat: what the rows tell is known by then."""
    tags = tag_numbers(sorted(organisations["tags"].explode().drop_nulls().unique()))
    numbered = pl.element().replace_strict(tags, default=None, return_dtype=pl.Int64)
    rows = organisations.with_columns(tag_ids=pl.col("tags").fill_null([]).list.eval(numbered).list.drop_nulls())
    with connection.cursor() as cursor:
        brought = bring_organisations(
            cursor,
            rows.drop("tags"),
            rules=rules.columns,
            own_tags=rules.own_tags,
            source=rules.source,
            now=rules.now,
        )
        kept: list[dict[str, Any]] = [{"id": pk, "is_new": True, "changes": {}, "tags": []} for pk in brought.made]
        for one in brought.completed:
            moment = {"updated_at": [one.updated_at, rules.now.isoformat()]}
            changes = {**json.loads(one.changes), **moment}
            kept.append({"id": one.id, "is_new": False, "changes": changes, "tags": one.tag_ids})
        cursor.execute(KEEP, {"import": rules.import_id, "rows": json.dumps(kept)})


def count_organisations(run: Import) -> tuple[int, int]:
    """Those that it made, and those that it completed, so far."""
    kept = ImportedOrganisation.objects.filter(import_run=run)
    return kept.filter(is_new=True).count(), kept.filter(is_new=False).count()


# --- given back -----------------------------------------------------------------------------------------------------
def _same(name: str) -> str:
    """Is it still what the import made of it?"""
    return f"to_jsonb(o.{name}) = i.changes -> '{name}' -> 1"


_OWN = (*SINGLE, "note")
_SAME_PLACE = " AND ".join(f"(NOT i.changes ? '{name}' OR {_same(name)})" for name in PLACE)
# As it is with people: what was changed again since stays, and an address is one thing. Whoever was merged since stays merged.
GIVE_BACK = f"""
WITH told AS (
  SELECT i.organisation_id AS id, i.changes, i.tags, i.changes ?| %(place)s::text[] AND {_SAME_PLACE} AS place_back,
    {", ".join(f"i.changes ? '{name}' AND {_same(name)} AS {name}_back" for name in _OWN)},
    {" + ".join(f"(i.changes ? '{name}' AND NOT {_same(name)})::int" for name in _OWN)} + (i.changes ?| %(place)s::text[] AND NOT ({_SAME_PLACE}))::int AS kept
  FROM imports_importedorganisation i JOIN relations_organisation o ON o.id = i.organisation_id
  WHERE i.import_run_id = %(import)s AND NOT i.is_new AND o.merged_into_id IS NULL
), given AS (
  UPDATE relations_organisation o SET
    {", ".join(f"{name} = CASE WHEN t.{name}_back THEN t.changes -> '{name}' ->> 0 ELSE o.{name} END" for name in _OWN)},
    {", ".join(f"{name} = CASE WHEN t.place_back AND t.changes ? '{name}' THEN t.changes -> '{name}' ->> 0 ELSE o.{name} END" for name in PLACE)},
    tag_ids = ARRAY(SELECT unnest(o.tag_ids) EXCEPT SELECT unnest(t.tags) ORDER BY 1),
    updated_at = CASE WHEN o.updated_at = (t.changes -> 'updated_at' ->> 1)::timestamptz
      THEN (t.changes -> 'updated_at' ->> 0)::timestamptz ELSE %(now)s::timestamptz END
  FROM told t WHERE o.id = t.id
)
SELECT count(*), coalesce(sum(kept), 0) FROM told"""


def give_organisations_back(cursor: Any, parameters: dict[str, Any]) -> tuple[int, int]:
    """How many it had completed, and how many values stay since they were changed again. `parameters`: import, now."""
    cursor.execute(GIVE_BACK, {**parameters, "place": list(PLACE)})
    restored, kept = cursor.fetchone()
    ImportedOrganisation.objects.filter(import_run=parameters["import"]).delete()
    return int(restored), int(kept)
