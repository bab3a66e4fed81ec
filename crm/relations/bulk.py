"""Ties by the thousand: written and taken back in a few statements, in the caller's transaction."""

# ruff: noqa: S608 -- statements are made of our own constants only

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import polars as pl

from crm.consent.entries import Source

TOLD, GONE, CHANGED = "told_ties", "gone_ties", "changed_ties"
SOURCED = "source_kind, source_reference, actor_id"
SOURCE = "%(source)s, %(reference)s, %(actor)s::bigint"
CREATE = f"""
DROP TABLE IF EXISTS {TOLD}, {GONE}, {CHANGED};
CREATE TEMP TABLE {TOLD} (person_id bigint, kind text, target_id bigint, rule text) ON COMMIT DROP;
CREATE TEMP TABLE {GONE} (person_id bigint, kind text, tie jsonb) ON COMMIT DROP;
CREATE TEMP TABLE {CHANGED} (person_id bigint, kind text) ON COMMIT DROP"""
# Merges and erasures wait. Whoever went meanwhile is tied to nobody.
LOCK = f"""
SELECT count(*) FROM (
  SELECT id FROM people_person WHERE id = ANY(ARRAY(
    SELECT person_id FROM {TOLD} UNION SELECT target_id FROM {TOLD} WHERE kind <> 'works'
  )) ORDER BY id FOR NO KEY UPDATE
) locked"""
WITHOUT_GONE = f"""
DELETE FROM {TOLD} t WHERE EXISTS (SELECT FROM people_person p WHERE p.id = t.person_id AND p.erased_at IS NOT NULL)
  OR t.kind <> 'works' AND (t.person_id = t.target_id OR EXISTS (SELECT FROM people_person p WHERE p.id = t.target_id AND p.erased_at IS NOT NULL))"""
# `beside`: the tie that the file names, where it stood already. Whoever had several has them again.
REPLACE_EMPLOYERS = f"""
WITH gone AS (
  DELETE FROM relations_affiliation a USING {TOLD} t
  WHERE t.kind = 'works' AND t.rule = 'replace' AND a.person_id = t.person_id AND a.kind = 'works' AND a.organisation_id <> t.target_id
  RETURNING a.*, t.target_id
)
INSERT INTO {GONE} SELECT gone.person_id, gone.kind, to_jsonb(gone) || jsonb_build_object('beside', b.id)
FROM gone LEFT JOIN relations_affiliation b ON b.person_id = gone.person_id AND b.kind = gone.kind AND b.organisation_id = gone.target_id"""
ADD_EMPLOYERS = f"""
WITH added AS (
  INSERT INTO relations_affiliation (person_id, organisation_id, kind, created_at, {SOURCED})
  SELECT t.person_id, t.target_id, 'works', %(now)s::timestamptz, {SOURCE} FROM {TOLD} t
  WHERE t.kind = 'works' AND (t.rule <> 'fill' OR NOT EXISTS (SELECT FROM relations_affiliation a WHERE a.person_id = t.person_id AND a.kind = 'works'))
  ORDER BY t.person_id ON CONFLICT DO NOTHING RETURNING person_id, kind
)
INSERT INTO {CHANGED} SELECT person_id, kind FROM added"""
REPLACE_PEOPLE = f"""
WITH gone AS (
  DELETE FROM relations_relation r USING {TOLD} t
  WHERE t.kind <> 'works' AND t.rule = 'replace' AND r.person_id = t.person_id AND r.kind = t.kind AND r.other_id <> t.target_id
  RETURNING r.*, t.target_id
)
INSERT INTO {GONE} SELECT gone.person_id, gone.kind, to_jsonb(gone) || jsonb_build_object('beside', b.id)
FROM gone LEFT JOIN relations_relation b ON b.person_id = gone.person_id AND b.kind = gone.kind AND b.other_id = gone.target_id"""
ADD_PEOPLE = f"""
WITH added AS (
  INSERT INTO relations_relation (person_id, kind, other_id, created_at, {SOURCED})
  SELECT t.person_id, t.kind, t.target_id, %(now)s::timestamptz, {SOURCE} FROM {TOLD} t
  WHERE t.kind <> 'works' AND NOT EXISTS (SELECT FROM relations_relation r WHERE r.person_id = t.person_id AND r.kind = t.kind)
  ORDER BY t.person_id ON CONFLICT DO NOTHING RETURNING person_id, kind
)
INSERT INTO {CHANGED} SELECT person_id, kind FROM added"""
_ORGANISATION = "(SELECT o.name FROM relations_organisation o WHERE o.id = {0})"
_PERSON = "(SELECT coalesce(nullif(btrim(p.first_name || ' ' || p.last_name), ''), p.email) FROM people_person p WHERE p.id = {0})"
_GONE_ORGANISATION = _ORGANISATION.format("(g.tie ->> 'organisation_id')::bigint")
_GONE_PERSON = _PERSON.format("(g.tie ->> 'other_id')::bigint")
_GONE_NAME = f"CASE g.kind WHEN 'works' THEN {_GONE_ORGANISATION} ELSE {_GONE_PERSON} END"
_NEW_NAME = (
    f"CASE t.kind WHEN 'works' THEN {_ORGANISATION.format('t.target_id')} ELSE {_PERSON.format('t.target_id')} END"
)
OUTCOME = f"""
SELECT t.person_id, t.kind, coalesce(g.ties, '[]')::text, coalesce(g.names, ''), coalesce({_NEW_NAME}, '')
FROM (SELECT person_id, kind FROM {CHANGED} UNION SELECT person_id, kind FROM {GONE}) c JOIN {TOLD} t USING (person_id, kind)
LEFT JOIN (
  SELECT g.person_id, g.kind, jsonb_agg(g.tie) AS ties, string_agg({_GONE_NAME}, ', ') AS names FROM {GONE} g GROUP BY 1, 2
) g USING (person_id, kind)
ORDER BY t.person_id, t.kind"""
TIED = pl.Schema(
    {"person_id": pl.Int64(), "kind": pl.String(), "gone": pl.String(), "before": pl.String(), "after": pl.String()}
)


