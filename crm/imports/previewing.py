"""What an import would do: done for real on its first rows, looked at, and rolled back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.imports.chunks import read_chunks
from crm.imports.claims import claim_columns, claims_of, read_claims
from crm.imports.differences import Difference, added, find_differences, shown_differences
from crm.imports.enums import CONSENT_TARGETS, IssueLevel, Target
from crm.imports.files import local_copy
from crm.imports.merging import CHANGED, TOUCHED
from crm.imports.models import Import, ImportIssue
from crm.imports.planning import decide
from crm.imports.queries import SHOWN_LINES, IssueGroup
from crm.imports.reading import normalizer_for
from crm.imports.running import rules_for
from crm.imports.spooling import spool
from crm.imports.staging import TABLE, Communes
from crm.imports.tallying import Tally, Told, tally
from crm.imports.tying import Tied, with_ties, write_ties
from crm.imports.wording import REJECTIONS, WARNINGS
from crm.imports.writing import write_chunk
from crm.people.tagging import tag_numbers
from tenants.entitlements import contacts_left

TRIED_ROWS = 5_000
SHOWN_ROWS = 50
SHOWN_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class PreviewRow:
    line: int
    name: str
    email: str
    phone: str
    outcome: str  # created | updated | unchanged | merged | organisation | rejected
    facts: tuple[str, ...] = ()  # beside `Preview.columns`
    changes: tuple[str, ...] = ()
    issues: tuple[ImportIssue, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """What the report will say of one kind, and the first line of it."""

    group: IssueGroup
    first: ImportIssue


@dataclass(slots=True)
class Preview:
    rows: list[PreviewRow]
    tally: Tally
    tried: int
    total: int
    over_limit: int = 0
    differences: tuple[Difference, ...] = ()
    limit_is_near: bool = False
    columns: tuple[str, ...] = ()

    @property
    def remarks(self) -> list[Remark]:
        """Of each kind but repetitions, which the sum counts: what is set aside first, then what is most frequent."""
        told = self.tally.issues.filter(pl.col("level") != IssueLevel.MERGED).sort("line", maintain_order=True)
        return sorted(
            _remarks(told), key=lambda remark: (remark.group.level != IssueLevel.REJECTED, -remark.group.count)
        )

    @property
    def is_whole(self) -> bool:
        return self.tried == self.total

    @property
    def people(self) -> int:
        """How many rows the button speaks of: those of the file that are not set aside, as far as one knows."""
        return self.total - self.tally.counts["rejected"] if self.is_whole else self.total


def preview_import(run: Import, *, now: datetime) -> Preview:
    """Try the first thousands of rows. Nothing of it stays."""
    with local_copy(run.file) as path, closing(read_chunks(path, run.file_format, rows=TRIED_ROWS)) as chunks:
        chunk = next(chunks)
        normalizer = normalizer_for(run, path, now)
    columns = shown_columns(run.mapping)
    with transaction.atomic(), spool(again=lambda: (chunk,)) as spooled:
        clean = normalizer.normalize(chunk.table)
        people = Communes(run.communes).told_of(clean.people)
        spooled.add(chunk, people, clean)
        tags = people["tags"].explode().drop_nulls().unique().to_list()
        people = decide(people, tag_numbers(tags) if tags else {}).applied_to(people)
        told = Told(
            chunk.end - chunk.start,
            spooled.issues(0),
            spooled.cells(people.filter("refused")),
            organisations=clean.organisations.height,
        )
        rules = rules_for(run, now)
        result = tally(write_chunk(people, rules), people, told, rules)
        found = find_differences() if result.written.has_known else {}
        parts = claim_columns(run.mapping)
        said = read_claims(chunk.table, parts)
        tied = write_ties(run, claims_of(said, result.written.lines), rules) if parts else None
        result = with_ties(result, tied, is_whole=chunk.end >= run.total)
        rows = _rows(result, with_first_said(people, said, parts), clean.organisations, columns, tied)
        differences = shown_differences(added(found, tied.differences() if tied else {}))
        transaction.set_rollback(True)
    over = _over_limit(
        result.counts["created"] if chunk.end >= run.total else round(result.counts["created"] * run.total / chunk.end)
    )
    return Preview(
        rows, result, chunk.end, run.total, over_limit=over, differences=tuple(differences), columns=tuple(columns)
    )


def _over_limit(created: int) -> int:
    left = contacts_left()
    return 0 if left is None else max(0, created - max(left, 0))


def with_first_said(people: pl.DataFrame, said: pl.DataFrame, parts: Iterable[str]) -> pl.DataFrame:
    """The rows with a column for each part of what they say of others, by its name."""
    for part in parts:
        told = said.filter(pl.col("part") == part).sort(~pl.col("value").str.contains(r"\p{L}"), maintain_order=True)
        first = told.unique("line", keep="first", maintain_order=True)  # a name or an e-mail before a number
        people = people.join(first.select("line", pl.col("value").alias(part)), on="line", how="left")
    return people


def _in_words(day: str) -> pl.Expr:
    return pl.col(day).dt.strftime("%d/%m/%Y")


def _agreements() -> pl.Expr:
    """The channels that the row says yes to."""
    names = {"email_ok": _("e-mail"), "sms_ok": _("text message"), "call_ok": _("call"), "post_ok": _("letter")}
    return pl.concat_str(
        (pl.when(answer).then(pl.lit(name)) for answer, name in names.items()), separator=", ", ignore_nulls=True
    )


def shown_columns(mapping: Mapping[str, str]) -> dict[str, pl.Expr]:
    """What the file brings beside names and ways to reach people: the first few of it, in the order of their use."""
    brought = set(mapping.values())
    place = pl.concat_str("postcode", "city", separator=" ", ignore_nulls=True)
    candidates: list[tuple[set[str], str, pl.Expr]] = [
        ({Target.POSTCODE, Target.CITY}, _("Town"), place),
        ({Target.BIRTH_DATE}, _("Date of birth"), _in_words("birth_date")),
        ({Target.TAGS, Target.TAG_IF_YES}, _("Tags"), pl.col("tags").list.join(", ")),
        (set(CONSENT_TARGETS), _("Agrees to"), _agreements()),
        ({Target.JOINED_ON}, _("Joined on"), _in_words("joined_on")),
        ({Target.OCCUPATION}, _("Occupation"), pl.col("occupation")),
        ({Target.EMPLOYER}, _("Employer"), pl.col("employer")),
        ({Target.RECRUITER}, _("Recruiter"), pl.col("recruiter")),
        ({Target.POINT_PERSON}, _("Point person"), pl.col("point_person")),
        ({Target.SUPPORT_LEVEL}, _("Support"), pl.col("support_level").cast(pl.String)),
    ]
    found = [(label, value) for targets, label, value in candidates if targets & brought]
    return dict(found[:SHOWN_COLUMNS])


CHANGES = f"""
SELECT r.line, ARRAY(SELECT DISTINCT t.kind FROM {TOUCHED} t WHERE t.person_id = r.person_id),
  (SELECT c.old::text FROM {CHANGED} c WHERE c.person_id = r.person_id),
  (SELECT to_jsonb(c)::text FROM {CHANGED} c WHERE c.person_id = r.person_id)
