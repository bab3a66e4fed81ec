"""One chunk into the database: who is new by COPY, who is known by a merge, and what became of each line."""

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection
from psycopg.errors import UniqueViolation

from crm.consent.enums import Basis
from crm.imports.collapsing import collapse, working_first
from crm.imports.merging import TOUCHED, MergeRules, lock_known, merge_known
from crm.imports.staging import set_up, stage
from crm.people.bulk import SAID, Arrival, add_people
from shared.copying import next_ids


class PeopleChanged(Exception):
    """Somebody whom the plan takes for known has gone since, or somebody new has come by another way: decide again."""


@dataclass(slots=True)
class Written:
    lines: pl.DataFrame  # line, leader, person_id, outcome: created | updated | unchanged | merged | rejected
    has_known: bool  # there were rows to stage and to merge: their tables are there until the transaction ends

    def with_same(self, same: pl.DataFrame) -> "Written":
        """And the rows that were not looked at (`line`, `leader`, `person_id`)."""
        outcome = pl.when(pl.col("leader").is_null()).then(pl.lit("unchanged")).otherwise(pl.lit("merged"))
        lines = pl.concat([self.lines, same.select("line", "leader", "person_id", outcome=outcome)])
        return Written(lines.sort("line"), self.has_known)

    @property
    def created_ids(self) -> list[int]:
        return self._ids("created")

    @property
    def known_ids(self) -> list[int]:
        return self._ids("updated", "unchanged")

    def count(self, outcome: str) -> int:
        return int((self.lines["outcome"] == outcome).sum())

    def _ids(self, *outcomes: str) -> list[int]:
        return self.lines.filter(pl.col("outcome").is_in(outcomes))["person_id"].to_list()


def write_chunk(people: pl.DataFrame, rules: MergeRules) -> Written:
    """`people` with their fates (`Plan.applied_to`), in the caller's transaction. Raises PeopleChanged."""
    rows = working_first(collapse(people.filter(~pl.col("refused"))))
    with connection.cursor() as cursor:
        set_up(cursor)
        known = rows.filter(pl.col("person_id").is_not_null())
        touched = _merge(cursor, known, rules)
        new = rows.filter(pl.col("person_id").is_null())
        new = new.with_columns(id=next_ids(cursor, "people_person", new.height))
        _add(cursor, new, rules)
    outcomes = [
        new.select("line", leader=pl.lit(None, dtype=pl.Int64), person_id="id", outcome=pl.lit("created")),
        known.select("line", leader=pl.lit(None, dtype=pl.Int64), person_id="person_id", outcome=_or_unchanged(touched)),
        people.filter(~pl.col("refused") & pl.col("leader").is_not_null()).select("line", "leader", "person_id", outcome=pl.lit("merged")),
        people.filter("refused").select("line", "leader", "person_id", outcome=pl.lit("rejected")),
    ]  # fmt: skip
    return Written(pl.concat(outcomes).sort("line"), has_known=not known.is_empty())


def _merge(cursor: Any, known: pl.DataFrame, rules: MergeRules) -> list[int]:
    """Whom it changed."""
    if known.is_empty():
        return []
    stage(cursor, known)
    if lock_known(cursor) < known.height:
        raise PeopleChanged
    merge_known(cursor, rules)
    cursor.execute(f"SELECT DISTINCT person_id FROM {TOUCHED}")  # noqa: S608 -- our own constant
    return [person_id for (person_id,) in cursor.fetchall()]


def _or_unchanged(touched: list[int]) -> pl.Expr:
    changed = pl.col("person_id").is_in(pl.Series(touched, dtype=pl.Int64).implode())
    return pl.when(changed).then(pl.lit("updated")).otherwise(pl.lit("unchanged"))


def _add(cursor: Any, new: pl.DataFrame, rules: MergeRules) -> None:
    if new.is_empty():
        return
    free = pl.when(~pl.col("taken")).then("external_id")
    answers = {column: _answer(column, channel.value, rules) for channel, column in SAID.items()}
    if not rules.sets_relationship:  # a roll or a rented file does not make members
        answers["relationship"] = pl.lit(None, dtype=pl.String)
    arrival = Arrival(
        rules.relationship or "regular", Basis.IMPORT_DECLARED, rules.wordings, rules.agreed_on, rules.source, rules.now
    )
    try:
        add_people(cursor, new.with_columns(external_id=free, **answers), arrival)
    except UniqueViolation as error:
        raise PeopleChanged from error


def _answer(column: str, channel: str, rules: MergeRules) -> pl.Expr:
    """What each row says, or the campaign of everyone; a source that cannot agree grants nothing."""
    said = pl.col(column)
    return said if channel in rules.channels else pl.when(~said).then(said)