def tie_people(cursor: Any, ties: pl.DataFrame, *, source: Source, now: datetime) -> pl.DataFrame:
    """What changed, columns of TIED: `gone` is a JSON list of the rows that were replaced, for `tie_again`.

    `ties`: person_id, kind (works, recruiter, point_person), target_id, rule (fill, add, replace); one for each person and kind.
    Telling it in people's stories is the caller's.
    """
    for statement in CREATE.split(";"):
        cursor.execute(statement)
    with cursor.copy(f"COPY {TOLD} (person_id, kind, target_id, rule) FROM STDIN (FORMAT csv)") as copy:
        copy.write(ties.select("person_id", "kind", "target_id", "rule").write_csv(include_header=False).encode())
    cursor.execute(f"ANALYZE {TOLD}")
    parameters = {**sourced(source), "now": now}
    for statement in (LOCK, WITHOUT_GONE, REPLACE_EMPLOYERS, ADD_EMPLOYERS, REPLACE_PEOPLE, ADD_PEOPLE, OUTCOME):
        cursor.execute(statement, parameters)
    return pl.DataFrame(cursor.fetchall(), schema=TIED, orient="row")


TELL = f"""
WITH told AS (
  INSERT INTO people_activity (person_id, kind, at, payload, {SOURCED})
  SELECT id, %(kind)s, %(now)s::timestamptz, '{{}}', {SOURCE} FROM unnest(%(ids)s::bigint[]) AS p (id) RETURNING person_id
)
UPDATE people_person p SET updated_at = %(now)s::timestamptz FROM told WHERE p.id = told.person_id"""


def tell_ties(cursor: Any, person_ids: Sequence[int], kind: str, *, source: Source, now: datetime) -> None:
    """In their stories; and the next import of a file looks at them again."""
    cursor.execute(TELL, {**sourced(source), "ids": list(person_ids), "kind": kind, "now": now})


# --- organisations --------------------------------------------------------------------------------------------------
SAME_NAME = """
SELECT w.name, array_agg(DISTINCT o.id) FILTER (WHERE o.merged_into_id IS NULL), array_agg(DISTINCT o.merged_into_id) FILTER (WHERE o.merged_into_id IS NOT NULL)
FROM unnest(%s::text[]) AS w (name) CROSS JOIN LATERAL (
  SELECT o.id, o.merged_into_id FROM relations_organisation o WHERE extensions.fold(o.name) = extensions.fold(w.name) OFFSET 0
) o GROUP BY w.name"""
# Of two ways to write one name, the one that is not all capitals.
MAKE = f"""
INSERT INTO relations_organisation (name, created_at, updated_at, {SOURCED})
SELECT DISTINCT ON (extensions.fold(w.name)) w.name, %(now)s::timestamptz, %(now)s::timestamptz, {SOURCE}
FROM unnest(%(names)s::text[]) AS w (name) ORDER BY extensions.fold(w.name), w.name = upper(w.name), w.name"""
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('relations.organisations'), hashtext(current_schema()))"


