"""What an import changed of people who were there before, given back: a few statements for each batch, whatever its size.

What was changed again since stays as it is.
"""

# ruff: noqa: S608 -- statements are made of our own constants only

from collections.abc import Mapping
from typing import Any

FIELDS = (
    "first_name", "last_name", "birth_name", "birth_date", "gender", "occupation", "language", "external_id", "support_level", "relationship",
    "created_at",
)  # fmt: skip
PLACE = ("street", "postcode", "city", "commune_code", "departement_code", "region_code", "country")
THEIRS = "u.import_run_id = %(import)s AND u.person_id = ANY(%(ids)s::bigint[])"


def _same(name: str) -> str:
    """Is it still what the import made of it?"""
    return f"coalesce(to_jsonb(p.{name}), 'null') = u.changes -> '{name}' -> 1"


# An address is one thing: never half of it goes back, nor any of one that somebody has corrected since.
_CORRECTED = """EXISTS (
  SELECT FROM people_postaladdress a JOIN imports_import i ON i.id = u.import_run_id
  WHERE a.person_id = p.id AND a.is_primary AND a.source_reference <> 'import:' || i.id AND a.created_at > i.started_at
)"""
_SAME_PLACE = " AND ".join((*(f"(NOT u.changes ? '{name}' OR {_same(name)})" for name in PLACE), f"NOT {_CORRECTED}"))
_CUSTOM = """
  SELECT coalesce(array_agg(x.key) FILTER (WHERE x.own), '{}') AS keys,
    coalesce(jsonb_object_agg(x.key, x.before) FILTER (WHERE x.own AND x.before <> 'null'), '{}') AS before, count(*) FILTER (WHERE NOT x.own) AS kept
  FROM (
    SELECT substr(c.key, 8) AS key, c.value -> 0 AS before, coalesce(p.custom -> substr(c.key, 8), 'null') = c.value -> 1 AS own
    FROM jsonb_each(u.changes) c WHERE starts_with(c.key, 'custom.')
  ) x"""
GIVE_FIELDS_BACK = f"""
WITH told AS (
  SELECT u.person_id, b.*, custom.keys AS own_fields, custom.before AS fields_before,
    {", ".join(f"u.changes ? '{name}' AND {_same(name)} AS {name}_back" for name in FIELDS)},
    u.changes ?| %(place)s::text[] AND {_SAME_PLACE} AS place_back,
    custom.kept + {" + ".join(f"(u.changes ? '{name}' AND NOT {_same(name)})::int" for name in FIELDS)}
      + (u.changes ?| %(place)s::text[] AND NOT ({_SAME_PLACE}))::int AS kept
  FROM imports_updatedperson u JOIN people_person p ON p.id = u.person_id
  CROSS JOIN LATERAL ({_CUSTOM}) custom
  CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(c.key, c.value -> 0), '{{}}') AS values FROM jsonb_each(u.changes) c WHERE NOT starts_with(c.key, 'custom.')) old
  CROSS JOIN LATERAL (
    SELECT {", ".join(f"r.{name}" for name in (*FIELDS, *PLACE))} FROM jsonb_populate_record(NULL::people_person, old.values) r
  ) b
  WHERE {THEIRS} AND u.changes <> '{{}}'
), given AS (
  UPDATE people_person p SET {", ".join(f"{name} = CASE WHEN t.{name}_back THEN t.{name} ELSE p.{name} END" for name in FIELDS)},
    {", ".join(f"{name} = CASE WHEN t.place_back AND u.changes ? '{name}' THEN t.{name} ELSE p.{name} END" for name in PLACE)},
    custom = (p.custom - t.own_fields) || t.fields_before
  FROM told t JOIN imports_updatedperson u ON u.person_id = t.person_id AND u.import_run_id = %(import)s WHERE p.id = t.person_id
)
SELECT coalesce(sum(kept), 0) FROM told"""
GIVE_ADDRESS_BACK = f"""
UPDATE people_postaladdress a SET {", ".join(f"{name} = p.{name}" for name in PLACE)}
FROM people_person p JOIN imports_updatedperson u ON u.person_id = p.id
WHERE {THEIRS} AND u.changes ?| %(place)s::text[] AND a.person_id = p.id AND a.is_primary"""
# Where she had none, the one that the import gave is empty now: it goes.
TAKE_ADDRESS_AWAY = f"""
DELETE FROM people_postaladdress a USING imports_updatedperson u
WHERE {THEIRS} AND u.changes ?| %(place)s::text[] AND a.person_id = u.person_id AND a.is_primary
  AND a.source_reference = %(reference)s AND (a.street, a.postcode, a.city) = ('', '', '')"""
# The one that «replace» had put first steps back, unless somebody chose another one since.
STEP_BACK = f"""
UPDATE {{table}} a SET is_primary = false FROM imports_updatedperson u JOIN {{table}} o ON o.id = (u.removed -> 'first' -> '{{kind}}' ->> 0)::bigint AND o.person_id = u.person_id
WHERE {THEIRS} AND a.id = (u.removed -> 'first' -> '{{kind}}' ->> 1)::bigint AND a.person_id = u.person_id AND a.is_primary"""
FIRST_AGAIN = f"""
UPDATE {{table}} a SET is_primary = true FROM imports_updatedperson u
WHERE {THEIRS} AND a.id = (u.removed -> 'first' -> '{{kind}}' ->> 0)::bigint AND a.person_id = u.person_id
  AND NOT EXISTS (SELECT FROM {{table}} x WHERE x.person_id = u.person_id AND x.is_primary)"""
WORKS_AGAIN = """
UPDATE {table} SET status = 'unknown', status_reason = '', status_at = NULL
WHERE person_id = ANY(%(ids)s::bigint[]) AND status = 'bad' AND status_reason = %(reference)s"""
ADDRESSES = {"emails": "people_emailaddress", "phones": "people_phonenumber"}
TOUCH = "UPDATE people_person SET updated_at = %(now)s::timestamptz WHERE id = ANY(%(ids)s::bigint[])"


def give_back(cursor: Any, parameters: Mapping[str, Any]) -> int:
    """Returns how many values stay since they were changed again. `parameters`: import, reference, ids, now."""
    told = {**parameters, "place": list(PLACE)}
    cursor.execute("SET LOCAL jit = off")  # a statement of a hundred expressions takes longer to compile than to run
    cursor.execute(GIVE_FIELDS_BACK, told)
    (kept,) = cursor.fetchone()
    for statement in (GIVE_ADDRESS_BACK, TAKE_ADDRESS_AWAY):
        cursor.execute(statement, told)
    for kind, table in ADDRESSES.items():
        for statement in (STEP_BACK, FIRST_AGAIN, WORKS_AGAIN):
            cursor.execute(statement.format(table=table, kind=kind), told)
    cursor.execute(TOUCH, told)
    return int(kept)
