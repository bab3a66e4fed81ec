"""What screens show of imports."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from crm.imports.enums import ImportState, IssueLevel
from crm.imports.models import Import, ImportIssue
from crm.imports.wording import MERGED, REJECTIONS, WARNINGS, Wording
from tenants.entitlements import contacts_left

SHOWN_LINES = 2


@dataclass(frozen=True, slots=True)
class IssueGroup:
    level: str
    kind: str
    count: int
    lines: tuple[int, ...]
    wording: Wording

    @property
    def others(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class Progress:
    done: int
    total: int
    percent: int
    per_second: int
    seconds_left: int | None
    read: int  # rows of the file, while none is written yet


class ImportNotFound(ObjectDoesNotExist):
    """No such import in this campaign."""


def issue_groups(run: Import, level: str) -> list[IssueGroup]:
    """Kinds of remarks, most frequent first, with the first lines of each."""
    counts = {key.partition(":")[2]: count for key, count in run.issue_counts.items() if key.startswith(f"{level}:")}
    words = {IssueLevel.REJECTED: REJECTIONS, IssueLevel.WARNING: WARNINGS, IssueLevel.MERGED: {"repeated": MERGED}}[
        IssueLevel(level)
    ]
    groups = [
        IssueGroup(level, kind, count, _first_lines(run, level, kind), words[kind]) for kind, count in counts.items()
    ]
    return sorted(groups, key=lambda group: -group.count)


def _first_lines(run: Import, level: str, kind: str) -> tuple[int, ...]:
    lines = (
        ImportIssue.objects.filter(import_run=run, level=level, kind=kind)
        .order_by("line")
        .values_list("line", flat=True)
        .distinct()  # a line may have several remarks of one kind
    )
    return tuple(lines[:SHOWN_LINES])


def issues_of(run: Import, level: str, kind: str = "") -> QuerySet[ImportIssue]:
    issues = ImportIssue.objects.filter(import_run=run, level=level)
    return (issues.filter(kind=kind) if kind else issues).order_by("line", "pk")


def progress_of(run: Import, now: datetime) -> Progress:
    undoing = run.state == ImportState.UNDOING
    done = run.undo_counts.get("done", 0) if undoing else run.position
    total = run.undo_counts.get("total", 0) if undoing else run.total
    began = None if undoing else run.started_at
    seconds = (now - began).total_seconds() if began else 0
    per_second = int(done / seconds) if seconds > 0.5 else 0
    left = round((total - done) / per_second) if per_second else None
    return Progress(done, total, run.percent, per_second, left, 0 if done or undoing else run.read)


def has_imported() -> bool:
    return Import.objects.filter(state=ImportState.DONE).exists()


def warning_count(run: Import) -> int:
    return sum(count for key, count in run.issue_counts.items() if key.startswith(f"{IssueLevel.WARNING}:"))


def has_room_for(runs: Iterable[Import]) -> bool:
    """Whether the plan has room again, counted only where one of them waits for it."""
    if not any(run.waits_for_plan for run in runs):
        return False
    left = contacts_left()
    return left is None or left > 0


def imports_to_decide() -> Sequence[Import]:
    return list(Import.objects.to_decide()[:5])