def organisations_named(cursor: Any, names: Sequence[str], *, source: Source, now: datetime) -> dict[str, int | None]:
    """By name, whatever its case and accents; made where there is none, None where several have it."""
    cursor.execute(ONE_AT_A_TIME)
    found = _same_name(cursor, names)
    if missing := [name for name in names if name not in found]:
        cursor.execute(MAKE, {**sourced(source), "now": now, "names": missing})
        found |= _same_name(cursor, missing)
    return found


def _same_name(cursor: Any, names: Sequence[str]) -> dict[str, int | None]:
    """One that was merged is the one that was kept, unless there is one of that name still."""
    cursor.execute(SAME_NAME, [list(names)])
    known = {name: present or merged for name, present, merged in cursor.fetchall()}
    return {name: ids[0] if len(ids) == 1 else None for name, ids in known.items()}


# --- taken back -----------------------------------------------------------------------------------------------------
# A function that was noted since makes an affiliation the team's own.
UNTIE = """
WITH employed AS (
  DELETE FROM relations_affiliation WHERE person_id = ANY(%(ids)s::bigint[]) AND source_kind = %(source)s AND source_reference = %(reference)s AND title = ''
  RETURNING person_id, kind
), related AS (
  DELETE FROM relations_relation WHERE person_id = ANY(%(ids)s::bigint[]) AND source_kind = %(source)s AND source_reference = %(reference)s
  RETURNING person_id, kind
)
SELECT person_id, kind FROM employed UNION SELECT person_id, kind FROM related"""
_ROWS = """jsonb_to_recordset(%(rows)s::jsonb) AS r (person_id bigint, organisation_id bigint, other_id bigint, kind text, title text,
  created_at timestamptz, source_kind text, source_reference text, actor_id bigint, beside bigint)"""
EMPLOY_AGAIN = f"""
INSERT INTO relations_affiliation (person_id, organisation_id, kind, title, created_at, {SOURCED})
SELECT r.person_id, coalesce(o.merged_into_id, o.id), r.kind, r.title, r.created_at, r.source_kind, r.source_reference, r.actor_id
FROM {_ROWS} JOIN relations_organisation o ON o.id = r.organisation_id
WHERE NOT EXISTS (SELECT FROM relations_affiliation a WHERE a.person_id = r.person_id AND a.kind = r.kind AND a.id IS DISTINCT FROM r.beside)
ON CONFLICT DO NOTHING"""
RELATE_AGAIN = f"""
INSERT INTO relations_relation (person_id, kind, other_id, created_at, {SOURCED})
SELECT r.person_id, r.kind, coalesce(p.merged_into_id, p.id), r.created_at, r.source_kind, r.source_reference, r.actor_id
FROM {_ROWS} JOIN people_person p ON p.id = r.other_id AND (p.erased_at IS NULL OR p.merged_into_id IS NOT NULL)
WHERE NOT EXISTS (SELECT FROM relations_relation x WHERE x.person_id = r.person_id AND x.kind = r.kind AND x.id IS DISTINCT FROM r.beside)
ON CONFLICT DO NOTHING"""


def untie_people(cursor: Any, person_ids: Sequence[int], source: Source) -> set[tuple[int, str]]:
    """Whose ties of which kind came from there and are gone now."""
    cursor.execute(UNTIE, {**sourced(source), "ids": list(person_ids)})
    return set(cursor.fetchall())


def tie_again(cursor: Any, rows: str) -> None:
    """What `tie_people` told as gone, where nothing of the kind stands now but what stood beside it: one that was noted since is newer."""
    for statement in (EMPLOY_AGAIN, RELATE_AGAIN):
        cursor.execute(statement, {"rows": rows})


def sourced(source: Source) -> dict[str, Any]:
    return {"source": source.kind, "reference": source.reference, "actor": source.actor_id}
