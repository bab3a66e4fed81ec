"""Employers, recruiters and point persons, once all rows are written: a recruiter may stand below those whom she recruited."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import F

from crm.imports.claims import TIES, claim_columns, unpacked
from crm.imports.differences import SAMPLES, Found
from crm.imports.enums import IssueLevel, Target
from crm.imports.fingerprints import restamped, stamps_of
from crm.imports.headers import fold
from crm.imports.mapping import columns_of
from crm.imports.merging import MergeRules
from crm.imports.models import Import, ImportBatch
from crm.imports.spooling import ISSUES
from crm.imports.staging import set_up
from crm.imports.tallying import COLUMN_LENGTH, Tally, to_keep
from crm.imports.writing import Written
from crm.relations.bulk import organisations_named, tie_people
from crm.relations.finding import Ambiguous, Directory, Unknown, directory_of
from shared.copying import copy_frame

Remark = tuple[int, str, str, str]  # line, kind, part, value
PARTS = {kind: part for part, kind in TIES.items()}
NAME_LENGTH = 200
# What people write where they work for nobody, or do not say for whom.
NOBODY = frozenset(
    {
        "retired", "retraite", "retraitee", "self", "self employed", "selfemployed", "not employed", "unemployed", "none", "no", "non", "aucun", "aucune",
        "na", "n a", "sans", "sans emploi", "sans profession", "chomage", "chomeur", "chomeuse", "homemaker", "au foyer", "mere au foyer", "pere au foyer",
        "student", "etudiant", "etudiante", "independant", "independante", "freelance", "auto entrepreneur", "information requested", "refused",
        "a son compte", "travailleur independant",
    }
)  # fmt: skip
WAITING = """
INSERT INTO imports_updatedperson AS u (import_run_id, person_id, changes, emails, phones, notes, tags, removed)
SELECT %(import)s, t.person_id, '{}', '{}', '{}', '{}', '{}', jsonb_build_object('ties', t.gone)
FROM (
  SELECT told.person_id, coalesce(jsonb_agg(x.tie) FILTER (WHERE x.tie IS NOT NULL), '[]') AS gone
  FROM unnest(%(people)s::bigint[], %(gone)s::jsonb[]) AS told (person_id, gone) LEFT JOIN LATERAL jsonb_array_elements(told.gone) x (tie) ON true
  GROUP BY told.person_id ORDER BY told.person_id
) t
ON CONFLICT (import_run_id, person_id) DO UPDATE SET
  removed = u.removed || jsonb_build_object('ties', coalesce(u.removed -> 'ties', '[]') || (excluded.removed -> 'ties'))"""
TELL = """
INSERT INTO people_activity (person_id, kind, at, payload, key, source_kind, source_reference, actor_id)
SELECT person_id, 'imported', %(now)s::timestamptz, jsonb_build_object('import_id', %(import)s::bigint), %(reference)s || ':' || person_id,
  'import', %(reference)s, %(actor)s::bigint
