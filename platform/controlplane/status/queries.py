"""The public page of the service's state, as facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch
from django.utils import timezone

from controlplane.enums import CellState
from controlplane.models import Cell
from controlplane.status.enums import CellCondition
from controlplane.status.models import CellDay, Incident

DAYS = 90
FRESH = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class DayShown:
    day: date
    condition: CellCondition
    percent: float | None

    @property
    def label(self) -> str:
        return str(self.condition.label)


@dataclass(frozen=True, slots=True)
class CellShown:
    cell: Cell
    condition: CellCondition
    days: Sequence[DayShown]
    percent: float | None  # of the minutes that were looked at


@dataclass(frozen=True, slots=True)
class PublicState:
    cells: Sequence[CellShown]
    under_way: Sequence[Incident]
    past: Sequence[Incident]
    at: datetime

    @property
    def condition(self) -> CellCondition:
        """The worst that is known."""
        order = [CellCondition.DOWN, CellCondition.TROUBLED, CellCondition.UP]
        found = {shown.condition for shown in self.cells}
        if self.under_way and CellCondition.DOWN not in found:
            return CellCondition.TROUBLED
        return next((condition for condition in order if condition in found), CellCondition.UNKNOWN)


def is_well(cell: Cell, *, now: datetime) -> bool:
    """Heard of, and heard of lately."""
    return cell.heard_at is not None and not cell.is_silent(now=now)


def public_state(*, now: datetime) -> PublicState:
    since = timezone.localdate(now) - timedelta(days=DAYS - 1)
    days = Prefetch("days", CellDay.objects.filter(day__gte=since))
    told = Cell.objects.exclude(state__in=[CellState.CLOSED, CellState.EXPECTED])
    incidents = Incident.objects.prefetch_related("updates", "cells")
    began = now - timedelta(days=DAYS)
    return PublicState(
        cells=[_shown(cell, since, now) for cell in told.select_related("region").prefetch_related(days)],
        under_way=list(incidents.under_way(now=now)),
        past=list(incidents.filter(ended_at__lte=now, began_at__gte=began)[:20]),
        at=now,
    )


def _shown(cell: Cell, since: date, now: datetime) -> CellShown:
    known = {row.day: row for row in cell.days.all()}
    days = [_day(since + timedelta(days=number), known) for number in range(DAYS)]
    checks = sum(row.checks for row in known.values())
    good = sum(row.good for row in known.values())
    if cell.heard_at is None:
        condition = CellCondition.UNKNOWN
    else:
        condition = CellCondition.UP if is_well(cell, now=now) else CellCondition.DOWN
    return CellShown(cell, condition, days, 100 * good / checks if checks else None)


def _day(day: date, known: dict[date, CellDay]) -> DayShown:
    row = known.get(day)
    return DayShown(day, row.condition, 100 * row.share) if row else DayShown(day, CellCondition.UNKNOWN, None)
