"""What became of each row of a chunk: counts that add up, and the lines to tell about."""

# ruff: noqa: S608 -- statements are made of our own constants only

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db import connection

from crm.imports.claims import SAID
from crm.imports.enums import IssueLevel
from crm.imports.matching import SPLIT
from crm.imports.merging import CHANNELS, CONSENTS, MergeRules
from crm.imports.spooling import ISSUES
from crm.imports.staging import TABLE
from crm.imports.writing import Written

KEPT_PER_KIND = 2_000  # warnings beyond this are counted, not listed
COLUMN_LENGTH = 200
BY_FATE = {"number_left_alone": "left_alone", "other_name": "other_name"}  # remarks by the column that tells them
OUTCOMES = ("created", "updated", "unchanged", "merged", "organisations", "rejected")

EMAILS_OF_OTHERS = f"""
WITH doubtful AS MATERIALIZED (
  SELECT r.line, r.person_id, u.address FROM {TABLE} r CROSS JOIN LATERAL unnest({SPLIT.format("r.emails")}) AS u (address)
)
SELECT d.line, 'email_taken', d.address FROM doubtful d
CROSS JOIN LATERAL (
  SELECT e.person_id FROM people_emailaddress e WHERE extensions.fold(e.address) = extensions.fold(d.address) OFFSET 0
) e WHERE e.person_id <> d.person_id"""
OTHER_NAMES = f"""
SELECT r.line, 'other_name', concat_ws(' ', p.first_name, p.last_name) FROM {TABLE} r JOIN people_person p ON p.id = r.person_id
WHERE r.how = 'email' AND r.first_name <> '' AND p.first_name <> ''
  AND NOT starts_with(regexp_replace(extensions.fold(p.first_name), '[^a-z]', '', 'g'), regexp_replace(extensions.fold(r.first_name), '[^a-z]', '', 'g'))
  AND NOT starts_with(regexp_replace(extensions.fold(r.first_name), '[^a-z]', '', 'g'), regexp_replace(extensions.fold(p.first_name), '[^a-z]', '', 'g'))"""
STILL_UNSUBSCRIBED = f"""
SELECT DISTINCT r.line, 'stays_unsubscribed', c.channel FROM {CONSENTS} c
JOIN consent_consentstate s ON s.person_id = c.person_id AND s.purpose = c.purpose AND s.channel = c.channel AND NOT s.granted
JOIN {TABLE} r ON r.person_id = c.person_id
WHERE c.granted"""


@dataclass(slots=True)
class Tally:
    written: Written
    issues: pl.DataFrame  # columns of crm.imports.spooling.ISSUES, in the order of the report
    rows: int  # of the file
    organisations: int = 0  # rows that are some

    @property
    def kinds(self) -> Counter[str]:
        """How many lines of each: somebody whose address is malformed in two columns is one person."""
        counted = self.issues.group_by("level", "kind").agg(pl.col("line").n_unique())
        return Counter({f"{level}:{kind}": count for level, kind, count in counted.iter_rows()})

    @property
    def counts(self) -> dict[str, int]:
        """Every row of the file ended somewhere: what is not counted otherwise was set aside before."""
        counts = {outcome: self.written.count(outcome) for outcome in OUTCOMES}
        counts["organisations"] = self.organisations
        counts["rejected"] += self.rows - self.organisations - self.written.lines.height
        return counts


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a chunk beside its people."""

    rows: int  # of the file
    issues: pl.DataFrame
    cells: pl.DataFrame  # line, cells: of the lines that are refused
    said: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SAID))  # of employers and recruiters
    organisations: int = 0  # rows that are some


def tally(written: Written, people: pl.DataFrame, told: Told, rules: MergeRules) -> Tally:
    issues = [told.issues, _refused(people, told.cells), _repeated(written)]
    if people["deceased"].any():
        known = people.filter(pl.col("deceased") & ~pl.col("refused"))
        issues.append(_as_issues(known.select("line", kind=pl.lit("has_died"), value=pl.lit("")), IssueLevel.WARNING))
    for kind, value in {"number_left_alone": pl.lit(""), "other_name": pl.col("other_name")}.items():
        rows = people.filter(~pl.col("refused") & pl.col(BY_FATE[kind]).is_not_null())
        issues.append(_as_issues(rows.select("line", kind=pl.lit(kind), value=value), IssueLevel.WARNING))
    if written.has_known:
        issues.append(_as_issues(_found_in_database(), IssueLevel.WARNING))
    if unheard := [name for name, channel in CHANNELS.items() if channel not in rules.channels]:
        refused = written.lines.filter(pl.col("outcome").is_in(["created", "updated", "unchanged"])).select("line")
        silent = people.join(refused, on="line", how="semi").filter(pl.any_horizontal(unheard))
        issues.append(
            _as_issues(silent.select("line", kind=pl.lit("channel_refused"), value=pl.lit("")), IssueLevel.WARNING)
        )
    return Tally(written, _said_once(pl.concat(issues)), told.rows, told.organisations)


def _said_once(issues: pl.DataFrame) -> pl.DataFrame:
    """The same value in two columns of a line is one remark."""
    told = issues.group_by("line", "level", "kind", "value", maintain_order=True)
    columns = pl.col("column").unique(maintain_order=True).str.join(", ").str.slice(0, COLUMN_LENGTH)
    return told.agg(columns, pl.col("cells").first()).select(issues.columns)


def to_keep(issues: pl.DataFrame, counts: dict[str, int]) -> pl.DataFrame:
    """Rejected lines are all kept; of each other kind the first thousands. `counts` is what was kept and counted before."""
    key = pl.concat_str("level", pl.lit(":"), "kind")
    before = key.replace_strict(counts, default=0, return_dtype=pl.Int64) if counts else pl.lit(0)
    number = pl.int_range(pl.len()).over("level", "kind")
    return issues.filter((pl.col("level") == IssueLevel.REJECTED) | (before + number < KEPT_PER_KIND))


def _found_in_database() -> pl.DataFrame:
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for query in (EMAILS_OF_OTHERS, OTHER_NAMES, STILL_UNSUBSCRIBED):
            cursor.execute(query)
            found.extend(cursor.fetchall())
    return pl.DataFrame(found, schema=["line", "kind", "value"], orient="row")


def _refused(people: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    name = pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True)
    is_beside = pl.col("beside").is_not_null()
    kind = pl.when("deceased").then(pl.lit("deceased")).when(is_beside).then(pl.lit("shared_mailbox"))
    value = pl.when(is_beside).then(pl.col("beside").cast(pl.String)).otherwise(name)
    rows = people.filter("refused").select("line", kind=kind.otherwise(pl.lit("asked_to_leave")), value=value)
    return _as_issues(rows, IssueLevel.REJECTED).drop("cells").join(cells, on="line", how="left")


def _repeated(written: Written) -> pl.DataFrame:
    merged = written.lines.filter(pl.col("outcome") == "merged")
    rows = merged.select("line", kind=pl.lit("repeated"), value=pl.col("leader").cast(pl.String))
    return _as_issues(rows, IssueLevel.MERGED)


def _as_issues(rows: pl.DataFrame, level: IssueLevel) -> pl.DataFrame:
    return rows.select(
        pl.col("line").cast(pl.Int64),
        level=pl.lit(level.value),
        kind=pl.col("kind").cast(pl.String),
        column=pl.lit(""),
        value=pl.col("value").cast(pl.String),
        cells=pl.lit(None, dtype=ISSUES["cells"]),
    )