FROM unnest(%(people)s::bigint[]) AS t (person_id) ORDER BY person_id
ON CONFLICT DO NOTHING"""
TOUCH = "UPDATE people_person SET updated_at = %(now)s::timestamptz WHERE id = ANY(%(people)s::bigint[])"


@dataclass(frozen=True, slots=True)
class Tied:
    changes: pl.DataFrame  # columns of crm.relations.bulk.TIED, of people who are still there
    claims: pl.DataFrame
    remarks: pl.DataFrame  # columns of crm.imports.spooling.ISSUES

    @property
    def changed(self) -> pl.Series:
        return self.changes["person_id"].unique().sort()

    @property
    def newly_updated(self) -> pl.Series:
        """Whom her chunk had left as she was."""
        untouched = self.claims.filter(pl.col("outcome") == "unchanged")["person_id"]
        return self.changed.filter(self.changed.is_in(untouched.implode()))

    @property
    def asked_of_others(self) -> pl.Series:
        """People of whom the next import asks again, whatever their row says: it spoke of somebody else, or left a remark."""
        lines = self.remarks["line"].implode()
        of_others = (pl.col("part") != Target.EMPLOYER) | pl.col("line").is_in(lines)
        return self.claims.filter(of_others)["person_id"].unique()

    def changed_parts(self, lines: pl.DataFrame) -> list[tuple[int, str]]:
        """`line` and what changed of the person whom it is about."""
        changed = lines.filter(pl.col("leader").is_null()).join(self.changes, on="person_id")
        return [(line, PARTS[kind]) for line, kind in changed.select("line", "kind").sort("line", "kind").rows()]

    def differences(self) -> Found:
        """As crm.imports.differences has them, of people who were there before."""
        known = self.claims.filter(pl.col("outcome") != "created")["person_id"]
        told = self.changes.filter(pl.col("person_id").is_in(known.implode()))
        return {
            PARTS[str(kind)]: (rows.height, [list(pair) for pair in rows.select("before", "after").head(SAMPLES).rows()])
            for (kind,), rows in told.partition_by("kind", as_dict=True).items()
        }  # fmt: skip


def write_ties(run: Import, claims: pl.DataFrame, rules: MergeRules, numbered: pl.Series | None = None) -> Tied:
    """In the caller's transaction, of claims whose people are all written. `numbered`: see crm.relations.finding."""
    known = pl.col("outcome") != "created"
    kept = [part for part in TIES if rules.columns[part] == "keep"]
    claims = claims.filter(~(known & pl.col("part").is_in(kept)))
    remarks: list[Remark] = []
    with connection.cursor() as cursor:
        set_up(cursor)
        if rules.columns[Target.EMPLOYER] == "fill":
            claims = _without_the_employed(cursor, claims)
        found = [*_employers(cursor, claims, rules, remarks), *_people(cursor, claims, numbered, remarks)]
        ties = pl.DataFrame(
            [(person, TIES[part], target, str(rules.columns[part])) for person, part, target in found],
            schema={"person_id": pl.Int64(), "kind": pl.String(), "target_id": pl.Int64(), "rule": pl.String()},
            orient="row",
        )
        changes = tie_people(cursor, ties, source=rules.source, now=rules.now)
    return Tied(changes, claims, _as_issues(remarks, _column_names(run)))


def with_ties(result: Tally, tied: Tied | None, *, is_whole: bool) -> Tally:
    """A tally with what ties changed and could not change. In a part of a file nobody is missing yet: whoever is meant may stand below."""
    if tied is None:
        return result
    lines = result.written.lines
    updated = pl.col("person_id").is_in(tied.newly_updated.implode()) & (pl.col("outcome") == "unchanged")
    lines = lines.with_columns(outcome=pl.when(updated).then(pl.lit("updated")).otherwise("outcome"))
    remarks = tied.remarks if is_whole else tied.remarks.filter(pl.col("kind") != "nobody_meant")
    return Tally(
        Written(lines, result.written.has_known), pl.concat([result.issues, remarks]), result.rows, result.organisations
    )


def _without_the_employed(cursor: Any, claims: pl.DataFrame) -> pl.DataFrame:
    """Whoever has an employer keeps it: no organisation is made that nobody would be of."""
    asked = pl.col("part") == Target.EMPLOYER
    people = claims.filter(asked)["person_id"].unique().to_list()
    cursor.execute(
        "SELECT DISTINCT person_id FROM relations_affiliation WHERE kind = 'works' AND person_id = ANY(%s::bigint[])",
        [people],
    )
    employed = pl.Series([person for (person,) in cursor.fetchall()], dtype=pl.Int64)
    return claims.filter(~(asked & pl.col("person_id").is_in(employed.implode())))


def _employers(
    cursor: Any, claims: pl.DataFrame, rules: MergeRules, remarks: list[Remark]
) -> Iterator[tuple[int, str, int]]:
    rows = claims.filter(pl.col("part") == Target.EMPLOYER).select(
        "person_id", "line", name=pl.col("values").list.first()
    )
    usable = {name for name in rows["name"] if len(name) <= NAME_LENGTH and fold(name) not in {"", *NOBODY}}
    numbers = organisations_named(cursor, sorted(usable), source=rules.source, now=rules.now) if usable else {}
    for person, line, name in rows.iter_rows():
        if name not in numbers:
            remarks.append((line, "no_employer", Target.EMPLOYER, name))
        elif (number := numbers[name]) is None:
            remarks.append((line, "employer_unclear", Target.EMPLOYER, name))
        else:
            yield person, Target.EMPLOYER, number


def _people(
    cursor: Any, claims: pl.DataFrame, numbered: pl.Series | None, remarks: list[Remark]
) -> Iterator[tuple[int, str, int]]:
    rows = claims.filter(pl.col("part") != Target.EMPLOYER)
    if rows.is_empty():
        return
    directory = directory_of(cursor, rows["values"].explode().unique().sort().to_list(), numbered)
    for person, part, line, words, _outcome in rows.iter_rows():
        other, problem = _found(directory, words)
        if other == person:
            problem = "tied_to_self"
        if problem:
            remarks.append((line, problem, part, ", ".join(words)))
        else:
            yield person, part, other