FROM {TABLE} r WHERE r.line = ANY(%s::integer[])"""  # noqa: S608 -- our own constants only


def _rows(
    result: Tally,
    people: pl.DataFrame,
    organisations: pl.DataFrame,
    columns: Mapping[str, pl.Expr],
    tied: Tied | None,
) -> list[PreviewRow]:
    issues = _issues_by_line(result.issues)
    lines = result.written.lines.head(SHOWN_ROWS)
    changes = _changes_of(lines) if result.written.has_known else {}
    for line, part in tied.changed_parts(lines) if tied else ():
        changes[line] = (*changes.get(line, ()), part)
    shown = people.join(lines.select("line", "outcome"), on="line").sort("line").select(
        "line",
        pl.concat_str("first_name", "last_name", separator=" ", ignore_nulls=True),
        *(pl.col(name).list.first().fill_null("") for name in ("emails", "phones")),
        "outcome",
        *(value.fill_null("").alias(f"fact{number}") for number, value in enumerate(columns.values())),
    )  # fmt: skip
    rows = [
        PreviewRow(line, name, email, phone, outcome, tuple(facts), changes.get(line, ()), tuple(issues.get(line, ())))
        for line, name, email, phone, outcome, *facts in shown.iter_rows()
    ]
    rows += [
        PreviewRow(
            line,
            name,
            email or "",
            phone or "",
            "organisation",
            ("",) * len(columns),
            issues=tuple(issues.get(line, ())),
        )
        for line, name, email, phone in organisations.head(SHOWN_ROWS).select("line", "name", "email", "phone").rows()
    ]
    known = {row.line for row in rows}
    unread = [
        PreviewRow(line, "", "", "", "rejected", ("",) * len(columns), issues=tuple(told))
        for line, told in issues.items()
        if line not in known and any(issue.level == IssueLevel.REJECTED for issue in told)
    ]
    return sorted([*rows, *unread], key=lambda row: row.line)[:SHOWN_ROWS]


def _remarks(issues: pl.DataFrame) -> Iterator[Remark]:
    for values in issues.unique(["level", "kind"], keep="first", maintain_order=True).iter_rows(named=True):
        level, kind = values["level"], values["kind"]
        lines = issues.filter(level=level, kind=kind)["line"].unique(maintain_order=True)
        wording = REJECTIONS.get(kind) or WARNINGS[kind]
        group = IssueGroup(level, kind, len(lines), tuple(lines.head(SHOWN_LINES)), wording)
        yield Remark(group, _issue(values))


def _changes_of(lines: pl.DataFrame) -> dict[int, tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, [lines["line"].to_list()])
        return {line: _changes(*found) for line, *found in cursor.fetchall()}


def _issues_by_line(issues: pl.DataFrame) -> dict[int, list[ImportIssue]]:
    by_line: dict[int, list[ImportIssue]] = {}
    for values in issues.iter_rows(named=True):
        by_line.setdefault(values["line"], []).append(_issue(values))
    return by_line


def _issue(values: dict[str, Any]) -> ImportIssue:
    return ImportIssue(**values | {"value": values["value"] or ""})


def _changes(kinds: list[str], old: str | None, new: str | None) -> tuple[str, ...]:
    before, after = json.loads(old or "{}"), json.loads(new or "{}")
    changed = [key for key, value in before.items() if after[key] != value]
    return (*changed, *(kind for kind in kinds if kind not in ("field", "first")))
