"""What became of each row of a chunk: counts that add up, and the lines to tell about."""

# ruff: noqa: S608 -- statements are made of our own constants only

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from crm.imports.chunks import Chunk, column
from crm.imports.enums import IssueLevel
from crm.imports.matching import SPLIT
from crm.imports.merging import CHANNELS, CONSENTS, LEADS, TOUCHED, MergeRules
from crm.imports.models import ImportIssue
from crm.imports.normalizing import Normalized
from crm.imports.staging import TABLE

KEPT_PER_KIND = 2_000  # warnings beyond this are counted, not listed

OUTCOMES = f"""
SELECT
  count(*) FILTER (WHERE is_new),
  count(*) FILTER (WHERE {LEADS} AND NOT is_new AND NOT repeats AND person_id IN (SELECT person_id FROM {TOUCHED})),
  count(*) FILTER (WHERE {LEADS} AND NOT is_new AND NOT repeats AND person_id NOT IN (SELECT person_id FROM {TOUCHED})),
  count(*) FILTER (WHERE NOT refused AND (leader IS NOT NULL OR repeats)),
  count(*) FILTER (WHERE refused),
  coalesce(array_agg(person_id ORDER BY line) FILTER (WHERE is_new), '{{}}'),
  coalesce(array_agg(person_id ORDER BY line) FILTER (WHERE {LEADS} AND NOT is_new AND NOT repeats), '{{}}')
FROM {TABLE} r"""
EMAILS_OF_OTHERS = f"""
WITH doubtful AS MATERIALIZED (
  SELECT r.line, r.person_id, u.address FROM {TABLE} r CROSS JOIN LATERAL unnest({SPLIT.format("r.emails")}) AS u (address)
  WHERE {LEADS} AND (NOT r.is_new OR position('\x1f' IN r.emails) > 0)
)
SELECT d.line, 'email_taken', d.address FROM doubtful d
CROSS JOIN LATERAL (
  SELECT e.person_id FROM people_emailaddress e WHERE extensions.fold(e.address) = extensions.fold(d.address) OFFSET 0
) e WHERE e.person_id <> d.person_id"""
OTHER_NAMES = f"""
SELECT r.line, 'other_name', concat_ws(' ', p.first_name, p.last_name) FROM {TABLE} r JOIN people_person p ON p.id = r.person_id
WHERE NOT r.refused AND r.how = 'email' AND r.first_name <> '' AND p.first_name <> ''
  AND NOT starts_with(regexp_replace(extensions.fold(p.first_name), '[^a-z]', '', 'g'), regexp_replace(extensions.fold(r.first_name), '[^a-z]', '', 'g'))
  AND NOT starts_with(regexp_replace(extensions.fold(r.first_name), '[^a-z]', '', 'g'), regexp_replace(extensions.fold(p.first_name), '[^a-z]', '', 'g'))"""
STILL_UNSUBSCRIBED = f"""
SELECT DISTINCT r.line, 'stays_unsubscribed', c.channel FROM {CONSENTS} c
JOIN consent_consentstate s ON s.person_id = c.person_id AND s.purpose = c.purpose AND s.channel = c.channel AND NOT s.granted
JOIN {TABLE} r ON r.person_id = c.person_id AND NOT r.is_new AND {LEADS}
WHERE c.granted"""
REPEATED = (
    f"SELECT line, coalesce(leader::text, '') FROM {TABLE} r WHERE NOT refused AND (leader IS NOT NULL OR repeats)"
)
REFUSED = f"SELECT line, concat_ws(' ', first_name, last_name) FROM {TABLE} WHERE refused"


@dataclass(slots=True)
class Tally:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    created_ids: list[int] = field(default_factory=list)
    known_ids: list[int] = field(default_factory=list)
    issues: list[ImportIssue] = field(default_factory=list)

    @property
    def kinds(self) -> Counter[str]:
        return Counter(f"{issue.level}:{issue.kind}" for issue in self.issues)


def tally(cursor: Any, chunk: Chunk, clean: Normalized, rules: MergeRules) -> Tally:
    cursor.execute(OUTCOMES)
    created, updated, unchanged, merged, refused, created_ids, known_ids = cursor.fetchone()
    result = Tally(
        created,
        updated,
        unchanged,
        merged,
        refused + clean.rejected.height + len(chunk.rejected),
        created_ids,
        known_ids,
    )
    result.issues = [
        *(
            _issue(rules, record.line, IssueLevel.REJECTED, record.problem, cells=record.cells)
            for record in chunk.rejected
        ),
        *_rejected(rules, chunk, clean.rejected.select("line", "kind", "value").rows()),
        *_rejected(rules, chunk, [(line, "asked_to_leave", name) for line, name in _all(cursor, REFUSED)]),
        *(_issue(rules, line, IssueLevel.WARNING, kind) for line, kind in chunk.repaired),
        *(
            _issue(rules, line, IssueLevel.WARNING, kind, value, name)
            for line, kind, name, value in clean.warnings.rows()
        ),
        *(_issue(rules, line, IssueLevel.MERGED, "repeated", leader) for line, leader in _all(cursor, REPEATED)),
        *_found_in_database(cursor, rules),
    ]
    return result


def _found_in_database(cursor: Any, rules: MergeRules) -> list[ImportIssue]:
    unheard = " OR ".join(f"{name}" for name, channel in CHANNELS.items() if channel not in rules.channels)
    queries = [EMAILS_OF_OTHERS, OTHER_NAMES, STILL_UNSUBSCRIBED]
    if unheard:
        queries.append(f"SELECT line, 'channel_refused', '' FROM {TABLE} r WHERE {LEADS} AND ({unheard})")
    return [
        _issue(rules, line, IssueLevel.WARNING, kind, value)
        for query in queries
        for line, kind, value in _all(cursor, query)
    ]


def _all(cursor: Any, query: str) -> list[Any]:
    cursor.execute(query)
    return list(cursor.fetchall())


def _rejected(rules: MergeRules, chunk: Chunk, rows: list[Any]) -> list[ImportIssue]:
    if not rows:
        return []
    lines = pl.DataFrame({"line": [row[0] for row in rows]}, schema={"line": pl.Int64})
    width = len(chunk.table.columns) - 1
    cells = {
        row[0]: list(row[1:])
        for row in chunk.table.join(lines, on="line", how="semi").select("line", *map(column, range(width))).iter_rows()
    }
    return [_issue(rules, line, IssueLevel.REJECTED, kind, value, cells=cells[line]) for line, kind, value in rows]


def _issue(
    rules: MergeRules,
    line: int,
    level: str,
    kind: str,
    value: str | None = "",
    column: str = "",
    cells: list[str] | None = None,
) -> ImportIssue:
    return ImportIssue(
        import_run_id=rules.import_id,
        line=line,
        level=level,
        kind=kind,
        value=(value or "")[:300],
        column=column[:200],
        cells=cells,
    )


def to_keep(issues: list[ImportIssue], counts: dict[str, int]) -> list[ImportIssue]:
    """Rejected lines are all kept; of each other kind the first thousands. `counts` is what was kept and counted before."""
    kept: list[ImportIssue] = []
    counts = dict(counts)
    for issue in issues:
        key = f"{issue.level}:{issue.kind}"
        counts[key] = counts.get(key, 0) + 1
        if issue.level == IssueLevel.REJECTED or counts[key] <= KEPT_PER_KIND:
            kept.append(issue)
    return kept