def _found(directory: Directory, words: list[str]) -> tuple[int, str]:
    try:
        return directory.find(words), ""
    except Unknown:
        return 0, "nobody_meant"
    except Ambiguous:
        return 0, "several_meant"


def _column_names(run: Import) -> dict[str, str]:
    columns = run.file_format.columns
    return {part: ", ".join(columns[number] for number in told) for part, told in claim_columns(run.mapping).items()}


def _as_issues(remarks: list[Remark], columns: Mapping[str, str]) -> pl.DataFrame:
    rows = [
        (line, IssueLevel.WARNING.value, kind, columns[part][:COLUMN_LENGTH], value[:200], None)
        for line, kind, part, value in remarks
    ]
    return pl.DataFrame(rows, schema=ISSUES, orient="row").sort("line", maintain_order=True)


# --- batch by batch, in a worker --------------------------------------------------------------------------------------
def waiting_batches(import_id: int) -> list[int]:
    waiting = ImportBatch.objects.filter(import_run_id=import_id).exclude(ties=None)
    return list(waiting.order_by("number").values_list("number", flat=True))


def has_own_numbers(run: Import) -> bool:
    """Then only its people are meant by them: another tool's numbers are the same."""
    others = {part for part in claim_columns(run.mapping) if part != Target.EMPLOYER}
    return bool(others and columns_of(run.mapping, Target.EXTERNAL_ID))


def numbered_people(run: Import) -> pl.Series | None:
    if not has_own_numbers(run):
        return None
    batches = ImportBatch.objects.filter(import_run=run).values_list("created_ids", "known_ids")
    ids = [
        pl.Series(both, dtype=pl.Int64)
        for created, known in batches.iterator(chunk_size=1)
        for both in (created, known)
    ]
    return pl.concat([pl.Series(dtype=pl.Int64), *ids])


def tie_batch(run: Import, number: int, rules: MergeRules, numbered: pl.Series | None) -> None:
    """In the caller's transaction, which holds the import's row. Done once, whoever comes again."""
    batch = ImportBatch.objects.filter(import_run=run, number=number).exclude(ties=None).first()
    if batch is None or batch.ties is None:
        return
    tied = write_ties(run, unpacked(bytes(batch.ties)), rules, numbered)
    before = stamps_of(tied.changed)
    _tell(tied, rules)
    prints = bytes(batch.fingerprints) if batch.fingerprints is not None else None
    if prints is not None:
        prints = restamped(prints, changed=before, again=tied.asked_of_others, now=rules.now)
    ImportBatch.objects.filter(pk=batch.pk).update(ties=None, fingerprints=prints)
    _count(run, tied, rules.now)


def _tell(tied: Tied, rules: MergeRules) -> None:
    known = tied.claims.filter(pl.col("outcome") != "created")["person_id"]
    changes = tied.changes.filter(pl.col("person_id").is_in(known.implode()))
    parameters = {**rules.parameters, "people": changes["person_id"].to_list(), "gone": changes["gone"].to_list()}
    with connection.cursor() as cursor:
        cursor.execute(WAITING, parameters)
        cursor.execute(TELL, {**parameters, "people": changes["person_id"].unique().to_list()})
        cursor.execute(TOUCH, {"now": rules.now, "people": tied.changed.to_list()})


def _count(run: Import, tied: Tied, now: datetime) -> None:
    kept = to_keep(tied.remarks, run.issue_counts).with_columns(import_run_id=pl.lit(run.pk))
    people = tied.claims.select("line", "person_id").unique("line")
    kept = kept.join(people, on="line", how="left", maintain_order="left")
    with connection.cursor() as cursor:
        copy_frame(cursor, "imports_importissue", kept)
    for kind, count in tied.remarks.group_by("kind").len().iter_rows():
        key = f"{IssueLevel.WARNING.value}:{kind}"
        run.issue_counts[key] = run.issue_counts.get(key, 0) + count
    moved = len(tied.newly_updated)
    Import.objects.filter(pk=run.pk).update(
        issue_counts=run.issue_counts, updated=F("updated") + moved, unchanged=F("unchanged") - moved, beat_at=now
    )
