"""What an import would do: done for real on its first rows, looked at, and rolled back."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from crm.imports.chunks import read_chunks
from crm.imports.files import local_copy
from crm.imports.merging import CHANGED, TOUCHED
from crm.imports.models import Import, ImportIssue
from crm.imports.running import make_ready, merge_chunk, normalizer_for, rules_for
from crm.imports.staging import TABLE
from crm.imports.tallying import Tally
from tenants.entitlements import contacts_left

TRIED_ROWS = 5_000
SHOWN_ROWS = 50


@dataclass(frozen=True, slots=True)
class PreviewRow:
    line: int
    name: str
    email: str
    phone: str
    city: str
    outcome: str  # created | updated | unchanged | merged | rejected
    changes: tuple[str, ...] = ()
    issues: tuple[ImportIssue, ...] = ()


@dataclass(slots=True)
class Preview:
    rows: list[PreviewRow]
    tally: Tally
    tried: int
    total: int
    over_limit: int = 0
    limit_is_near: bool = False
    issues: list[ImportIssue] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.tried == self.total

    @property
    def people(self) -> int:
        """How many rows the button speaks of: those of the file that are not set aside, as far as one knows."""
        return self.total - self.tally.rejected if self.is_whole else self.total


def preview_import(run: Import, *, now: datetime) -> Preview:
    """Try the first thousands of rows. Nothing of it stays."""
    with local_copy(run.file) as path, closing(read_chunks(path, run.file_format, rows=TRIED_ROWS)) as chunks:
        chunk = next(chunks)
        ready = make_ready(chunk, normalizer_for(run, path, now))
    with transaction.atomic():
        result = merge_chunk(ready, rules_for(run, now), set())
        rows = _rows(result)
        transaction.set_rollback(True)
    created = result.created if chunk.end >= run.total else round(result.created * run.total / chunk.end)
    left = contacts_left()
    over = 0 if left is None else max(0, created - max(left, 0))
    return Preview(rows, result, chunk.end, run.total, over_limit=over, issues=result.issues)


ROWS = f"""
SELECT r.line, concat_ws(' ', r.first_name, r.last_name), split_part(coalesce(r.emails, ''), '\x1f', 1), split_part(coalesce(r.phones, ''), '\x1f', 1),
  concat_ws(' ', r.postcode, r.city),
  CASE WHEN r.refused THEN 'rejected' WHEN r.leader IS NOT NULL OR r.repeats THEN 'merged' WHEN r.is_new THEN 'created'
    WHEN EXISTS (SELECT FROM {TOUCHED} t WHERE t.person_id = r.person_id) THEN 'updated' ELSE 'unchanged' END,
  ARRAY(SELECT DISTINCT t.kind FROM {TOUCHED} t WHERE t.person_id = r.person_id AND NOT r.is_new),
  (SELECT c.old FROM {CHANGED} c WHERE c.person_id = r.person_id),
  (SELECT to_jsonb(c) FROM {CHANGED} c WHERE c.person_id = r.person_id)
FROM {TABLE} r ORDER BY r.line LIMIT %s"""  # noqa: S608 -- our own constants only


def _rows(result: Tally) -> list[PreviewRow]:
    by_line: dict[int, list[ImportIssue]] = {}
    for issue in result.issues:
        by_line.setdefault(issue.line, []).append(issue)
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [SHOWN_ROWS])
        rows = [_row(found, by_line) for found in cursor.fetchall()]
    shown = {row.line for row in rows}
    rejected = [
        PreviewRow(line, "", "", "", "", "rejected", issues=tuple(issues))
        for line, issues in by_line.items()
        if line not in shown and any(issue.level == "rejected" for issue in issues)
    ]
    return sorted([*rows, *rejected], key=lambda row: row.line)[:SHOWN_ROWS]


def _row(found: tuple[Any, ...], by_line: dict[int, list[ImportIssue]]) -> PreviewRow:
    line, name, email, phone, city, outcome, kinds, old, new = found
    changes = [key for key, value in (old or {}).items() if new[key] != value]
    added = [kind for kind in kinds if kind not in ("field", "first")]
    return PreviewRow(line, name, email, phone, city, outcome, (*changes, *added), tuple(by_line.get(line, ())))
